from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vigie.establishments.models import Establishment
from vigie.establishments.rules import Place
from vigie.inventory import rules


class Supplier(models.Model):
    """A company that makes, hosts or runs what care depends on."""

    name = models.CharField(max_length=200)
    search_text = models.TextField(db_index=False)  # normalised name and aliases
    created_at = models.DateTimeField()
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.functions.Lower("name"), name="one_supplier_per_name"),
            models.CheckConstraint(condition=~Q(name=""), name="supplier_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SupplierAlias(models.Model):
    """Another name under which people know a supplier."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.functions.Lower("name"), name="one_supplier_per_alias")
        ]

    def __str__(self) -> str:
        return self.name


class Need(models.IntegerChoices):
    """How much care depends on a property of an application."""

    LOW = 1, _("Faible")
    MEDIUM = 2, _("Moyen")
    HIGH = 3, _("Fort")
    VITAL = 4, _("Vital")


class Application(models.Model):
    """A software that serves care activities in one establishment."""

    class Hosting(models.TextChoices):
        INTERNAL = "internal", _("Interne")
        HDS = "hds", _("Hébergeur de données de santé (HDS)")
        SAAS = "saas", _("Service en ligne (SaaS)")
        GROUP = "group", _("Mutualisé (GHT, région)")
        UNKNOWN = "", _("Non saisi")

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="applications"
    )
    name = models.CharField(max_length=200)
    supplier = models.ForeignKey(
        Supplier, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    hosting = models.CharField(max_length=10, choices=Hosting, blank=True)
    care_activities = models.JSONField(default=list, blank=True)  # codes of the reference
    availability = models.PositiveSmallIntegerField(choices=Need, null=True, blank=True)
    integrity = models.PositiveSmallIntegerField(choices=Need, null=True, blank=True)
    confidentiality = models.PositiveSmallIntegerField(choices=Need, null=True, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.F("establishment"),
                models.functions.Lower("name"),
                name="one_application_per_name",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="application_has_a_name"),
            *[
                models.CheckConstraint(
                    condition=Q(**{f"{need}": None}) | Q(**{f"{need}__range": (1, 4)}),
                    name=f"application_{need}_1_to_4",
                )
                for need in ("availability", "integrity", "confidentiality")
            ],
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        """Return where its establishment has its seat."""
        return self.establishment.place

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return what nobody entered yet: care_activities, hosting, needs."""
        needs = (self.availability, self.integrity, self.confidentiality)
        return rules.lacks(hosting=self.hosting, care_activities=self.care_activities, needs=needs)
