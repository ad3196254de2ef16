"""What the matrix of rights walks on where files are brought together."""

from dataclasses import dataclass
from datetime import datetime

from vigie.accounts.models import User
from vigie.incidents.models import Event, Incident, Sighting
from vigie.incidents.operations import events
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.observables import Seen, add_sightings
from vigie.incidents.rules.observables import Sort, named
from vigie.incidents.rules.words import SightingSource
from vigie.incidents.tests.factories import IncidentFactory

EVENT_ACTS = [f"incidents:{name}_event" for name in ("write", "rename", "close", "reopen", "add")]


@dataclass(frozen=True)
class Together:
    """An observable in the file at home, the file's event, and a file in no event."""

    sighting: Sighting
    event: Event
    loose: Incident


def fill(incident: Incident, officer: User, lead: User, now: datetime) -> Together:
    """Note an observable in a file and put it into an event."""
    evil = Seen(named(Sort.DOMAIN, "evil.site"))
    (sighting,) = add_sightings(
        by=officer, incident=incident, seen=[evil], source=SightingSource.TYPED, now=now
    )
    event = events.group(
        by=lead, incidents=[incident], into=NewEvent("Panne"), reason="Même hôte", now=now
    )
    incident.refresh_from_db()
    loose = IncidentFactory(establishment=incident.establishment, by=officer)
    return Together(sighting, event, loose)
