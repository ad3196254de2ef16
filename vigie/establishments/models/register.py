"""Tables of the register: establishments, sites, wards, groups, contacts, settings."""

from datetime import date
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q

from vigie.establishments.rules import DesignationKind, GroupKind, Place, Portal

Row_co = TypeVar("Row_co", bound="Dated", covariant=True)


class Today(models.Func):
    """The day by the database's clock, in UTC."""

    template = "CURRENT_DATE"
    arity = 0
    output_field = models.DateField()


class DatedQuerySet(models.QuerySet[Row_co]):
    """Rows that count from a day (none: they always did) until another, itself excluded."""

    def in_force(self, when: date | int | None = None) -> Self:
        """Return the rows that count on a day, at some time of a year, or today."""
        first: object = when
        last: object = when
        if isinstance(when, int):
            first, last = date(when, 1, 1), date(when, 12, 31)
        elif when is None:
            first = last = Today()
        starts, ends = self.model.starts, self.model.ends
        return self.filter(
            Q(**{starts: None}) | Q(**{f"{starts}__lte": last}),
            Q(**{ends: None}) | Q(**{f"{ends}__gt": first}),
        )


class Dated(models.Model):
    """A row whose validity has a first day and a day after the last."""

    starts: ClassVar[str] = "opened_on"
    ends: ClassVar[str] = "closed_on"

    class Meta:
        abstract = True


def ends_after(starts: str, ends: str, name: str) -> models.CheckConstraint:
    """Return the constraint that a row does not end before it starts."""
    never = Q(**{starts: None}) | Q(**{ends: None})
    return models.CheckConstraint(condition=never | Q(**{f"{ends}__gte": F(starts)}), name=name)


class Registered(Dated):
    """What establishments and sites share: a name, a FINESS number, a seat, and their source."""

    finess = models.CharField(max_length=9, unique=True, null=True, blank=True)
    name = models.CharField(max_length=200)
    structure_type = models.CharField(max_length=32, default="AUTRE")  # structure_types.yaml
    country = models.CharField(max_length=2, default="FR")  # ISO 3166-1
    region = models.CharField(max_length=8, blank=True)  # INSEE code as text: 84, 01
    department = models.CharField(max_length=8, blank=True)  # 01, 2A, 971
    commune = models.CharField(max_length=100, blank=True)
    beds = models.PositiveIntegerField(default=0)
    opened_on = models.DateField(null=True, blank=True)  # none: since before the first edition
    closed_on = models.DateField(null=True, blank=True)  # the first day without it
    source = models.CharField(max_length=20, blank=True)  # sae, veris, demo; empty: by hand
    first_seen = models.PositiveSmallIntegerField(null=True, blank=True)  # year of an edition
    last_seen = models.PositiveSmallIntegerField(null=True, blank=True)
    # Fields that a person corrected: no later edition of the source overwrites them.
    corrected = models.JSONField(default=list, blank=True)
    search_text = models.TextField(blank=True, editable=False)  # folded name and commune

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """Return the FINESS number, or an own code where the structure has none."""
        return self.finess or f"id{self.pk}"


class Establishment(Registered):
    """A legal entity (EJ) that gives care: the structure that declares."""

    legal_status = models.CharField(max_length=20, blank=True)  # structure_types.yaml
    source_key = models.CharField(max_length=120, blank=True)  # its key where it has no FINESS

    objects = DatedQuerySet["Establishment"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~Q(source_key=""),
                name="one_establishment_per_source_key",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="establishment_has_a_name"),
            models.CheckConstraint(condition=~Q(finess=""), name="establishment_finess_or_none"),
            models.CheckConstraint(
                condition=Q(country__regex="^[A-Z][A-Z]$"), name="establishment_country_is_iso"
            ),
            ends_after("opened_on", "closed_on", "establishment_closes_after_it_opens"),
        ]
        indexes = [
            models.Index(fields=["region", "name", "id"], name="establishment_by_region"),
            models.Index(fields=["department"], name="establishment_by_department"),
            models.Index(fields=["structure_type", "name", "id"], name="establishment_by_type"),
            models.Index(fields=["name", "id"], name="establishment_by_name"),
            models.Index(fields=["beds", "id"], name="establishment_by_size"),
        ]

    @property
    def place(self) -> Place:
        """Return where its seat lies."""
        return Place(self.country, self.region, self.department, self.pk)


