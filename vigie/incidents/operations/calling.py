"""Call whoever is on call about a file, and stop calling when it is settled."""

from datetime import datetime

from django.urls import reverse

from vigie.establishments.operations import call_out, close_calls
from vigie.establishments.rules import Territory, TerritoryKind
from vigie.incidents.models import Incident
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.urgency import call_reason


def call_for(incident: Incident, facts: Facts, now: datetime) -> None:
    """Call the structure, its region and the nation where the facts cannot wait.

    Call it in the transaction that stores the facts: nothing goes over the network, and a file
    that is not urgent costs no query.
    """
    reason = call_reason(facts)
    if reason is None:
        return
    call_out(
        places=places_of(incident),
        reason=reason,
        about=about(incident),
        title=f"{incident.reference} · {incident.title}",
        path=reverse("incidents:file", args=[incident.pk]),
        now=now,
    )


def stop_calls(incident: Incident, now: datetime) -> None:
    """Close the calls about a file that is not open any more."""
    if not incident.is_open:
        close_calls(about=about(incident), now=now)


def about(incident: Incident) -> str:
    """Return what calls about a file are about."""
    return f"incident:{incident.pk}"


def places_of(incident: Incident) -> list[Territory]:
    """Return whose people on call hear of a file: its structure, its region, its nation."""
    own = incident.site or incident.establishment
    kind = TerritoryKind.ET if incident.site else TerritoryKind.EJ
    places = [Territory(kind, own.code)]
    if incident.region:
        places.append(Territory(TerritoryKind.REGION, incident.region))
    return [*places, Territory(TerritoryKind.NATION, incident.country)]
