"""Words and files between a structure and the CERT."""

import uuid
from typing import Annotated

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Form, Router
from ninja import Status as Answer
from ninja.files import UploadedFile

from vigie.accounts.guards import SignedRequest
from vigie.incidents.api import follow_schemas
from vigie.incidents.api.doors import FileId, Number, file_of
from vigie.incidents.models import Message
from vigie.incidents.operations import exchange
from vigie.incidents.operations.attach import Upload, open_attachment
from vigie.incidents.queries.attachments import attachments_of
from vigie.incidents.rules.facts import Text
from vigie.kernel import clock, vault

router = Router(tags=["exchanges"])


@router.get("/{pk}/messages", response=list[follow_schemas.MessageOut])
def list_messages(request: SignedRequest, pk: FileId) -> object:
    """Return the messages of a file, the oldest first; opening them is written in the journal."""
    incident = file_of(request, pk)
    exchange.open_file(by=request.user, incident=incident, now=clock.now(), part="messages")
    rows = incident.messages.select_related("by").prefetch_related("attachments")
    return rows.order_by("at", "id")


@router.post("/{pk}/messages", response={201: follow_schemas.MessageOut})
def write(request: SignedRequest, pk: FileId, payload: follow_schemas.MessageIn) -> Answer[Message]:
    """Write to the other side. The same key again changes nothing."""
    done = exchange.write_message(
        by=request.user,
        incident=file_of(request, pk),
        text=payload.text,
        key=payload.key,
        now=clock.now(),
    )
    return Answer(201, done.message)


@router.get("/{pk}/attachments", response=list[follow_schemas.AttachmentOut])
def list_attachments(request: SignedRequest, pk: FileId) -> object:
    """Return what files were sent, the oldest first."""
    incident = file_of(request, pk)
    return attachments_of(request.user, incident).select_related("by").order_by("at", "id")


@router.post("/{pk}/attachments", response={201: follow_schemas.MessageOut})
def attach(
    request: SignedRequest,
    pk: FileId,
    file: Annotated[UploadedFile, File(description="At most 25 MB, of a kind that is taken.")],
    text: Annotated[Text, Form(description="What the file is.")] = "",
) -> Answer[Message]:
    """Send a file with a word to the other side."""
    done = exchange.write_message(
        by=request.user,
        incident=file_of(request, pk),
        text=text,
        key=uuid.uuid4(),
        now=clock.now(),
        uploads=[Upload(file.name or "", file.chunks())],
    )
    return Answer(201, done.message)


@router.get(
    "/{pk}/attachments/{number}",
    response={200: None},
    openapi_extra={
        "responses": {
            200: {
                "description": "The content, always as a download.",
                "content": {"application/octet-stream": {"schema": {"type": "string"}}},
            }
        }
    },
)
def download(request: SignedRequest, pk: FileId, number: Number) -> StreamingHttpResponse:
    """Return the content of a file; the journal says who took it."""
    found = get_object_or_404(attachments_of(request.user, file_of(request, pk)), pk=number)
    attachment = open_attachment(by=request.user, attachment=found, now=clock.now())
    return vault.attachment(attachment.stored_as, attachment.name, attachment.media_type)
