"""Read events: what one cause does to the structures that the reader may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import scoped, within
from vigie.accounts.rules import Permission
from vigie.incidents.models import (
    Circular,
    Episode,
    Event,
    Incident,
    Message,
    Observable,
    ReadMark,
)
from vigie.incidents.queries.file import named_only
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.queries.observables import counted, sightings
from vigie.incidents.queries.search import SHOWN
from vigie.incidents.rules import search
from vigie.incidents.rules.follow import DANGER_RANK, PATIENT_DANGER
from vigie.incidents.rules.words import Endangerment, EpisodeKind

MOST_CANDIDATES = 20  # files that an event may take together
MOST_LISTED = 200
MOST_MEMBERS = 200
MOST_SHARED = 20
FILES = {name: f"incident__{name}" for name in ("country", "region", "department")}


def open_events(reader: User) -> QuerySet[Event]:
    """Return the events that the reader's files may still join, the newest first.

    Only those of which the reader follows a file: the title of another tells of others.
    """
    followed = Incident.objects.filter(within(reader, Permission.FOLLOW), event=OuterRef("pk"))
    open_ones = Event.objects.filter(Exists(followed), closed_at=None)
    return open_ones.order_by("-started_at", "-id")


def followed(reader: User) -> Q:
    """Return the predicate of the files that the reader follows."""
    return within(reader, Permission.FOLLOW)


def alike(reader: User, incident: Incident) -> list[Incident]:
    """Return open files that may share the cause of one: same supplier, or same category.

    Only those that the reader may follow and that are in no event yet; the newest first.
    """
    same = Q(category=incident.category) if incident.category else Q()
    if incident.supplier_id:
        same |= Q(supplier=incident.supplier_id)
    if not same:
        return []
    near = visible_incidents(reader).filter(
        within(reader, Permission.FOLLOW), same, is_open=True, event=None
    )
    rows = named_only(near.exclude(pk=incident.pk))
    return list(rows.order_by("-declared_at", "-id")[:MOST_CANDIDATES])


def listed(reader: User, *, state: str = "open", text: str = "", whole: bool = False) -> Any:
    """Return the events that the reader may see, the gravest danger first, then the newest.

    Each is a mapping: event (its number), name, started_at, over_at, behind (its supplier), and of
    the files that the reader may see: files, open, regions, gravest, due, proven, potential.
    state: open, closed or "". whole: without the scope that the reader chose.
    """
    rows = Incident.objects.filter(within(reader, Permission.READ_INCIDENTS), event__isnull=False)
    if not whole:
        rows = rows.filter(scoped(reader))
    if state:
        rows = rows.filter(event__closed_at__isnull=state == "open")
    if text.strip():
        rows = rows.filter(_asked(text))
    grouped = rows.order_by().values(
        "event",
        name=F("event__title"),
        started_at=F("event__started_at"),
        over_at=F("event__closed_at"),
        behind=F("event__supplier__name"),
    )
    figures = grouped.annotate(
        files=Count("pk"),
        open=Count("pk", filter=Q(is_open=True)),
        regions=Count("region", distinct=True),
        gravest=Max("danger_rank"),
        due=Min("next_action_at"),
        proven=Count("pk", filter=Q(danger_rank=DANGER_RANK[Endangerment.PROVEN])),
        potential=Count("pk", filter=Q(danger_rank=PATIENT_DANGER)),
    )
    return figures.order_by("-gravest", "-started_at", "-event")


def _asked(text: str) -> Q:
    wanted = search.wanted(text)
    if wanted.event is not None:
        return Q(event=min(wanted.event, 2**63 - 1))
    return Q(event__title__icontains=text.strip()) | Q(
        event__supplier__name__icontains=text.strip()
    )


@dataclass(frozen=True, slots=True)
class Care:
    """What an activity lives through in the files of an event. files: how many tell of it."""

    activity: str
    files: int
    degraded: int
    stopped: int
    ongoing: int  # not said to be over


@dataclass(frozen=True, slots=True)
class Impact:
    """What an event does, summed over the files that the reader may see."""

    files: int
    open: int
    structures: int
    regions: int
    proven: int
    potential: int
    interrupted: int
    first: datetime | None
    care: list[Care]


@dataclass(frozen=True, slots=True)
class OneEvent:
    """An event as one reader may see it. at_desk: they follow one of its files at least."""

    event: Event
    members: list[Incident]
    impact: Impact
    shared: list[tuple[Observable, int]]  # seen in two files or more, and in how many
    circulars: list[Circular]  # each with .sent and .read_by, files that the reader follows
    at_desk: bool
    leads: bool  # they follow all of its files


def one_event(reader: User, pk: int) -> OneEvent | None:
    """Return an event with the files that the reader may see, None where they see none.

    Costs at most eight SQL queries.
    """
    visible = Incident.objects.filter(within(reader, Permission.READ_INCIDENTS), event=pk)
    joined = visible.select_related("establishment", "site", "assignee", "event")
    members = list(joined.only(*SHOWN).order_by("-danger_rank", "declared_at", "id")[:MOST_MEMBERS])
    if not members:
        return None
    event = Event.objects.select_related("supplier").get(pk=pk)
    at_desk = any(reader.may(Permission.FOLLOW, at=one.place) for one in members)
    return OneEvent(
        event=event,
        members=members,
        impact=_impact(visible),
        shared=_shared(reader, pk),
        circulars=_circulars(reader, pk) if at_desk else [],
        at_desk=at_desk,
        leads=at_desk and not _others(reader, pk),
    )


def _others(reader: User, event: int) -> bool:
    """Return whether the event has files that the reader does not follow."""
    return Incident.objects.filter(event=event).exclude(followed(reader)).exists()


def _impact(visible: QuerySet[Incident]) -> Impact:
    told = visible.aggregate(
        files=Count("pk"),
        open=Count("pk", filter=Q(is_open=True)),
        structures=Count("establishment", distinct=True),
        regions=Count("region", distinct=True),
        proven=Count("pk", filter=Q(danger_rank=DANGER_RANK[Endangerment.PROVEN])),
        potential=Count("pk", filter=Q(danger_rank=PATIENT_DANGER)),
        interrupted=Count("pk", filter=Q(declaration__care_interrupted=True)),
        first=Min("declared_at"),
    )
    stopped, degraded = EpisodeKind.INTERRUPTION, EpisodeKind.DEGRADED
    inside = Episode.objects.filter(
        declaration__incident__in=visible.order_by().values("pk"), kind__in=[stopped, degraded]
    )
    files = "declaration__incident"
    rows = (
        inside.order_by()
        .values("activity")
        .annotate(
            files=Count(files, distinct=True),
            degraded=Count(files, distinct=True, filter=Q(kind=degraded)),
            stopped=Count(files, distinct=True, filter=Q(kind=stopped)),
            ongoing=Count(files, distinct=True, filter=Q(end="")),
        )
    )
    ordered = rows.order_by("-stopped", "-files", "activity")
    return Impact(**told, care=[Care(**row) for row in ordered])


def _shared(reader: User, event: int) -> list[tuple[Observable, int]]:
    """Return the observables of two files or more, those of most files first. Two SQL queries."""
    rows = counted(sightings(reader)).filter(incident__event=event, observable__links=True)
    held = rows.order_by().values("observable").annotate(files=Count("pk")).filter(files__gte=2)
    found = {
        row["observable"]: row["files"]
        for row in held.order_by("-files", "observable")[:MOST_SHARED]
    }
    known = Observable.objects.in_bulk(list(found)) if found else {}
    return [(known[pk], files) for pk, files in found.items()]


def _circulars(reader: User, event: int) -> list[Circular]:
    """Return what was written to all, the last first, as far as the reader follows the files."""
    places = FILES | {"establishment": "incident__establishment", "site": "incident__site"}
    followed = Message.objects.filter(
        within(reader, Permission.FOLLOW, **places), circular__event=event
    )
    read = ReadMark.objects.filter(
        incident=OuterRef("incident"), from_desk=False, read_at__gte=OuterRef("at")
    )
    rows = (
        followed.order_by()
        .values("circular")
        .annotate(sent=Count("pk"), read_by=Count("pk", filter=Exists(read)))
    )
    figures = {row["circular"]: row for row in rows}
    found = Circular.objects.select_related("by").filter(pk__in=list(figures))
    circulars = list(found.order_by("-at", "-id"))
    for circular in circulars:
        circular.sent = figures[circular.pk]["sent"]  # type: ignore[attr-defined]
        circular.read_by = figures[circular.pk]["read_by"]  # type: ignore[attr-defined]
    return circulars
