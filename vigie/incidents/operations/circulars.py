"""Write once to every file of an event: each gets a message of its own, and sees no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import may
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Circular, Event, Incident, Message
from vigie.incidents.operations.events import BadGroup
from vigie.incidents.operations.exchange import LONGEST, EmptyMessage, LongMessage
from vigie.incidents.rules.follow import SILENT
from vigie.kernel import nir


@dataclass(frozen=True, slots=True)
class Circulated:
    """What was written once. sent: how many files hold it; created: by this call."""

    circular: Circular
    sent: int
    created: bool


def write_to_members(*, by: User, event: Event, text: str, key: UUID, now: datetime) -> Circulated:
    """Write to every file of an event that the person follows; none is told of another.

    Files set aside get nothing. Sending the same key again changes nothing.
    Raises PermissionDenied when they follow none of them or the key is somebody else's,
    EmptyMessage, LongMessage, and BadGroup when no file takes messages.
    """
    if not text.strip():
        raise EmptyMessage
    if len(text) > LONGEST:
        raise LongMessage
    before = _sent_before(by, event, key)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _write(by, event, text, key, now)
    except IntegrityError:
        # The same key came in twice at the same moment: the other one won.
        again = _sent_before(by, event, key)
        if again is None:
            raise
        return again


def _sent_before(by: User, event: Event, key: UUID) -> Circulated | None:
    found = Circular.objects.filter(key=key).first()
    if found is None:
        return None
    if found.by_id != by.pk or found.event_id != event.pk:
        raise PermissionDenied("the key belongs to another message")
    sent = Message.objects.filter(circular=found).count()
    return Circulated(found, sent, created=False)


def _write(by: User, event: Event, text: str, key: UUID, now: datetime) -> Circulated:
    members = Incident.objects.select_for_update(of=("self",)).filter(event=event).order_by("pk")
    followed = [one for one in members if may(by, Permission.FOLLOW, at=one.place)]
    if not followed:
        raise PermissionDenied(f"{by.journal_name} follows no file of {event.reference}")
    taking = [one for one in followed if one.status not in SILENT]
    if not taking:
        raise BadGroup("nothing")
    clean = nir.mask(text.strip())[0]
    circular = Circular.objects.create(event=event, at=now, by=by, text=clean, key=key)
    _deliver(circular, taking)
    record(
        actor=by.journal_name,
        verb="event.circular",
        target=f"event:{event.pk}",
        at=now,
        details={"circular": circular.pk, "files": len(taking)},
    )
    return Circulated(circular, len(taking), created=True)


def _deliver(circular: Circular, files: Sequence[Incident]) -> None:
    """Put the text into each file. Nobody's turn changes, and nothing counts as read by it."""
    written = Message.objects.bulk_create(
        Message(
            incident=incident,
            at=circular.at,
            by=circular.by,
            from_desk=True,
            text=circular.text,
            key=uuid5(circular.key, str(incident.pk)),
            circular=circular,
        )
        for incident in files
    )
    for message in written:
        record(
            actor=circular.by.journal_name,
            verb="message.written",
            target=f"incident:{message.incident_id}",
            at=circular.at,
            details={"message": message.pk, "from_desk": True, "files": 0},
        )
