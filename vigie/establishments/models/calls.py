"""Tables of call-outs: why somebody was called, who was, and who took it."""

from django.db import models
from django.db.models import Q

from vigie.establishments.models.rota import LANGUAGES, Rota
from vigie.establishments.rules import CallReason, Level, OpenCall

REASONS = [(reason, reason.name) for reason in CallReason]
OPEN = Q(taken_at=None, closed_at=None)
TITLE = 200


class Callout(models.Model):
    """One matter, or a few told together, for which whoever is on call for a place is called."""

    rota = models.ForeignKey(Rota, on_delete=models.PROTECT, related_name="callouts")
    reason = models.CharField(max_length=8, choices=REASONS)
    title = models.CharField(max_length=TITLE)
    path = models.CharField(max_length=200)  # page of the matter, without the instance's address
    opened_at = models.DateTimeField()
    escalate_at = models.DateTimeField(null=True, blank=True)  # when the next person is called
    digest_at = models.DateTimeField(null=True, blank=True)  # when what joined since is told
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=40, blank=True)  # "user:42", "step:7"; never a name
    taken_name = models.CharField(max_length=120, blank=True)  # erased after kept_until
    closed_at = models.DateTimeField(null=True, blank=True)  # its matter is settled or set aside
    kept_until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_by="", taken_name="")
                | Q(taken_at__isnull=False) & ~Q(taken_by=""),
                name="callout_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(escalate_at=None) | OPEN, name="callout_escalates_while_open"
            ),
        ]
        indexes = [
            models.Index(fields=["rota", "opened_at"], condition=OPEN, name="callout_open"),
            models.Index(fields=["opened_at", "id"], name="callout_by_time"),
            models.Index(
                fields=["escalate_at"], condition=~Q(escalate_at=None), name="callout_to_escalate"
            ),
            models.Index(
                fields=["digest_at"], condition=~Q(digest_at=None), name="callout_to_digest"
            ),
            models.Index(fields=["kept_until"], name="callout_by_retention"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"

    @property
    def about(self) -> str:
        """Return what its messages are about, as the outbox keeps it."""
        return f"callout:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Return whether nobody took it and its matter is not settled."""
        return self.taken_at is None and self.closed_at is None

    @property
    def seen(self) -> OpenCall:
        """Return it as the rules read it."""
        return OpenCall(CallReason(self.reason), self.opened_at, self.taken_at)


class CallItem(models.Model):
    """A matter of a call-out: the first one, and those that joined it."""

    callout = models.ForeignKey(
        Callout, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    about = models.CharField(max_length=80)  # opaque: "incident:5"
    title = models.CharField(max_length=TITLE)
    path = models.CharField(max_length=200)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["callout", "about"], name="one_item_per_matter_of_a_callout"
            ),
            models.CheckConstraint(condition=~Q(about=""), name="call_item_is_about_something"),
        ]
        indexes = [models.Index(fields=["about"], name="call_item_by_matter")]

    def __str__(self) -> str:
        return self.about


class CallStep(models.Model):
    """One person, or the permanent contact, who was called; who they were is erased in time."""

    callout = models.ForeignKey(
        Callout, on_delete=models.CASCADE, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField()  # from 1, in the order of calling
    rota = models.ForeignKey(Rota, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField(choices=[(level.value, level.name) for level in Level])
    duty = models.PositiveBigIntegerField(null=True, blank=True)  # number of the duty, may be gone
    at = models.DateTimeField()
    function = models.CharField(max_length=120)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="fr")
    link_hash = models.CharField(max_length=64, unique=True)  # SHA-256; the secret is in the letter
    link_expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["callout", "number"], name="one_step_per_number"),
            models.CheckConstraint(
                condition=Q(link_expires_at__gt=models.F("at")), name="call_link_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.callout_id}.{self.number}"

    @property
    def key(self) -> tuple[str, int, int | None]:
        """Return which rung of the ladder it was."""
        return str(self.rota.territory), self.level, self.duty

    @property
    def who(self) -> str:
        """Return function and name, the function alone once the name is erased."""
        return f"{self.function}, {self.name}" if self.name else self.function