class Site(Registered):
    """A place where an establishment gives care (ET)."""

    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="sites")
    category = models.CharField(max_length=3, blank=True)  # FINESS category
    commune_insee = models.CharField(max_length=5, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    emergency_visits = models.PositiveIntegerField(null=True, blank=True)  # a year; none: no ED

    objects = DatedQuerySet["Site"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="site_has_a_name"),
            models.CheckConstraint(condition=~Q(finess=""), name="site_finess_or_none"),
            models.CheckConstraint(
                condition=Q(country__regex="^[A-Z][A-Z]$"), name="site_country_is_iso"
            ),
            ends_after("opened_on", "closed_on", "site_closes_after_it_opens"),
        ]
        indexes = [
            models.Index(fields=["region", "structure_type"], name="site_by_region"),
            models.Index(fields=["department"], name="site_by_department"),
        ]

    @property
    def place(self) -> Place:
        """Return where it lies."""
        return Place(self.country, self.region, self.department, self.establishment_id, self.pk)


class Ward(models.Model):
    """A service of a site, with the care activity it gives."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="wards")
    name = models.CharField(max_length=120)
    care_activity = models.CharField(max_length=10)  # care_activities.yaml

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="one_ward_per_name"),
            models.CheckConstraint(condition=~Q(name=""), name="ward_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """Establishments that act together, across departments if need be (GHT, GCS)."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=[(k, k) for k in GroupKind])
    country = models.CharField(max_length=2, default="FR")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="group_has_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        """Return the nation it belongs to: a group has no region of its own."""
        return Place(self.country)


class GroupMember(Dated):
    """The time during which an establishment belongs to a group."""

    starts = "joined_on"
    ends = "left_on"

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    establishment = models.ForeignKey(
        Establishment, on_delete=models.CASCADE, related_name="group_memberships"
    )
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet["GroupMember"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "establishment"],
                condition=Q(left_on=None),
                name="one_open_membership_per_group",
            ),
            ends_after("joined_on", "left_on", "group_member_leaves_after_joining"),
        ]

    def __str__(self) -> str:
        return f"{self.establishment} ∈ {self.group}"


class Designation(Dated):
    """What an authority made of an establishment, and since when: OSE, OIV, EE, EI, priority."""

    starts = "valid_from"
    ends = "valid_to"

    establishment = models.ForeignKey(
        Establishment, on_delete=models.CASCADE, related_name="designations"
    )
    kind = models.CharField(max_length=10, choices=[(k, k) for k in DesignationKind])
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet["Designation"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "kind"],
                condition=Q(valid_to=None),
                name="one_open_designation_per_kind",
            ),
            ends_after("valid_from", "valid_to", "designation_ends_after_it_starts"),
        ]
        indexes = [models.Index(fields=["kind", "establishment"], name="designation_by_kind")]

    def __str__(self) -> str:
        return f"{self.establishment}: {self.kind}"


class EmergencyContact(models.Model):
    """A public contact as this instance states it; hides the shipped one of the same key."""

    key = models.CharField(max_length=40)
    country = models.CharField(max_length=2)
    label_fr = models.CharField(max_length=120)
    label_en = models.CharField(max_length=120)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    url = models.URLField(blank=True)
    hours = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=300)  # who or what page confirmed it
    checked_on = models.DateField()
    retired_on = models.DateField(null=True, blank=True)  # hidden from this day on

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "key"], name="one_contact_per_key"),
            models.CheckConstraint(
                condition=~(Q(phone="") & Q(email="") & Q(url="")), name="contact_can_be_reached"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.label_fr}"


class NationSetting(models.Model):
    """Where a nation's law wants declarations, when it differs from the shipped reference."""

    country = models.CharField(max_length=2, unique=True)
    portal = models.CharField(max_length=10, choices=[(p, p) for p in Portal])
    portal_name = models.CharField(max_length=120, blank=True)
    portal_url = models.URLField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(portal=Portal.HERE) | ~Q(portal_url=""),
                name="nation_portal_elsewhere_has_an_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.portal}"


class Instance(models.Model):
    """What this installation is. One row."""

    name = models.CharField(max_length=120, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="instance_is_one")]

    def __str__(self) -> str:
        return self.name or "Vigie"


class Edition(models.Model):
    """One yearly edition of a register that this instance has read."""

    source = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    imported_at = models.DateTimeField()  # the last time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "year"], name="one_edition_per_year")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.year}"


class SearchTerm(models.Model):
    """One word under which an establishment, or one of its sites, is found."""

    # Two indexes serve every question; those of foreign keys would double the cost of a row.
    word = models.CharField(max_length=40)
    establishment = models.ForeignKey(
        Establishment, on_delete=models.CASCADE, related_name="search_terms", db_index=False
    )
    site = models.ForeignKey(
        Site, null=True, on_delete=models.CASCADE, related_name="search_terms", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["word", "establishment", "site"], name="search_term_by_word"),
            models.Index(fields=["establishment", "word"], name="search_term_by_establishment"),
        ]

    def __str__(self) -> str:
        return self.word


class SearchVariant(models.Model):
    """A word of the register with one letter less, so that a mistyped word leads to it."""

    variant = models.CharField(max_length=40)
    word = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "word"], name="one_variant_per_word")
        ]

    def __str__(self) -> str:
        return f"{self.variant} → {self.word}"
