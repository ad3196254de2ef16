"""Tables of the rota: who is on call, for which territory, from when until when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigie.establishments.models.register import Establishment, Site
from vigie.establishments.rules import Level, Place, Slot, Territory, TerritoryKind

ROTA_KINDS = (TerritoryKind.NATION, TerritoryKind.REGION, TerritoryKind.EJ, TerritoryKind.ET)
LANGUAGES = [("fr", "Français"), ("en", "English")]


class Rota(models.Model):
    """How a territory is reached at any hour: its duties, its permanent contact, its settings."""

    kind = models.CharField(max_length=10, choices=[(k, k) for k in ROTA_KINDS])
    # A geography is named by its codes, a structure by its row: codes of structures may change.
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=8, blank=True)
    establishment = models.OneToOneField(
        Establishment, null=True, blank=True, on_delete=models.CASCADE, related_name="rota"
    )
    site = models.OneToOneField(
        Site, null=True, blank=True, on_delete=models.CASCADE, related_name="rota"
    )
    # A number that answers day and night, such as the switchboard: of the house, of nobody.
    standing_name = models.CharField(max_length=120, blank=True)
    standing_phone = models.CharField(max_length=32, blank=True)
    standing_email = models.EmailField(blank=True)
    escalate_after = models.PositiveSmallIntegerField(null=True, blank=True)  # minutes; none: usual
    webhook = models.CharField(max_length=40, blank=True)  # name of one that the settings allow

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="nation", establishment=None, site=None, region="")
                & ~Q(country="")
                | Q(kind="region", establishment=None, site=None) & ~Q(country="") & ~Q(region="")
                | Q(kind="ej", establishment__isnull=False, site=None, country="", region="")
                | Q(kind="et", establishment=None, site__isnull=False, country="", region=""),
                name="rota_has_one_territory",
            ),
            models.UniqueConstraint(
                fields=["country", "region"],
                condition=~Q(country=""),
                name="one_rota_per_geography",
            ),
            models.CheckConstraint(
                condition=Q(escalate_after=None) | Q(escalate_after__range=(1, 240)),
                name="rota_escalates_in_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.territory)

    @property
    def territory(self) -> Territory:
        """Return the territory as kind and code."""
        named = self.establishment or self.site
        if named:
            return Territory(TerritoryKind(self.kind), named.code)
        return Territory(TerritoryKind(self.kind), self.region or self.country)

    @property
    def place(self) -> Place:
        """Return where the territory lies, for permissions."""
        named = self.establishment or self.site
        return named.place if named else Place(self.country, self.region)

    @property
    def journal_target(self) -> str:
        """Return what the journal calls the territory."""
        if self.establishment_id:
            return f"establishment:{self.establishment_id}"
        return f"site:{self.site_id}" if self.site_id else str(self.territory)

    @property
    def minutes(self) -> int:
        """Return after how many minutes without an answer the next person is called."""
        return self.escalate_after or settings.ESCALATE_AFTER


class Duty(models.Model):
    """One person on call for a territory. Names and numbers are personal data, with an end."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="duties", db_index=False)
    level = models.PositiveSmallIntegerField(
        choices=[(Level.FIRST.value, "first"), (Level.DEPUTY.value, "deputy")]
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    function = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=32, blank=True)
    phone2 = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="fr")
    kept_until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="duty_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""), name="duty_can_be_reached"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(function=""), name="duty_names_somebody"
            ),
            models.UniqueConstraint(
                fields=["rota", "level", "starts_at"], name="one_duty_per_level_and_start"
            ),
        ]
        indexes = [
            models.Index(fields=["rota", "ends_at", "starts_at"], name="duty_by_rota_and_time"),
            models.Index(fields=["kept_until"], name="duty_by_retention"),
        ]

    def __str__(self) -> str:
        return f"{self.function} ({self.rota_id})"

    @property
    def slot(self) -> Slot:
        """Return its time as the rules read it."""
        return Slot(self.starts_at, self.ends_at, self.level, self.pk)
