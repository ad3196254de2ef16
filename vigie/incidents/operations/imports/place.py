"""Find the structure, the site and the event that an arrival is about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

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
    """The structures of the register that a batch names: by FINESS, by site, by their whole name.

    nation: the only one whose structures are taken, empty for all.
    """

    establishments: dict[str, Establishment]
    sites: dict[str, Site]
    named: dict[str, list[Establishment]]
    nation: str = ""

    def owner(self, arrival: Arrival) -> Establishment | None:
        """Return the structure of the register that an arrival is about, None for none."""
        found = self.establishments.get(arrival.finess)
        site = self.sites.get(arrival.site)
        if not arrival.finess and site:
            found = site.establishment
        if not arrival.finess and not arrival.site:
            same = self.named.get(arrival.structure_name, [])
            found = same[0] if len(same) == 1 else None
        return found if found and self._is_near(found) else None

    def site(self, arrival: Arrival) -> Site | None:
        """Return the site of the register that an arrival names, None for none."""
        owner, found = self.owner(arrival), self.sites.get(arrival.site)
        return found if owner and found and found.establishment_id == owner.pk else None

    def fault(self, arrival: Arrival) -> Doubt | None:
        """Return why an arrival has no place, None where it has one."""
        owner = self.owner(arrival)
        if owner is None:
            return None if arrival.stranger else self._absent(arrival)
        site = self.sites.get(arrival.site)
        if arrival.site and site is None:
            told = gettext("%(site)s : pas de tel site dans le registre")
            return Doubt("site", told % {"site": arrival.site})
        if site and site.establishment_id != owner.pk:
            told = gettext("%(site)s appartient à %(owner)s")
            names = {"site": arrival.site, "owner": site.establishment.code}
            return Doubt("site", told % names)
        return None

    def doubts(self, arrival: Arrival) -> tuple[Doubt, ...]:
        """Return what is not sure about the place of an arrival: a structure opened for it."""
        if not arrival.stranger or not arrival.kind_of_place or self.owner(arrival):
            return ()
        told = gettext("structure absente du registre : ouverte comme « %(name)s »")
        return (Doubt(arrival.kind_of_place, told % {"name": arrival.stranger.name}),)

    def _is_near(self, found: Establishment) -> bool:
        return not self.nation or found.country == self.nation

    def _absent(self, arrival: Arrival) -> Doubt:
        several = len(self.named.get(arrival.structure_name, []))
        told = gettext("%(name)s : pas de telle structure dans le registre")
        if several > 1 and not arrival.finess and not arrival.site:
            told = gettext("%(name)s : plusieurs structures du registre ont ce nom")
        name = arrival.finess or arrival.site or arrival.structure_name or "?"
        return Doubt(arrival.kind_of_place or "establishment", told % {"name": name})


def register(batch: Collection[Ready], nation: str = "") -> Register:
    """Return the structures of the register that a batch names. Costs at most three SQL queries."""
    owners = {one.arrival.finess for one in batch if one.arrival.finess}
    places = {one.arrival.site for one in batch if one.arrival.site}
    names = {one.arrival.structure_name for one in batch if one.arrival.structure_name}
    rows = Establishment.objects.filter(finess__in=sorted(owners)) if owners else ()
    sites = Site.objects.filter(finess__in=sorted(places)) if places else Site.objects.none()
    return Register(
        {str(row.finess): row for row in rows},
        {str(site.finess): site for site in sites.select_related("establishment")},
        _named(names, nation),
        nation,
    )


def _named(names: set[str], nation: str) -> dict[str, list[Establishment]]:
    """Return the structures in force of each name, strangers left out."""
    if not names:
        return {}
    rows = Establishment.objects.in_force().filter(name__in=sorted(names), source_key="")
    found: dict[str, list[Establishment]] = {}
    for row in (rows.filter(country=nation) if nation else rows).order_by("id"):
        found.setdefault(row.name, []).append(row)
    return found


def place(batch: Sequence[Ready], known: Register, *, by: str, now: datetime) -> list[Placed]:
    """Return the arrivals with their structures; strangers and events that are new are made.

    Call it inside the transaction of the import.
    """
    strangers = _strangers(batch, known, by=by, now=now)
    events = _events(batch, now)
    return [
        Placed(
            ready=one,
            establishment=known.owner(one.arrival)
            or strangers[one.arrival.stranger.key if one.arrival.stranger else ""],
            site=known.site(one.arrival),
            event=events.get((one.arrival.source, one.arrival.event)),
        )
        for one in batch
    ]


def _strangers(
    batch: Sequence[Ready], known: Register, *, by: str, now: datetime
) -> dict[str, Establishment]:
    """Return the structures of arrivals that the register lacks, by their keys at the source."""
    found: dict[str, Establishment] = {}
    lost = [one for one in batch if one.arrival.stranger and not known.owner(one.arrival)]
    for source in sorted({one.arrival.source for one in lost}):
        own = [one.arrival.stranger for one in lost if one.arrival.source == source]
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
