"""The declaration on paper: blank for when the network is down, or filled; as a page and as PDF."""

from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vigie.accounts.guards import SignedRequest, needs, open_to_all
from vigie.accounts.rules import Permission
from vigie.establishments.queries import ShownContact, emergency_contacts
from vigie.incidents import queries
from vigie.incidents.exports import answers, paper
from vigie.incidents.exports.paper import Sheet
from vigie.incidents.models import Incident, labels
from vigie.incidents.operations.exchange import open_file
from vigie.incidents.rules.words import Authority
from vigie.incidents.views.legal import sender_of
from vigie.kernel import clock
from vigie.ui import moments

HOME_COUNTRY = "FR"


@open_to_all
@require_GET
def blank(request: HttpRequest) -> HttpResponse:
    """Show the empty form to print. It holds nothing secret and needs no sign-in."""
    context = {"sheets": paper.blank(), "is_blank": True}
    return render(request, "incidents/paper/form.html", context)


@open_to_all
@require_GET
def blank_pdf(request: HttpRequest) -> HttpResponse:
    """Give the empty form as a file to keep on paper before it is needed."""
    now = clock.now()
    note = _("À remplir à la main quand le réseau est coupé, puis à transmettre par tout moyen.")
    title = _("Déclarer un incident de sécurité")
    made = paper.pdf(paper.blank(), _contacts(HOME_COUNTRY), title=title, note=note, now=now)
    return _file(made, "vigie-declaration.pdf")


@needs(Permission.READ_INCIDENTS)
@require_GET
def filled(request: SignedRequest, pk: int) -> HttpResponse:
    """Show a declaration on the paper form."""
    incident = get_object_or_404(queries.visible_incidents(request.user), pk=pk)
    open_file(by=request.user, incident=incident, now=clock.now(), part="paper")
    context = {
        "incident": incident,
        "sheets": _sheets(incident),
        "is_blank": False,
    }
    return render(request, "incidents/paper/form.html", context)


@needs(Permission.READ_INCIDENTS)
@require_GET
def filled_pdf(request: SignedRequest, pk: int) -> HttpResponse:
    """Give a declaration on the paper form as a file."""
    incident = get_object_or_404(queries.visible_incidents(request.user), pk=pk)
    now = clock.now()
    open_file(by=request.user, incident=incident, now=now, part="paper")
    title = _("Déclaration %(reference)s") % {"reference": incident.reference}
    note = _printed(incident, now)
    made = paper.pdf(
        _sheets(incident), _contacts(incident.country), title=title, note=note, now=now
    )
    return _file(made, f"{incident.reference}.pdf")


def _sheets(incident: Incident) -> list[Sheet]:
    declaration = queries.declaration_of(incident)
    facts = queries.facts_in_force(declaration)
    authority = str(labels.label(Authority, declaration.authority))
    sender = replace(sender_of(declaration), authority=authority)
    return paper.filled(facts, sender, answers.names_of([facts]))


def _printed(incident: Incident, now: datetime) -> str:
    return _("Vigie · dossier %(reference)s · TLP:%(tlp)s · imprimé le %(when)s") % {
        "reference": incident.reference,
        "tlp": incident.tlp,
        "when": moments.full(now),
    }


def _contacts(country: str) -> list[ShownContact]:
    today = timezone.localdate(clock.now())
    return [c for c in emergency_contacts(country, today=today) if c.phone]


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Language"] = get_language() or "fr"
    return answer
