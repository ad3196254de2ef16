"""Keep the files of an incident in the vault, and hand them out as downloads alone."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Attachment, Message
from vigie.kernel import kinds, vault
from vigie.kernel.vault import Stored

LARGEST = 25_000_000  # bytes of one file
MOST = 10  # files of one message


class TooMany(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A message brings more files than it may."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sends, in pieces, under the name it had."""

    name: str
    pieces: Iterable[bytes]


@contextmanager
def stored(uploads: Sequence[Upload]) -> Iterator[list[tuple[str, Stored]]]:
    """Put files in the vault and give their names and places; take them out again on failure.

    Raises TooMany, and BadUpload of the vault when one is empty, too large or not of a kind taken.
    """
    if len(uploads) > MOST:
        raise TooMany(f"more than {MOST} files")
    kept: list[tuple[str, Stored]] = []
    try:
        for upload in uploads:
            found = vault.store(upload.pieces, limit=LARGEST)
            kept.append((kinds.safe_name(upload.name, found.kind), found))
        yield kept
    except BaseException:
        for _name, found in kept:
            vault.discard(found.token)
        raise


def attach(message: Message, files: Sequence[tuple[str, Stored]]) -> list[Attachment]:
    """Write the rows of stored files beside the message that brought them."""
    return Attachment.objects.bulk_create(
        Attachment(
            incident=message.incident,
            message=message,
            at=message.at,
            by=message.by,
            name=name,
            media_type=found.kind,
            size=found.size,
            sha256=found.sha256,
            stored_as=found.token,
        )
        for name, found in files
    )


@transaction.atomic
def open_attachment(*, by: User, attachment: Attachment, now: datetime) -> Attachment:
    """Let a person download a file; the journal says so. Raises PermissionDenied."""
    require(by, Permission.READ_INCIDENTS, at=attachment.incident.place)
    record(
        actor=by.journal_name,
        verb="attachment.downloaded",
        target=f"incident:{attachment.incident_id}",
        at=now,
        details={"attachment": attachment.pk},
    )
    return attachment
