"""The shapes of the follow-up: what programs send and receive about a file."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime, StringConstraints

from vigie.incidents.api.schemas import Id, IncidentOut, Strict, Version
from vigie.incidents.models import Attachment, LegalDeclaration, Message
from vigie.incidents.rules.facts import LINE_LENGTH, Line, Text
from vigie.incidents.rules.words import Helper, Origin, Status, Tlp, Waiting

Reason = Annotated[Line, StringConstraints(max_length=LINE_LENGTH)]
Said = Annotated[Text, StringConstraints(min_length=1)]


class QualifyIn(Strict):
    """The CERT's decision, and the version of the file it was taken on."""

    version: Version
    origin: Origin
    category: Annotated[Line, StringConstraints(max_length=40)]
    rsit_class: Annotated[Line, StringConstraints(max_length=40)] = ""
    rsit_type: Annotated[Line, StringConstraints(max_length=60)] = ""
    severity: Annotated[int, Field(ge=0, le=4)] | None = None
    major_confirmed: bool | None = None
    reason: Text = ""


class MoveIn(Strict):
    """The status asked for. Closing needs lessons, going back and setting aside a reason."""

    version: Version
    to: Status
    reason: Text = ""
    lessons: Text = ""


class MergeIn(Strict):
    """The file that this one repeats."""

    version: Version
    into: Id
    reason: Said


class RestoreIn(Strict):
    """Why a file that was set aside is opened again."""

    version: Version
    reason: Said


class NextActionIn(Strict):
    """The one thing that comes next. done: what stood there before is done."""

    version: Version
    text: Annotated[Line, StringConstraints(min_length=1)]
    due: AwareDatetime
    waiting: Waiting
    done: bool = False


class AssignIn(Strict):
    """Who follows the file; null for nobody."""

    version: Version
    to: Id | None


class TlpIn(Strict):
    """How far the file may be told."""

    version: Version
    tlp: Tlp


class SupportIn(Strict):
    """Who gives support now."""

    version: Version
    helpers: Annotated[list[Helper], Field(max_length=len(Helper))]


class MessageIn(Strict):
    """A word to the other side. Send the same key again after a cut: it is written once."""

    key: UUID
    text: Said


class MessageOut(Schema):
    """A word between the structure and the CERT."""

    id: int
    at: datetime
    by: str
    from_desk: bool
    text: str
    attachments: list[int]

    @staticmethod
    def resolve_by(message: Message) -> str:
        """Return who wrote it."""
        return message.by.full_name

    @staticmethod
    def resolve_attachments(message: Message) -> list[int]:
        """Return the numbers of its files."""
        return [file.pk for file in message.attachments.all()]


class AttachmentOut(Schema):
    """A file; its content is encrypted where it lies and only ever downloaded."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    at: datetime
    by: str

    @staticmethod
    def resolve_by(attachment: Attachment) -> str:
        """Return who sent it."""
        return attachment.by.full_name


class ProofIn(Strict):
    """The proof that the legal declaration was sent where the law wants it."""

    sent_at: AwareDatetime
    receipt: Annotated[Line, StringConstraints(min_length=1, max_length=120)]
    channel: Annotated[Line, StringConstraints(max_length=40)] = "portal"
    by_recorder: bool = True
    sender_job: Annotated[Line, StringConstraints(max_length=120)] = ""


class ProofOut(Schema):
    """A proof that was recorded."""

    id: int
    sent_at: datetime
    receipt: str
    channel: str
    recorded_at: datetime
    recorded_by: str

    @staticmethod
    def resolve_recorded_by(proof: LegalDeclaration) -> str:
        """Return who recorded it."""
        return proof.recorded_by.full_name


class IncidentPage(Schema):
    """One page of files. next: what to send as `after` for the page behind it."""

    items: list[IncidentOut]
    next: str | None
