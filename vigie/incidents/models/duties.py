"""Tables of duties to notify: what people record of them, their notices, and what is due."""

from django.db import models
from django.db.models import Q

from vigie.accounts.models import User
from vigie.incidents.models.incident import Attachment, Incident, words
from vigie.incidents.rules.duties.board import Moment, Phase
from vigie.incidents.rules.duties.record import (
    JOB_LENGTH,
    REASON_LENGTH,
    RECEIPT_LENGTH,
    Act,
    ActKind,
    Channel,
)
from vigie.incidents.rules.legal import Answer

CODE = 20  # length of the codes of regimes and stages


class RegimeStart(models.Model):
    """From when a regime binds in a country, where the reference has no day yet."""

    country = models.CharField(max_length=2)
    regime = models.CharField(max_length=CODE)
    starts_on = models.DateField()
    source = models.CharField(max_length=300)  # the text that sets the day
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "regime"], name="one_start_per_regime"),
            models.CheckConstraint(condition=~Q(source=""), name="regime_start_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.regime}: {self.starts_on}"


class DutyNotice(models.Model):
    """One version of a notice as it was written. Never overwritten: a change is a new version."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notices")
    regime = models.CharField(max_length=CODE)
    stage = models.CharField(max_length=CODE)
    number = models.PositiveIntegerField()  # from 1, within its stage
    language = models.CharField(max_length=2)
    items = models.JSONField()  # code, title, text, required, annex; in the order of the document
    revision_number = models.PositiveIntegerField()  # of the declaration that it was made from
    sha256 = models.CharField(max_length=64)  # of what it says
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "regime", "stage", "number"], name="one_notice_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.regime}.{self.stage} v{self.number}"


class DutyAct(models.Model):
    """Something recorded of a duty. Never changed, never deleted: a later one takes it back."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="duty_acts")
    kind = models.CharField(max_length=16, choices=words(ActKind))
    regime = models.CharField(max_length=CODE, blank=True)
    stage = models.CharField(max_length=CODE, blank=True)  # "": the whole regime
    fact = models.CharField(max_length=40, blank=True)  # that an answer is about
    answer = models.CharField(max_length=8, blank=True, choices=words(Answer))
    at = models.DateTimeField()  # when it happened
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    channel = models.CharField(max_length=12, blank=True, choices=words(Channel))
    receipt = models.CharField(max_length=RECEIPT_LENGTH, blank=True)
    sender = models.CharField(max_length=JOB_LENGTH, blank=True)  # position of who sent it
    notice = models.ForeignKey(
        DutyNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="sendings"
    )
    attachment = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retracts = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="retraction"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["not_applicable", "stopped", "retracted"]) | ~Q(reason=""),
                name="duty_act_closes_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(kind="sent") | ~Q(channel="") & ~Q(stage=""),
                name="duty_act_sent_somehow",
            ),
            models.CheckConstraint(
                condition=~Q(kind="answer") | ~Q(answer="") & ~Q(fact=""),
                name="duty_act_answers_something",
            ),
            models.CheckConstraint(
                condition=Q(kind="retracted", retracts__isnull=False)
                | ~Q(kind="retracted") & Q(retracts=None),
                name="duty_act_retracts_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.kind} {self.regime}.{self.stage}"

    @property
    def told(self) -> Act:
        """Return it as the rules read it."""
        return Act(
            kind=ActKind(self.kind),
            at=self.at,
            regime=self.regime,
            stage=self.stage,
            fact=self.fact,
            answer=Answer(self.answer) if self.answer else None,
            reason=self.reason,
            channel=Channel(self.channel) if self.channel else None,
            receipt=self.receipt,
            sender=self.sender,
            who=self.by.short_name,
            recorded_at=self.recorded_at,
            key=self.pk,
            retracts=self.retracts_id,
            notice=self.notice_id,
            attachment=self.attachment_id,
        )


class DutyClock(models.Model):
    """One stage of a duty in a file, for lists, reminders and figures; rebuilt from the facts."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="duty_clocks")
    regime = models.CharField(max_length=CODE)
    stage = models.CharField(max_length=CODE)
    phase = models.CharField(max_length=10, choices=words(Phase))
    is_advised = models.BooleanField(default=False)
    is_hurried = models.BooleanField(default=False)  # the law says: without delay
    start_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    soon_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)  # the next reminder, none once all went out
    remind_of = models.CharField(max_length=8, blank=True, choices=words(Moment))
    sent_at = models.DateTimeField(null=True)
    is_counted = models.BooleanField(default=False)  # law, hours and start are all known
    in_time = models.BooleanField(null=True)  # of what was sent and is counted

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "regime", "stage"], name="one_clock_per_stage"
            )
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(phase="open"), name="duty_clock_due"),
            models.Index(
                fields=["remind_at"], condition=~Q(remind_at=None), name="duty_clock_remind"
            ),
            models.Index(
                fields=["regime", "stage"], condition=Q(is_counted=True), name="duty_clock_counted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.regime}.{self.stage} {self.phase}"


class DutyReminder(models.Model):
    """That somebody was reminded of a deadline. Once for each deadline and moment."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="duty_reminders")
    regime = models.CharField(max_length=CODE)
    stage = models.CharField(max_length=CODE)
    moment = models.CharField(max_length=8, choices=words(Moment))
    of = models.DateTimeField()  # the deadline, or the start where there is none
    at = models.DateTimeField()
    people = models.PositiveSmallIntegerField()  # how many it went to; 0: nobody is on call

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "regime", "stage", "moment", "of"], name="one_duty_reminder"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.regime}.{self.stage} {self.moment}"
