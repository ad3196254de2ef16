"""Find the structure, the site and the event that an arrival is about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from vigie.establishments.models import Establishment, Site
from vigie.establishments.operations import keep_strangers
from vigie.establishments.rules import Place
from vigie.incidents.feeds.arrivals import Arrival, Doubt
from vigie.incidents.models import Event
from vigie.incidents.operations import store
from vigie.incidents.operations.imports.ready import Ready
from vigie.kernel.partial import PartialDate


@dataclass(frozen=True, slots=True)
class Placed:
    """An arrival with the rows that it belongs to."""

    ready: Ready
    establishment: Establishment
    site: Site | None
    event: Event | None

    @property
    def arrival(self) -> Arrival:
        """Return what the importer understood."""
        return self.ready.arrival

    @property
    def place(self) -> Place:
        """Return where it counts: at its site, else at the seat of its structure."""
        return self.site.place if self.site else self.establishment.place


@dataclass(frozen=True, slots=True)
class Register:
    """The structures of the register that a batch names, by FINESS."""

    establishments: dict[str, Establishment]
    sites: dict[str, Site]

    def fault(self, arrival: Arrival) -> Doubt | None:
        """Return why an arrival has no place, None where it has one."""
        if arrival.stranger:
            return None
        if arrival.finess not in self.establishments:
            return Doubt("establishment", f"{arrival.finess}: no such structure in the register")
        site = self.sites.get(arrival.site)
        if arrival.site and site is None:
            return Doubt("site", f"{arrival.site}: no such site in the register")
        if site and site.establishment.finess != arrival.finess:
            return Doubt("site", f"{arrival.site} belongs to {site.establishment.finess}")
        return None


def register(batch: Collection[Ready]) -> Register:
    """Return the structures of the register that a batch names. Costs at most two SQL queries."""
    owners = {one.arrival.finess for one in batch if one.arrival.finess}
    places = {one.arrival.site for one in batch if one.arrival.site}
    rows = Establishment.objects.filter(finess__in=sorted(owners)) if owners else ()
    sites = Site.objects.filter(finess__in=sorted(places)) if places else Site.objects.none()
    return Register(
        {str(row.finess): row for row in rows},
        {str(site.finess): site for site in sites.select_related("establishment")},
    )


def place(batch: Sequence[Ready], known: Register, *, by: str, now: datetime) -> list[Placed]:
    """Return the arrivals with their structures; strangers and events that are new are made.

    Call it inside the transaction of the import.
    """
    strangers = _strangers(batch, by=by, now=now)
    events = _events(batch, now)
    return [
        Placed(
            ready=one,
            establishment=strangers[one.arrival.stranger.key]
            if one.arrival.stranger
            else known.establishments[one.arrival.finess],
            site=known.sites.get(one.arrival.site),
            event=events.get((one.arrival.source, one.arrival.event)),
        )
        for one in batch
    ]


def _strangers(batch: Sequence[Ready], *, by: str, now: datetime) -> dict[str, Establishment]:
    found: dict[str, Establishment] = {}
    for source in {one.arrival.source for one in batch if one.arrival.stranger}:
        own = [one.arrival.stranger for one in batch if one.arrival.source == source]
        named = {stranger.key: stranger for stranger in own if stranger}
        found |= keep_strangers(source=source, strangers=list(named.values()), by=by, now=now)
    return found


def _events(batch: Sequence[Ready], now: datetime) -> dict[tuple[str, str], Event]:
    """Return the events by source and name; one is known by the declarations it already has."""
    found: dict[tuple[str, str], Event] = {}
    for one in batch:
        key = (one.arrival.source, one.arrival.event)
        if one.arrival.event and key not in found:
            known = Event.objects.filter(
                declarations__source=one.arrival.source, title=one.arrival.event
            )
            found[key] = known.order_by("id").first() or Event.objects.create(
                title=one.arrival.event, started_at=since(one.arrival) or now
            )
    return found


def since(arrival: Arrival) -> datetime | None:
    """Return when an arrival begins: its first moment known, declared or else occurred."""
    text = arrival.declared or arrival.facts.occurred
    return PartialDate.parse(text).start(store.zone()) if text else None
