"""Offer groups of files that may share one cause, with the reason, in a few SQL queries."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Max

from vigie.accounts.models import User
from vigie.accounts.queries import scoped, within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Event, Incident, Observable, SetAsideGroup
from vigie.incidents.queries.events import open_events
from vigie.incidents.queries.file import named_only
from vigie.incidents.queries.observables import counted, sightings
from vigie.incidents.queries.search import zone
from vigie.incidents.rules.likeness import (
    Candidate,
    Likely,
    OpenEvent,
    SetAside,
    likely_groups,
)
from vigie.inventory.models import Supplier

MOST_FILES = 500  # open files looked at, the newest
MOST_EVENTS = 100
MOST_NAMED = 5  # observables named in an offer


@dataclass(frozen=True, slots=True)
class Offer:
    """A likely group with what the page shows of it."""

    likely: Likely
    files: list[Incident]
    event: Event | None
    supplier: Supplier | None
    observables: list[Observable]  # a few of those shared


def offers(reader: User) -> list[Offer]:
    """Return the groups that the reader's desk may want to make, the strongest first.

    Costs at most eight SQL queries.
    """
    loose = _loose(reader)
    if not loose:
        return []
    events = {event.pk: event for event in open_events(reader)[:MOST_EVENTS]}
    found = likely_groups(loose, _joinable(reader, events), _set_aside())
    return _told(reader, found, events)


def _loose(reader: User) -> list[Candidate]:
    """Return the open files in no event that the reader follows."""
    rows = Incident.objects.filter(
        within(reader, Permission.FOLLOW), scoped(reader), is_open=True, event=None
    )
    columns = ("pk", "declared_at", "category", "supplier")
    newest = list(rows.order_by("-declared_at", "-id").values_list(*columns)[:MOST_FILES])
    seen = counted(sightings(reader, Permission.FOLLOW)).filter(
        observable__links=True, incident__is_open=True, incident__event=None
    )
    held: dict[int, set[int]] = defaultdict(set)
    for incident, observable in seen.values_list("incident", "observable"):
        held[incident].add(observable)
    return [
        Candidate(
            pk=pk,
            day=declared_at.astimezone(zone()).date(),
            category=category,
            supplier=supplier,
            observables=frozenset(held[pk]),
        )
        for pk, declared_at, category, supplier in newest
    ]


def _joinable(reader: User, events: dict[int, Event]) -> list[OpenEvent]:
    """Return the open events as the rule compares them."""
    members = Incident.objects.filter(within(reader, Permission.FOLLOW), event__in=list(events))
    newest = dict(members.order_by().values_list("event").annotate(last=Max("declared_at")))
    seen = counted(sightings(reader, Permission.FOLLOW)).filter(
        observable__links=True, incident__event__in=list(events)
    )
    held: dict[int, set[int]] = defaultdict(set)
    for event, observable in seen.values_list("incident__event", "observable"):
        held[event].add(observable)
    return [
        OpenEvent(
            pk=event.pk,
            last=newest[event.pk].astimezone(zone()).date(),
            supplier=event.supplier_id,
            observables=frozenset(held[event.pk]),
        )
        for event in events.values()
    ]


def _set_aside() -> SetAside:
    found: SetAside = defaultdict(list)
    for basis, members in SetAsideGroup.objects.values_list("basis", "members"):
        found[basis].append(frozenset(members))
    return found


def _told(reader: User, found: list[Likely], events: dict[int, Event]) -> list[Offer]:
    """Return the groups with their rows. Three SQL queries."""
    wanted = {pk for likely in found for pk in likely.members}
    rows = Incident.objects.filter(within(reader, Permission.FOLLOW), pk__in=wanted)
    files = {row.pk: row for row in named_only(rows)}
    suppliers = Supplier.objects.in_bulk(
        [int(likely.of) for likely in found if likely.of.isdecimal()]
    )
    shared = {pk for likely in found for pk in sorted(likely.shared)[:MOST_NAMED]}
    observables = Observable.objects.in_bulk(list(shared)) if shared else {}
    return [
        Offer(
            likely=likely,
            files=[files[pk] for pk in likely.members if pk in files],
            event=events.get(likely.event) if likely.event else None,
            supplier=suppliers.get(int(likely.of)) if likely.of.isdecimal() else None,
            observables=[observables[pk] for pk in sorted(likely.shared)[:MOST_NAMED]],
        )
        for likely in found
    ]
