"""Tables of declarations: what structures say, its revisions, people and proof."""

from django.db import models
from django.db.models import Q

from vigie.accounts.models import Delegation, User
from vigie.establishments.models import Establishment, Site
from vigie.incidents.models.incident import Event, Incident, Located, words
from vigie.incidents.rules.words import (
    Authority,
    Cause,
    Channel,
    Delay,
    Endangerment,
    EpisodeKind,
    Extent,
    Kind,
    Origin,
    Status,
    StructureImpact,
)


class Draft(models.Model):
    """A declaration that somebody is still writing. Kept when the session ends."""

    key = models.UUIDField(unique=True)  # becomes the declaration's: sending twice creates one
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    establishment = models.ForeignKey(
        Establishment, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    content = models.JSONField(default=dict)  # what was typed, checked or not, by step and field
    step = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.key)

    @property
    def title(self) -> str:
        """Return the title typed so far, "" before there is one."""
        return str(next(iter(self.content.get("essential", {}).get("title", [])), ""))


class Declaration(Located):
    """What one structure says of an incident. Its words are in the revisions.

    The columns hold the facts in force (the last revision, with the CERT's ruling on origin and
    category), one per question of the statistics. NULL or "unknown": nobody knows.
    """

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="declaration")
    key = models.UUIDField(unique=True)  # idempotency: sending twice creates one
    channel = models.CharField(max_length=8, choices=words(Channel))
    declared_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="declarations"
    )
    authority = models.CharField(max_length=14, choices=words(Authority))
    delegation = models.ForeignKey(
        Delegation, null=True, blank=True, on_delete=models.PROTECT, related_name="declarations"
    )
    # when the structure told the desk, which took it down; None: it declared itself
    told_at = models.DateTimeField(null=True, blank=True)
    revision_number = models.PositiveIntegerField(default=1)  # the revision in force
    unsettled = models.PositiveIntegerField(default=0)  # versions set aside that await a choice
    counts = models.BooleanField(default=True)  # neither rejected nor duplicate
    event = models.ForeignKey(
        Event, null=True, blank=True, on_delete=models.PROTECT, related_name="declarations"
    )
    # where an import brought it from
    source = models.CharField(max_length=20, blank=True)
    source_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - unique
    # dates; partial ones are ISO 8601 texts of reduced precision
    declared = models.CharField(max_length=32, blank=True)
    declared_year = models.PositiveSmallIntegerField(null=True)
    occurred = models.CharField(max_length=32, blank=True)
    occurred_year = models.PositiveSmallIntegerField(null=True)
    noticed = models.CharField(max_length=32, blank=True)
    dates_disagree = models.BooleanField(default=False)  # declared before it occurred
    # facts in force
    kind = models.CharField(max_length=10, choices=words(Kind))
    origin = models.CharField(max_length=14, blank=True, choices=words(Origin))
    category = models.CharField(max_length=40, blank=True)
    ransomware_extent = models.CharField(max_length=18, blank=True, choices=words(Extent))
    major_confirmed = models.BooleanField(null=True)
    severity = models.PositiveSmallIntegerField(default=0)
    endangerment = models.CharField(max_length=10, choices=words(Endangerment))
    endangerment_cause = models.CharField(max_length=20, blank=True, choices=words(Cause))
    structure_impact = models.CharField(max_length=10, choices=words(StructureImpact))
    care_interrupted = models.BooleanField(null=True)
    data_touched = models.BooleanField(null=True)
    data_unavailable = models.BooleanField(null=True)
    data_lost = models.BooleanField(null=True)
    data_altered = models.BooleanField(null=True)
    data_disclosed = models.BooleanField(null=True)
    data_accessed = models.BooleanField(null=True)
    health_data = models.BooleanField(null=True)
    provider_involved = models.BooleanField(null=True)
    cross_border = models.BooleanField(null=True)
    support_requested = models.BooleanField(null=True)
    before_impact = models.BooleanField(null=True)
    seen_by_staff = models.BooleanField(null=True)
    same_day = models.BooleanField(null=True)
    delay = models.CharField(max_length=12, blank=True, choices=words(Delay))
    degraded_minutes = models.PositiveIntegerField(null=True)  # where its length is known

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], name="one_declaration_per_source_record"
            ),
            models.CheckConstraint(
                condition=~Q(care_interrupted=True) | Q(structure_impact="degraded"),
                name="declaration_interruption_is_degraded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} ({self.declared or '?'})"

    @property
    def is_first_word(self) -> bool:
        """Return whether it is what the desk took down and the structure has not completed yet."""
        return self.told_at is not None and self.revision_number == 1


class Revision(models.Model):
    """The whole of what a structure said at one time. Amending adds a revision."""

    class Standing(models.TextChoices):
        ACCEPTED = "accepted"
        SET_ASIDE = "set_aside"  # written beside a newer one: kept, shown, never in force

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    based_on = models.PositiveIntegerField(null=True)  # the number that its author had read
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.ACCEPTED)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    facts = models.JSONField()  # rules.facts.Facts; unanswered fields left out
    changed = models.JSONField(default=list)  # names of the fields that differ from based_on
    # the one set aside between which and the text in force this one chose
    settles = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="settlements"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "number"], name="one_revision_per_number"
            ),
            models.UniqueConstraint(fields=["settles"], name="revision_settled_once"),
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id} r{self.number}"


