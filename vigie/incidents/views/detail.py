"""The page of one file. Every opening is written in the journal."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_GET, require_safe

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.queries import names_of
from vigie.accounts.rules import Permission
from vigie.audit.queries import events
from vigie.audit.rules import BadCursor
from vigie.incidents.forms.exchange import MessageForm
from vigie.incidents.forms.follow import Choice
from vigie.incidents.forms.wording import to_use, wanted
from vigie.incidents.operations.exchange import open_file
from vigie.incidents.queries.duties_page import duties_on, shown
from vigie.incidents.queries.file import LINES, OneFile, one_file
from vigie.incidents.queries.linked import linked_to
from vigie.incidents.queries.wording import templates_of, worded
from vigie.kernel import clock


@dataclass(frozen=True, slots=True)
class OpenAct:
    """A form that stands open on the page of a file."""

    title: str | Promise
    form: Form
    url: str
    submit: str | Promise
    note: str | Promise = ""
    is_grave: bool = False
    keep: str = ""  # key under which the browser keeps what is typed


@needs(Permission.READ_INCIDENTS)
@require_safe
def file(request: SignedRequest, pk: int) -> HttpResponse:
    """Show a file."""
    found = read(request, pk)
    return show(request, found, message=_with_reply(request, found))


def _replies(request: SignedRequest, found: OneFile) -> list[Choice] | None:
    """Return the templates to choose from, None while nobody asked for them."""
    if not found.at_desk or "reply" not in request.GET:
        return None
    return to_use(templates_of(found.incident.country))


def _with_reply(request: SignedRequest, found: OneFile) -> MessageForm | None:
    """Return the message box with the template that the address names, None where it names none."""
    chosen = wanted(request.GET.get("reply", "")) if found.at_desk else None
    template = templates_of(found.incident.country).filter(pk=chosen[0]).first() if chosen else None
    if chosen is None or template is None:
        return None
    text = worded(template, found.incident, request.user, chosen[1])
    return MessageForm(initial={"idempotency_key": uuid4(), "text": text})


@needs(Permission.READ_INCIDENTS)
@require_GET
def journal(request: SignedRequest, pk: int) -> HttpResponse:
    """Show the whole journal of a file, openings included."""
    found = read(request, pk, part="journal")
    can_name = Permission.READ_JOURNAL in found.can
    try:
        page = events(
            targets=[f"incident:{pk}"],
            after=request.GET.get("after", ""),
            with_people=can_name or found.at_desk,
        )
    except BadCursor as reason:
        raise Http404 from reason
    context = {"file": found, "incident": found.incident, "page": page, "names": names_of(page)}
    return render(request, "incidents/journal.html", context)


def read(request: SignedRequest, pk: int, *, part: str = "") -> OneFile:
    """Return a file with all that belongs to it, once the journal says who opened it.

    Raises Http404 when the reader may not see it.
    """
    found = one_file(request.user, pk)
    if found is None:
        raise Http404
    open_file(by=request.user, incident=found.incident, now=clock.now(), part=part)
    return found


def holds(found: OneFile, permission: Permission) -> None:
    """Raise PermissionDenied unless the reader holds a permission in the file."""
    if permission not in found.can:
        raise PermissionDenied


def show(
    request: SignedRequest,
    found: OneFile,
    *,
    act: OpenAct | None = None,
    message: MessageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page of a file, or the open form alone to htmx."""
    context: dict[str, Any] = {
        "file": found,
        "incident": found.incident,
        "declaration": found.declaration,
        "facts": found.facts,
        "understood": found.understood,
        "assessment": found.understood.assessment,
        "reader_may": {str(permission) for permission in found.can},
        "act": act,
        "replies": _replies(request, found),
        "message_form": message or MessageForm(initial={"idempotency_key": uuid4()}),
        "lines": found.lines[:LINES],
        "linked_records": linked_to(request.user, found.incident),
        "has_more_lines": len(found.lines) > LINES,
        "home": reverse("incidents:file", args=[found.incident.pk]),
    }
    if request.htmx and request.htmx.target == "act":
        return render(request, "incidents/_act.html", context, status=status)
    duties = duties_on(found, clock.now())
    context |= {"duties": duties, "shown": shown(duties)}
    return render(request, "incidents/detail.html", context, status=status)
