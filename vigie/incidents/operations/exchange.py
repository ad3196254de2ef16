"""Words between a structure and the CERT: write, read, open a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Incident, Message, ReadMark
from vigie.incidents.operations.attach import Upload, attach, stored
from vigie.incidents.operations.follow import arrive, keep_moved
from vigie.incidents.operations.version import lock
from vigie.incidents.queries.file import side_of
from vigie.incidents.rules import follow
from vigie.incidents.rules.words import Status, Waiting
from vigie.kernel import nir
from vigie.kernel.vault import Stored

LONGEST = 20_000  # characters


class SilentFile(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Nobody writes in this file any more: it is set aside or merged into another."""


class EmptyMessage(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The message has neither words nor files."""


class LongMessage(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The message is longer than one may be."""


@dataclass(frozen=True, slots=True)
class Written:
    """The message, whether it is new, and how many social-security numbers were masked."""

    message: Message
    created: bool
    masked: int = 0


def write_message(
    *,
    by: User,
    incident: Incident,
    text: str,
    key: UUID,
    now: datetime,
    uploads: Sequence[Upload] = (),
) -> Written:
    """Add a message with its files; whose turn it is follows from who wrote.

    Sending the same key again returns the first message and changes nothing. A structure that
    writes in a closed file opens it again.
    Raises PermissionDenied when the person may not write there or the key is somebody else's,
    EmptyMessage, LongMessage, SilentFile, TooMany, and BadUpload of the vault.
    """
    require(by, Permission.WRITE_MESSAGES, at=incident.place)
    if not text.strip() and not uploads:
        raise EmptyMessage
    if len(text) > LONGEST:
        raise LongMessage
    before = _written_before(by, incident, key)
    if before is not None:
        return before
    try:
        with stored(uploads) as files, transaction.atomic():
            return _write(by, incident, text, key, now, files)
    except IntegrityError:
        # The same key came in twice at the same moment: the other one won.
        again = _written_before(by, incident, key)
        if again is None:
            raise
        return again


def _written_before(by: User, incident: Incident, key: UUID) -> Written | None:
    found = Message.objects.filter(key=key).first()
    if found is None:
        return None
    if found.by_id != by.pk or found.incident_id != incident.pk:
        raise PermissionDenied("the key belongs to another message")
    return Written(found, created=False)


def _write(
    by: User,
    incident: Incident,
    text: str,
    key: UUID,
    now: datetime,
    files: list[tuple[str, Stored]],
) -> Written:
    held = lock(incident.pk)
    if held.status in follow.SILENT:
        raise SilentFile(held.reference)
    from_desk = side_of(by, held) is True
    clean, masked = nir.mask(text.strip())
    message = Message.objects.create(
        incident=held, at=now, by=by, from_desk=from_desk, text=clean, key=key
    )
    attach(message, files)
    _mark(by, held, now)
    _pass_on(by, held, from_desk=from_desk, now=now)
    record(
        actor=by.journal_name,
        verb="message.written",
        target=f"incident:{held.pk}",
        at=now,
        details={"message": message.pk, "from_desk": from_desk, "files": len(files)},
    )
    return Written(message, created=True, masked=masked)


def _pass_on(by: User, incident: Incident, *, from_desk: bool, now: datetime) -> None:
    """Give the turn to the other side; a structure's word opens a closed file again."""
    if not incident.is_open:
        if not from_desk:
            _reopen(by, incident, now)
        return
    waiting = follow.waiting_after_message(Waiting(incident.waiting), from_desk=from_desk)
    if waiting == incident.waiting:
        return
    # The version stays: a decision being taken on the file does not become stale by a message.
    incident.waiting, incident.waiting_since = waiting, now
    incident.save(update_fields=["waiting", "waiting_since"])


def _reopen(by: User, incident: Incident, now: datetime) -> None:
    old = Status(incident.status)
    follow.check_move(old, Status.RESOLVED, reason="a message came")
    arrive(incident, Status.RESOLVED, reason="", now=now)
    keep_moved(incident, now)
    record(
        actor=by.journal_name,
        verb="incident.moved",
        target=f"incident:{incident.pk}",
        at=now,
        details={"from": old, "to": Status.RESOLVED, "because": "message"},
    )


@transaction.atomic
def mark_read(*, by: User, incident: Incident, now: datetime) -> None:
    """Note that a person of either side has read the messages of a file.

    Who reads for a region or the nation leaves no mark. Raises PermissionDenied.
    """
    require(by, Permission.WRITE_MESSAGES, at=incident.place)
    if _mark(by, incident, now):
        record(
            actor=by.journal_name, verb="messages.read", target=f"incident:{incident.pk}", at=now
        )


def _mark(by: User, incident: Incident, now: datetime) -> bool:
    """Note who read, when it is the CERT or the structure itself; return whether it is."""
    from_desk = side_of(by, incident)
    if from_desk is None:
        return False
    ReadMark.objects.update_or_create(
        incident=incident, user=by, defaults={"read_at": now, "from_desk": from_desk}
    )
    return True


def open_file(*, by: User, incident: Incident, now: datetime, part: str = "") -> None:
    """Write in the journal that a person opened a file, or a part of it.

    Raises PermissionDenied.
    """
    require(by, Permission.READ_INCIDENTS, at=incident.place)
    record(
        actor=by.journal_name,
        verb="incident.opened",
        target=f"incident:{incident.pk}",
        at=now,
        details={"part": part} if part else None,
    )
