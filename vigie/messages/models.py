from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from vigie.messages import rules
from vigie.messages.rules import Channel, Fault, State

# As plain text, so that a migration does not depend on where the enums lie.
STATES = [state.value for state in State]
WAITS = sorted(state.value for state in rules.TO_SEND)
SETTLED = sorted(state.value for state in rules.SETTLED)
SENDING = State.SENDING.value


class Outgoing(models.Model):
    """One message to one recipient. No foreign key: what it is about lies on higher floors."""

    key = models.CharField(max_length=120)  # what the sender calls it; posting twice queues once
    about = models.CharField(max_length=120)  # "incident:42", "invitation:7"
    channel = models.CharField(max_length=10)
    lane = models.CharField(max_length=60)  # what it queues behind
    to = models.CharField(max_length=254, blank=True)  # erased after its retention
    to_seal = models.CharField(max_length=64)  # keyed fingerprint of the recipient; stays
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)  # erased after its retention; a secret one when settled
    payload = models.JSONField(default=dict)
    language = models.CharField(max_length=8)
    is_urgent = models.BooleanField(default=False)
    is_secret = models.BooleanField(default=False)  # the text is encrypted
    not_after = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, unique=True)  # the same at every try
    state = models.CharField(max_length=10, default=State.WAITING.value)
    attempts = models.PositiveSmallIntegerField(default=0)  # begun, since it was last queued
    fault = models.CharField(max_length=20, blank=True)
    answer = models.CharField(max_length=rules.ANSWER_KEPT, blank=True)  # in the service's words
    queued_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)  # of the try under way, or of the last
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # sent, refused, unknown, withdrawn: since when
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["lane", "next_try_at"],
                condition=Q(next_try_at__isnull=False),
                name="outbox_due",
            ),
            models.Index(fields=["claimed_at"], condition=Q(state=SENDING), name="outbox_sending"),
            models.Index(
                fields=["settled_at"], condition=Q(erased_at__isnull=True), name="outbox_to_erase"
            ),
            models.Index(fields=["about", "id"], name="outbox_about"),
            models.Index(fields=["state", "id"], name="outbox_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "channel", "to_seal"], name="outbox_posted_once"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="outbox_known_state"),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in Channel]),
                name="outbox_known_channel",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WAITS, next_try_at__isnull=False)
                | (~Q(state__in=WAITS) & Q(next_try_at__isnull=True)),
                name="outbox_waits_for_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SETTLED, settled_at__isnull=False)
                | (~Q(state__in=SETTLED) & Q(settled_at__isnull=True)),
                name="outbox_settled_since",
            ),
            models.CheckConstraint(
                condition=~Q(state=SENDING) | (Q(claimed_at__isnull=False) & ~Q(claim="")),
                name="outbox_sending_is_claimed",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} about {self.about}"

    @property
    def to_shown(self) -> str:
        """Return the recipient, half hidden; "" once it is erased."""
        return rules.shown(Channel(self.channel), self.to)

    @property
    def sent_at(self) -> datetime | None:
        """Return when the other side said that it has it."""
        return self.settled_at if self.state == State.SENT else None

    @property
    def last_error(self) -> str:
        """Return in words why it did not arrive, "" where nothing is wrong."""
        return gettext(rules.FAULT_WORDS[Fault(self.fault)]) if self.fault else ""

    @property
    def is_settled(self) -> bool:
        """Return whether nothing more happens to it by itself."""
        return self.state in rules.SETTLED

    @property
    def may_go_again(self) -> bool:
        """Return whether a person may send it again."""
        named = self.fault != Fault.BAD_ADDRESS
        return self.state in rules.AGAIN and named and not self.is_wiped

    @property
    def is_wiped(self) -> bool:
        """Return whether what it said is gone for good: after a while, a secret at once."""
        return self.erased_at is not None or (self.is_secret and not self.text)
