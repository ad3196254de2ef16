from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.accounts.models import User
from vigie.establishments.models import Establishment, Site, Ward
from vigie.establishments.rules import Place
from vigie.incidents.models import Incident
from vigie.reports import rules
from vigie.reports.rules import Answer, Side, State

STORED = (State.WAITING, State.ATTACHED, State.REJECTED)  # the others follow from the declaration
ANSWERS = [(str(answer), answer.name) for answer in Answer]


class ShortLink(models.Model):
    """The address on a poster: it fills in the place of whoever reports."""

    code = models.CharField(max_length=8, unique=True)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="short_links")
    ward = models.ForeignKey(
        Ward, null=True, blank=True, on_delete=models.CASCADE, related_name="short_links"
    )
    created_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(ward=None, revoked_at=None),
                name="one_short_link_per_site",
            ),
            models.UniqueConstraint(
                fields=["ward"],
                condition=Q(ward__isnull=False, revoked_at=None),
                name="one_short_link_per_ward",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="short_link_has_a_code"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def place(self) -> Place:
        """Return where it leads."""
        return self.site.place


class Report(models.Model):
    """What a member of staff noticed and sent without an account. Not yet a declaration."""

    # Only fingerprints of the key and of the secret link are kept: a stolen copy opens nothing.
    key_hash = models.CharField(max_length=64, unique=True)  # sending twice creates one
    digest = models.CharField(max_length=64)  # of what was sent first under the key
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - erased
    kept_until = models.DateTimeField()  # of the link, the name and the telephone
    link = models.ForeignKey(
        ShortLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="reports"
    )
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    ward = models.ForeignKey(
        Ward, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=8, blank=True)
    department = models.CharField(max_length=8, blank=True)
    received_at = models.DateTimeField()
    language = models.CharField(max_length=2)  # in which it was sent, and is answered
    # what was said
    danger = models.CharField(max_length=6, blank=True, choices=ANSWERS)
    danger_rank = models.PositiveSmallIntegerField(default=0)
    device = models.CharField(max_length=6, blank=True, choices=ANSWERS)
    picture = models.CharField(max_length=20, blank=True)  # report_advice.yaml
    text = models.TextField(blank=True)
    where = models.CharField(max_length=120, blank=True)
    masked = models.PositiveSmallIntegerField(default=0)  # social-security numbers taken out
    marks = models.JSONField(default=list, blank=True)  # why a machine may have sent it
    caller_name = models.CharField(max_length=120, blank=True)
    caller_phone = models.CharField(max_length=32, blank=True)
    # what became of it
    state = models.CharField(
        max_length=8, choices=[(str(s), s.name) for s in STORED], default=State.WAITING
    )
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    seen_as = models.CharField(max_length=120, blank=True)  # the function that the sender reads
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(blank=True)  # of a rejection; the sender reads it
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.ATTACHED, incident__isnull=False)
                | ~Q(state=State.ATTACHED) & Q(incident=None),
                name="report_attached_to_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REJECTED) | ~Q(reason=""),
                name="report_rejected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=State.WAITING, settled_at=None)
                | ~Q(state=State.WAITING) & Q(settled_at__isnull=False),
                name="report_settled_as_its_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["establishment", "-danger_rank", "received_at", "id"],
                condition=Q(state="waiting"),
                name="report_waiting",
            ),
            models.Index(fields=["establishment", "-received_at", "-id"], name="report_newest"),
            models.Index(fields=["kept_until"], name="report_kept_until"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Return its number, for people."""
        year = self.received_at.astimezone(ZoneInfo(settings.TIME_ZONE)).year
        return rules.number(year, self.pk)

    @property
    def place(self) -> Place:
        """Return where it counts, for permissions."""
        return Place(
            self.country, self.region, self.department, self.establishment_id, self.site_id
        )

    @property
    def place_name(self) -> str:
        """Return the nearest known name of where it was sent from."""
        return str(self.ward or self.site or self.establishment)


class Word(models.Model):
    """A word between whoever sent a report and those who handle it."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="words")
    at = models.DateTimeField()
    side = models.CharField(max_length=8, choices=[(str(side), side.name) for side in Side])
    by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # none: the sender, whom nobody knows
    shown_as = models.CharField(
        max_length=120, blank=True
    )  # function or name that the sender reads
    text = models.TextField()
    masked = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=64)  # sending twice writes one

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "key"], name="one_word_per_key"),
            models.CheckConstraint(condition=~Q(text=""), name="word_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.side}"


class Turned(models.Model):
    """A draft begun from a report; the declaration that bears its key came from the report."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="turned")
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "by"], name="one_draft_per_report_and_person")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.key}"
