"""Doors to whom the CERT tells of a file: record, take back, a document for a party."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.establishments.queries import emergency_contacts
from vigie.incidents.exports import answers
from vigie.incidents.exports import routing as documents
from vigie.incidents.forms.routing import OtherToldForm, RetractForm, ToldForm
from vigie.incidents.models import PartyTold
from vigie.incidents.operations import routing as acts
from vigie.incidents.operations.attach import Upload
from vigie.incidents.operations.routing import AlreadyTold
from vigie.incidents.queries.file import OneFile
from vigie.incidents.queries.routing import Line
from vigie.incidents.rules.routing import Telling
from vigie.incidents.views.detail import OpenAct, holds, read, show
from vigie.kernel import clock
from vigie.kernel.vault import BadUpload
from vigie.reference import parties

UNPROCESSABLE, CONFLICT = 422, 409
LANGUAGES = ("fr", "en")


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def tell(request: SignedRequest, pk: int, rule: str) -> HttpResponse:
    """Record that a party was told, or why it need not be."""
    found = _opened(request, pk)
    line = found.routed.line(rule)
    if line is None or line.task is None:
        raise Http404
    if not line.is_open:
        messages.warning(request, gettext("Ce destinataire est déjà noté."))
        return _home(found)
    now = clock.now()
    if request.method != "POST":
        return _show(request, found, line, ToldForm(now=now))
    form = ToldForm(request.POST, request.FILES, now=now)
    if not form.is_valid():
        return _show(request, found, line, form, status=UNPROCESSABLE)
    return _record(request, found, form, form.telling(rule, line.party), line)


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def tell_other(request: SignedRequest, pk: int) -> HttpResponse:
    """Record that somebody was told whom no rule asks for."""
    found, now = _opened(request, pk), clock.now()
    known = parties.routing(found.incident.country)
    language = get_language() or "fr"
    offered = [(p.code, p.title.in_(language)) for p in known.parties.values()] if known else []
    if request.method != "POST":
        return _show(request, found, None, OtherToldForm(now=now, parties=offered))
    form = OtherToldForm(request.POST, request.FILES, now=now, parties=offered)
    if not form.is_valid():
        return _show(request, found, None, form, status=UNPROCESSABLE)
    return _record(request, found, form, form.chosen, None)


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def retract(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """Take back a record made by mistake."""
    found = _opened(request, pk)
    line = next((one for one in found.routed.lines if one.told and one.told.pk == number), None)
    if line is None:
        raise Http404
    form = RetractForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = UNPROCESSABLE if request.method == "POST" else 200
        act = OpenAct(
            title=gettext("Reprendre la note sur : %(who)s") % {"who": line.who},
            form=form,
            url=reverse("incidents:retract_told", args=[pk, number]),
            submit=_("Reprendre"),
            note=_("La note reste lisible dans le journal ; la tâche redevient à faire."),
        )
        return show(request, found, act=act, status=status)
    try:
        reason = form.cleaned_data["reason"]
        acts.retract_told(
            by=request.user, incident=found.incident, pk=number, reason=reason, now=clock.now()
        )
    except PartyTold.DoesNotExist as gone:
        raise Http404 from gone
    messages.success(request, gettext("Note reprise."))
    return _home(found)


@needs(Permission.FOLLOW)
@require_GET
def document(request: SignedRequest, pk: int, rule: str, language: str) -> HttpResponse:
    """Give what a party may know of a file as a PDF to send."""
    found, now = _opened(request, pk), clock.now()
    known, line = parties.routing(found.incident.country), found.routed.line(rule)
    if known is None or line is None or line.task is None or language not in LANGUAGES:
        raise Http404
    acts.take_document(
        by=request.user, incident=found.incident, party=line.party, language=language, now=now
    )
    today = timezone.localdate(now)
    letter = documents.Letter(
        incident=found.incident,
        facts=found.facts,
        names=answers.names_of([found.facts]),
        task=line.task,
        routing=known,
        contacts=[c for c in emergency_contacts(found.incident.country, today=today) if c.phone],
    )
    answer = HttpResponse(
        documents.pdf(letter, language=language, now=now), content_type="application/pdf"
    )
    name = f"{found.incident.reference}-{line.party}-{language}.pdf"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Language"] = language
    answer["Cache-Control"] = "private, no-store"
    return answer


def _opened(request: SignedRequest, pk: int) -> OneFile:
    found = read(request, pk, part="routing")
    holds(found, Permission.FOLLOW)
    return found


def _home(found: OneFile) -> HttpResponse:
    return redirect(f"{reverse('incidents:file', args=[found.incident.pk])}#routing")


def _record(
    request: SignedRequest, found: OneFile, form: ToldForm, telling: Telling, line: Line | None
) -> HttpResponse:
    given = form.cleaned_data["attachment"]
    try:
        acts.record_told(
            by=request.user,
            incident=found.incident,
            telling=telling,
            now=clock.now(),
            due_since=line.task.since if line and line.task else None,
            uploads=[_upload(given)] if given else [],
        )
    except BadUpload as reason:
        form.add_error("attachment", gettext(reason.message) % reason.params)
        return _show(request, found, line, form, status=UNPROCESSABLE)
    except AlreadyTold:
        form.add_error(None, gettext("Quelqu’un vient de noter ce destinataire."))
        return _show(request, found, line, form, status=CONFLICT)
    messages.success(request, gettext("Destinataire noté."))
    return _home(found)


def _upload(file: UploadedFile[bytes]) -> Upload:
    return Upload(file.name or "", file.chunks())


def _show(
    request: SignedRequest, found: OneFile, line: Line | None, form: Form, *, status: int = 200
) -> HttpResponse:
    pk = found.incident.pk
    if line is None:
        title = gettext("Prévenir un autre destinataire")
        url = reverse("incidents:tell_other", args=[pk])
    else:
        title = gettext("Prévenir : %(who)s") % {"who": line.who}
        url = reverse("incidents:tell", args=[pk, line.key])
    act = OpenAct(title=title, form=form, url=url, submit=_("Noter"), note=line.why if line else "")
    return show(request, found, act=act, status=status)
