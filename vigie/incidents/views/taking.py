"""Doors by which the desk opens a file for a structure: a call, or a mail that it received."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents import queries
from vigie.incidents.feeds.mail import NotMail, Problem
from vigie.incidents.forms.taking import NOT_MAIL, PROBLEMS, FirstWordForm, MailForm
from vigie.incidents.models import TakenMail
from vigie.incidents.operations import taking as acts
from vigie.incidents.queries import Structure
from vigie.incidents.queries.people import taken_mails
from vigie.incidents.rules.facts import LINE_LENGTH
from vigie.incidents.rules.words import Channel, Endangerment, StructureImpact
from vigie.incidents.views.typed import tell_masked
from vigie.kernel import clock

UNPROCESSABLE = 422
READING = 10.0  # seconds for one mail
UNKNOWN = {"endangerment": Endangerment.UNKNOWN, "structure_impact": StructureImpact.UNKNOWN}


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def call(request: SignedRequest) -> HttpResponse:
    """Open a file from a phone call."""
    initial = {"key": uuid4(), "told_at": clock.now()}
    return _first_word(request, None, initial)


@needs(Permission.FOLLOW)
@require_POST
def mail(request: SignedRequest) -> HttpResponse:
    """Read a mail; its words stand in the form that follows."""
    form = MailForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            taken = _take(request, form.cleaned_data["mail"], form.cleaned_data["key"])
        except NotMail as reason:
            form.add_error("mail", str(NOT_MAIL[reason.problem]))
        else:
            return redirect("incidents:taken", taken.key)
    initial = {"key": uuid4(), "told_at": clock.now()}
    return _show(request, None, _form(request, None, initial), form, status=UNPROCESSABLE)


def _take(request: SignedRequest, file: UploadedFile[bytes], key: UUID) -> TakenMail:
    return acts.take_mail(
        by=request.user,
        key=key,
        name=file.name or "",
        pieces=file.chunks(),
        now=clock.now(),
        expired=clock.countdown(READING),
    )


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def taken(request: SignedRequest, key: UUID) -> HttpResponse:
    """Open a file from a mail that was read."""
    found = get_object_or_404(taken_mails(request.user), key=key)
    if found.incident is not None:
        return redirect("incidents:file", found.incident.pk)
    initial = {
        "key": found.key,
        "told_at": found.sent_at or found.created_at,
        "title": found.subject[:LINE_LENGTH],
        "description": found.text,
        "name": found.sender_name,
        "email": found.sender_address,
    }
    return _first_word(request, found, initial)


@needs(Permission.FOLLOW)
@require_POST
def drop(request: SignedRequest, key: UUID) -> HttpResponse:
    """Forget a mail that becomes no file."""
    found = get_object_or_404(taken_mails(request.user).filter(incident=None), key=key)
    acts.drop_mail(by=request.user, mail=found, now=clock.now())
    messages.success(request, gettext("Courriel écarté."))
    return redirect("incidents:call")


def _first_word(
    request: SignedRequest, taken: TakenMail | None, initial: dict[str, Any]
) -> HttpResponse:
    form = _form(request, taken, initial)
    if request.method != "POST":
        return _show(request, taken, form)
    if request.POST.get("go") == "find" or not form.is_valid():
        status = 200 if request.POST.get("go") == "find" else UNPROCESSABLE
        return _show(request, taken, form, status=status)
    opened = acts.open_by_desk(
        by=request.user, submission=form.submission, now=clock.now(), mail=taken
    )
    file = opened.declared.incident
    tell_masked(request, opened.declared.masked)
    told = gettext("Dossier %(file)s ouvert. Il reste à compléter par la structure.")
    messages.success(request, told % {"file": file.reference})
    return redirect("incidents:file", file.pk)


def _form(
    request: SignedRequest, taken: TakenMail | None, initial: dict[str, Any]
) -> FirstWordForm:
    data = request.POST if request.method == "POST" and "title" in request.POST else None
    return FirstWordForm(
        data,
        structures=_structures(request),
        now=clock.now(),
        channel=Channel.PHONE if taken is None else Channel.MAIL,
        initial=UNKNOWN | initial,
    )


def _structures(request: SignedRequest) -> list[Structure]:
    """Return the structure that was chosen, and those that the typed words mean."""
    chosen = queries.structure_of(request.user, request.POST.get("structure", ""))
    asked = request.POST.get("structure_q", "")[:100]
    hits = queries.search_structures(request.user, asked) if asked.strip() else []
    return [*([chosen] if chosen else []), *(hit for hit in hits if hit != chosen)]


def _show(
    request: SignedRequest,
    taken: TakenMail | None,
    form: FirstWordForm,
    mail_form: MailForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    problems = [PROBLEMS[Problem(one)] for one in taken.problems] if taken else []
    context = {
        "form": form,
        "mail": taken,
        "mail_form": mail_form or MailForm(initial={"key": uuid4()}),
        "problems": problems,
        "files": taken.files.order_by("id") if taken else [],
        "url": reverse("incidents:taken", args=[taken.key]) if taken else reverse("incidents:call"),
    }
    return render(request, "incidents/taking/call.html", context, status=status)
