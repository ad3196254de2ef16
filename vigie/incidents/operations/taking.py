"""Open a file for a structure from what it told the desk: a call, or a mail."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import may, require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.feeds import mail as mails
from vigie.incidents.feeds.mail import Mail, NotMail
from vigie.incidents.models import Attachment, Incident, TakenFile, TakenMail
from vigie.incidents.operations.declare import Declared, Submission, declare
from vigie.kernel import kinds, nir, vault
from vigie.kernel.vault import Stored

KEPT = timedelta(days=7)  # a mail that became no file


@dataclass(frozen=True, slots=True)
class Opened:
    """The file that was opened, and whether it is new."""

    declared: Declared
    files: int


def take_mail(
    *,
    by: User,
    key: UUID,
    name: str,
    pieces: Iterable[bytes],
    now: datetime,
    expired: Callable[[], bool],
) -> TakenMail:
    """Read a mail and keep it, whole and with the files it carries, encrypted and unopened.

    expired: tells when the time for reading is over. Sending the same key again returns the first.
    Raises PermissionDenied for who follows no file, NotMail, BadUpload of the vault.
    """
    if not may(by, Permission.FOLLOW):
        raise PermissionDenied
    before = TakenMail.objects.filter(key=key).first()
    if before is not None:
        if before.by_id != by.pk:
            raise PermissionDenied("the key belongs to another mail")
        return before
    raw = _whole(pieces)
    read = mails.parse(raw, expired)
    with _stored(name, raw, read) as kept, transaction.atomic():
        return _keep(by, key, read, kept, now)


def _whole(pieces: Iterable[bytes]) -> bytes:
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > mails.LARGEST:
            raise NotMail("large")
    return bytes(found)


@contextmanager
def _stored(name: str, raw: bytes, read: Mail) -> Iterator[list[tuple[str, Stored]]]:
    """Put the mail and its files in the vault; take them out again on failure."""
    kept: list[tuple[str, Stored]] = []
    parts = [(name or "message.eml", raw)]
    parts += [(part.name or f"part-{n}", part.content) for n, part in enumerate(read.parts, 1)]
    try:
        for called, content in parts:
            found = vault.store([content], limit=mails.LARGEST, any_kind=True)
            kept.append((kinds.safe_name(called, found.kind), found))
        yield kept
    except BaseException:
        for _called, found in kept:
            vault.discard(found.token)
        raise


def _keep(
    by: User, key: UUID, read: Mail, kept: list[tuple[str, Stored]], now: datetime
) -> TakenMail:
    mail = TakenMail.objects.create(
        key=key,
        by=by,
        created_at=now,
        subject=nir.mask(read.subject)[0],
        sender_name=read.sender_name[:200],
        sender_address=read.sender_address[:254],
        sent_at=read.sent_at,
        text=nir.mask(read.text)[0],
        problems=[str(problem) for problem in read.problems],
    )
    TakenFile.objects.bulk_create(
        TakenFile(
            mail=mail,
            name=name,
            media_type=found.kind,
            size=found.size,
            sha256=found.sha256,
            stored_as=found.token,
        )
        for name, found in kept
    )
    record(
        actor=by.journal_name,
        verb="mail.taken",
        target=f"mail:{mail.pk}",
        at=now,
        details={"files": len(kept), "problems": mail.problems},
    )
    return mail


def open_by_desk(
    *, by: User, submission: Submission, now: datetime, mail: TakenMail | None = None
) -> Opened:
    """Open a file for a structure from what it said by phone or mail.

    It does not replace the declaration of the structure, which completes it. Sending the same key
    again returns the first file. Raises what `declare` raises, PermissionDenied also for who may
    not follow the file there.
    """
    require(by, Permission.FOLLOW, at=submission.place)
    if mail is not None and mail.by_id != by.pk:
        raise PermissionDenied("the mail was taken by somebody else")
    first_word = replace(submission, is_first_word=True)
    with transaction.atomic():
        declared = declare(by=by, submission=first_word, now=now)
        files = _hand_over(by, mail, declared.incident, now) if mail else 0
    return Opened(declared, files)


def _hand_over(by: User, mail: TakenMail, incident: Incident, now: datetime) -> int:
    """Give a mail and its files to the file that it opened; only the desk sees them there."""
    held = TakenMail.objects.select_for_update().get(pk=mail.pk)
    if held.incident_id is not None:
        return 0
    files = list(held.files.order_by("id"))
    Attachment.objects.bulk_create(
        Attachment(
            incident=incident,
            at=now,
            by=by,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
            stored_as=file.stored_as,
            for_desk=True,
        )
        for file in files
    )
    held.files.all().delete()
    held.incident, held.text, held.subject = incident, "", ""  # they stand in the file now
    held.sender_name = held.sender_address = ""
    held.save()
    return len(files)


@transaction.atomic
def drop_mail(*, by: User, mail: TakenMail, now: datetime) -> None:
    """Forget a mail that becomes no file. Raises PermissionDenied when another person took it."""
    if mail.by_id != by.pk or mail.incident_id is not None:
        raise PermissionDenied
    record(actor=by.journal_name, verb="mail.dropped", target=f"mail:{mail.pk}", at=now)
    _forget(mail)


def forget_stale_mails(now: datetime) -> int:
    """Forget the mails that became no file in time; return how many."""
    stale = TakenMail.objects.filter(incident=None, created_at__lt=now - KEPT).order_by("id")
    for mail in stale:
        with transaction.atomic():
            record(actor="system:worker", verb="mail.dropped", target=f"mail:{mail.pk}", at=now)
            _forget(mail)
    return len(stale)


def _forget(mail: TakenMail) -> None:
    tokens = list(mail.files.values_list("stored_as", flat=True))
    mail.delete()
    for token in tokens:
        transaction.on_commit(partial(vault.discard, token))
