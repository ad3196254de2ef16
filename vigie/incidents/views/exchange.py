"""Doors to the exchanges of a file: write, say that one has read, download."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.forms.exchange import MessageForm
from vigie.incidents.operations import exchange
from vigie.incidents.operations.attach import MOST, TooMany, Upload, open_attachment
from vigie.incidents.queries.attachments import attachment_of
from vigie.incidents.queries.file import OneFile
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.views.detail import holds, read, show
from vigie.kernel import clock, vault
from vigie.kernel.vault import BadUpload

UNPROCESSABLE = 422


@needs(Permission.WRITE_MESSAGES)
@require_POST
def write(request: SignedRequest, pk: int) -> HttpResponse:
    """Write to the other side."""
    found = read(request, pk, part="messages")
    holds(found, Permission.WRITE_MESSAGES)
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, found, message=form, status=UNPROCESSABLE)
    return _write(request, found, form)


def _write(request: SignedRequest, found: OneFile, form: MessageForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        written = exchange.write_message(
            by=request.user,
            incident=found.incident,
            text=given["text"],
            key=given["idempotency_key"],
            now=clock.now(),
            uploads=[_upload(file) for file in given["attachments"]],
        )
    except BadUpload as reason:
        form.add_error("attachments", gettext(reason.message) % reason.params)
    except TooMany:
        text = gettext("Joignez au plus %(n)s fichiers à un message.") % {"n": MOST}
        form.add_error("attachments", text)
    except exchange.SilentFile:
        form.add_error("text", gettext("On n’écrit plus dans ce dossier."))
    else:
        _tell(request, written)
        home = reverse("incidents:file", args=[found.incident.pk])
        return redirect(f"{home}#exchanges")
    return show(request, found, message=form, status=UNPROCESSABLE)


def _upload(file: UploadedFile[bytes]) -> Upload:
    return Upload(file.name or "", file.chunks())


def _tell(request: SignedRequest, written: exchange.Written) -> None:
    messages.success(request, gettext("Message enregistré."))
    if written.masked:
        masked = ngettext(
            "Un numéro de sécurité sociale a été masqué.",
            "%(n)s numéros de sécurité sociale ont été masqués.",
            written.masked,
        )
        messages.warning(request, masked % {"n": written.masked})


@needs(Permission.WRITE_MESSAGES)
@require_POST
def mark_read(request: SignedRequest, pk: int) -> HttpResponse:
    """Note that the messages of a file were read."""
    incident = get_object_or_404(visible_incidents(request.user), pk=pk)
    exchange.mark_read(by=request.user, incident=incident, now=clock.now())
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("incidents:file", pk)


@needs(Permission.READ_INCIDENTS)
@require_GET
def download(request: SignedRequest, pk: int, number: int) -> StreamingHttpResponse:
    """Hand out a file that a message brought, always as a download."""
    found = attachment_of(request.user, pk, number)
    if found is None:
        raise Http404
    attachment = open_attachment(by=request.user, attachment=found, now=clock.now())
    return vault.attachment(attachment.stored_as, attachment.name, attachment.media_type)