class Brought(models.Model):
    """What an import brought of a declaration at one time. Never overwritten: the last counts."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="brought")
    revision_number = models.PositiveIntegerField()  # the revision that holds its facts
    at = models.DateTimeField()
    file = models.CharField(max_length=200)  # name, without its folder
    line = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=words(Status))  # of the file, to its source
    digest = models.CharField(max_length=64)  # SHA-256: the same brought again changes nothing
    facts = models.JSONField()  # as the source says them; later revisions may hold others too
    kept = models.JSONField(default=dict, blank=True)  # what had no place in the facts

    def __str__(self) -> str:
        return f"{self.declaration_id}: {self.file}, line {self.line}"


class Episode(models.Model):
    """A stretch of time that a care activity lived through; rebuilt from the facts in force."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="episodes")
    kind = models.CharField(max_length=24, choices=words(EpisodeKind))
    activity = models.CharField(max_length=12, blank=True)  # care activity; "" = whole structure
    start = models.CharField(max_length=32, blank=True)  # partial date
    end = models.CharField(max_length=32, blank=True)  # partial date; "" = not over or unknown
    started_at = models.DateTimeField(null=True)  # where start has a time
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.activity} {self.kind}"


class Contact(models.Model):
    """Whom to call about a declaration. Personal data: apart, dated, erasable."""

    class Part(models.TextChoices):
        DECLARANT = "declarant"
        TECHNICAL = "technical"

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="contacts")
    part = models.CharField(max_length=10, choices=Part)
    name = models.CharField(max_length=120, blank=True)
    job = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    always_reachable = models.BooleanField(null=True)
    kept_until = models.DateField()

    def __str__(self) -> str:
        return f"{self.part} of {self.declaration_id}"


class LegalDeclaration(models.Model):
    """The proof that the legal declaration was sent where the law wants it."""

    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, related_name="legal_declarations"
    )
    sent_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_by_job = models.CharField(max_length=120, blank=True)  # when the sender has no account
    sent_at = models.DateTimeField()
    receipt = models.CharField(max_length=120)
    channel = models.CharField(max_length=40)  # portal, phone, mail…
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(receipt=""), name="legal_declaration_has_receipt"),
            models.CheckConstraint(
                condition=Q(sent_by__isnull=False) | ~Q(sent_by_job=""),
                name="legal_declaration_has_a_sender",
            ),
            models.UniqueConstraint(
                fields=["declaration", "receipt"], name="one_legal_declaration_per_receipt"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt
