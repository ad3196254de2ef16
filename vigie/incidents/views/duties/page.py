"""The page of a file's duties: every clock, why, what to do; an act stands open on top of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.models import Incident
from vigie.incidents.queries.duties import FileDuties
from vigie.incidents.queries.duties_page import Question, duties_on, questions, shown
from vigie.incidents.queries.file import OneFile
from vigie.incidents.views.detail import OpenAct, read
from vigie.kernel import clock


@dataclass(frozen=True, slots=True)
class OnDuties:
    """A file with its duties, as one reader opened them."""

    file: OneFile
    duties: FileDuties
    now: datetime

    @property
    def incident(self) -> Incident:
        """Return the file's row."""
        return self.file.incident

    @property
    def may_record(self) -> bool:
        """Return whether the reader records what becomes of duties."""
        return Permission.RECORD_LEGAL in self.file.can

    @property
    def home(self) -> str:
        """Return the address of the page."""
        return reverse("incidents:duties", args=[self.incident.pk])

    def question(self, fact: str) -> Question | None:
        """Return a question that some duty depends on, None for another fact."""
        return next((q for q in questions(self.duties) if q.code == fact), None)


@needs(Permission.READ_INCIDENTS)
@require_safe
def duties(request: SignedRequest, pk: int) -> HttpResponse:
    """Show the duties of a file."""
    return show(request, opened(request, pk))


def opened(request: SignedRequest, pk: int) -> OnDuties:
    """Return a file with its duties, once the journal says who looked. Raises Http404."""
    found = read(request, pk, part="duties")
    now = clock.now()
    return OnDuties(found, duties_on(found, now), now)


def show(
    request: SignedRequest, on: OnDuties, *, act: OpenAct | None = None, status: int = 200
) -> HttpResponse:
    """Return the page, or the open form alone to htmx."""
    context: dict[str, Any] = {
        "file": on.file,
        "incident": on.incident,
        "duties": on.duties,
        "shown": shown(on.duties),
        "questions": questions(on.duties),
        "may_record": on.may_record,
        "act": act,
        "home": on.home,
    }
    template = "incidents/duties/page.html"
    if request.htmx and request.htmx.target == "act":
        template = "incidents/_act.html"
    return render(request, template, context, status=status)
