"""Send what waits: written as under way first, then handed over, then written what became of it.

Whoever is killed between the first and the last leaves a message "under way". Nobody can tell
whether it left, so it becomes "unknown" and waits for a person: nothing is sent twice by itself.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import F, Q

from vigie.kernel.keys import KeyMissing
from vigie.messages import queries, rules
from vigie.messages.exports import console, mail, sms, webhook
from vigie.messages.models import Outgoing
from vigie.messages.operations.queue import open_text
from vigie.messages.rules import Channel, Fault, Outcome, Parcel, State

logger = logging.getLogger(__name__)
SENDERS: dict[Channel, Callable[[Parcel, datetime], Outcome]] = {
    Channel.EMAIL: mail.send,
    Channel.SMS: sms.send,
    Channel.WEBHOOK: webhook.send,
}
TRIED_AT_ONCE = 10  # candidates, of which other workers may take some first


def send_next(lane: str, *, tell_time: Callable[[], datetime]) -> Outcome | None:
    """Send the first message that is due in a lane, and return what became of it.

    Returns None when nothing is due. Must run outside a transaction: "under way" is on the disk
    before the network is touched.
    """
    message = claim(lane, now=tell_time())
    return _try(message, tell_time) if message else None


def send_one(message: Outgoing, *, tell_time: Callable[[], datetime]) -> Outcome | None:
    """Send this message if it is due and nobody else does; return what became of it."""
    taken = take(message.pk, now=tell_time())
    return _try(taken, tell_time) if taken else None


def _try(message: Outgoing, tell_time: Callable[[], datetime]) -> Outcome:
    outcome = deliver(message, now=tell_time())
    settle(message, outcome, now=tell_time())
    return outcome


def claim(lane: str, *, now: datetime) -> Outgoing | None:
    """Take the first message that is due, if nobody else does; it is under way from now on."""
    for number in queries.due_in(lane, now).values_list("pk", flat=True)[:TRIED_AT_ONCE]:
        if message := take(number, now=now):
            return message
    return None


def take(number: int, *, now: datetime) -> Outgoing | None:
    """Take one message that is due; None when somebody was first."""
    with transaction.atomic(durable=True):
        taken = Outgoing.objects.filter(pk=number, next_try_at__lte=now).update(
            state=State.SENDING,
            next_try_at=None,
            claim=uuid4().hex,
            claimed_at=now,
            attempts=F("attempts") + 1,
        )
    return Outgoing.objects.get(pk=number) if taken else None


def deliver(message: Outgoing, *, now: datetime) -> Outcome:
    """Hand a message over by its channel; what we did not foresee leaves it unknown."""
    if message.not_after and message.not_after <= now:
        return Outcome(State.REFUSED, Fault.TOO_LATE)
    try:
        parcel = packed(message)
    except (KeyMissing, InvalidToken):
        logger.exception("A message cannot be read: %s", message)
        return Outcome(State.REFUSED, Fault.UNREADABLE)
    try:
        return sender_of(parcel.channel)(parcel, now)
    except Exception as reason:
        logger.exception("A message may not have left: %s", message)
        return Outcome(State.UNKNOWN, Fault.BROKEN, type(reason).__name__)


def sender_of(channel: Channel) -> Callable[[Parcel, datetime], Outcome]:
    """Return what carries messages of a channel here."""
    return SENDERS[channel] if queries.services()[channel] else console.send


def packed(message: Outgoing) -> Parcel:
    """Return what a channel needs of a message. Raises KeyMissing, InvalidToken."""
    return Parcel(
        channel=Channel(message.channel),
        key=message.key,
        about=message.about,
        message_id=message.message_id,
        to=message.to,
        subject=message.subject,
        text=open_text(message),
        language=message.language,
        payload=message.payload,
        queued_at=message.queued_at,
        secret=message.is_secret,
    )


@transaction.atomic
def settle(message: Outgoing, outcome: Outcome, *, now: datetime) -> None:
    """Write what became of a try, unless somebody has queued the message anew meanwhile."""
    state, fault, again_at = outcome.state, outcome.fault, None
    if state is State.RETRIED:
        again_at = rules.next_try(message.attempts, urgent=message.is_urgent, now=now)
        if again_at is None:
            state, fault = State.REFUSED, Fault.TRIED_ENOUGH
    written: dict[str, object] = {
        "state": state,
        "fault": fault or "",
        "answer": rules.without_recipient(outcome.answer, message.to),
        "next_try_at": again_at,
        "settled_at": None if again_at else now,
    }
    if message.is_secret and state in {State.SENT, State.PRINTED}:
        written["text"] = ""
    mine = Q(state=State.SENDING) | Q(state=State.UNKNOWN, fault=Fault.INTERRUPTED)
    Outgoing.objects.filter(mine, pk=message.pk, claim=message.claim).update(**written)


def give_up_lost(now: datetime) -> int:
    """Call unknown what somebody began to send and never finished; return how many."""
    lost = Outgoing.objects.filter(state=State.SENDING, claimed_at__lt=now - rules.LEASE)
    given_up = lost.update(state=State.UNKNOWN, fault=Fault.INTERRUPTED, settled_at=now)
    if given_up:
        logger.warning("%s messages were being sent when a worker died.", given_up)
    return given_up
