"""What is due everywhere: the clocks of the files that a reader may see, from rows kept for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from vigie.accounts.models import User
from vigie.accounts.queries import scoped, within
from vigie.accounts.rules import Permission
from vigie.incidents.models import DutyClock, Incident
from vigie.incidents.rules.duties.board import Phase, state_at
from vigie.incidents.rules.duties.clocks import State
from vigie.reference import duties as reference
from vigie.reference.catalogue import Title

PAGE = 100
CLOSED_STAYS = timedelta(days=30)  # what a closed file still owes stays in the list
LISTED = (State.LATE, State.WITHOUT_DELAY, State.SOON, State.RUNNING, State.TO_CHECK)
RANKS = {state: rank for rank, state in enumerate(LISTED)}
OF_FILE = {
    name: f"incident__{name}"
    for name in ("country", "region", "department", "establishment", "site")
}


@dataclass(frozen=True, slots=True)
class Due:
    """One stage that somebody must see to, with its file."""

    clock: DutyClock
    incident: Incident
    title: Title
    state: State


def due(reader: User, *, now: datetime, state: State | None = None) -> QuerySet[DutyClock]:
    """Return the clocks to see to in the files that the reader may see, the most pressing first.

    state: only those; without it, those to check are left out.
    """
    rows: Any = _seen(reader, now).annotate(rank=rank(now))
    chosen = Q(rank=RANKS[state]) if state else Q(rank__lt=RANKS[State.TO_CHECK])
    when = Coalesce("due_at", "start_at", "incident__declared_at")
    found: QuerySet[DutyClock] = rows.filter(chosen).order_by("rank", when, "id")
    return found


def pressing(reader: User, *, now: datetime) -> QuerySet[DutyClock]:
    """Return the clocks that are late, without delay or soon due, as `due` orders them."""
    rows: Any = due(reader, now=now)
    found: QuerySet[DutyClock] = rows.filter(rank__lte=RANKS[State.SOON])
    return found


def counts(reader: User, *, now: datetime) -> Mapping[State, int]:
    """Return how many clocks stand in each state. One SQL query."""
    rows = _seen(reader, now).annotate(rank=rank(now)).order_by()
    found = dict(rows.values_list("rank").annotate(n=Count("pk")))
    return {state: found.get(number, 0) for state, number in RANKS.items()}


def rank(now: datetime) -> Case:
    """Return how pressing a row is, as the rules read it at a moment."""
    is_open = Q(phase=Phase.OPEN)
    over = is_open & Q(due_at__lt=now)
    return Case(
        When(over & Q(is_advised=True), then=Value(RANKS[State.TO_CHECK])),
        When(over, then=Value(RANKS[State.LATE])),
        When(is_open & Q(is_hurried=True), then=Value(RANKS[State.WITHOUT_DELAY])),
        When(is_open & Q(soon_at__lte=now), then=Value(RANKS[State.SOON])),
        When(is_open, then=Value(RANKS[State.RUNNING])),
        default=Value(RANKS[State.TO_CHECK]),
        output_field=IntegerField(),
    )


def listed(rows: Iterable[DutyClock], now: datetime) -> list[Due]:
    """Return rows with what a list shows of them; those of a law that is gone are left out."""
    return [found for row in rows if (found := _shown(row, now))]


def _shown(row: DutyClock, now: datetime) -> Due | None:
    law = reference.law(row.incident.country)
    stage = law.stage(row.regime, row.stage) if law else None
    if stage is None:
        return None
    state = state_at(
        Phase(row.phase),
        due_at=row.due_at,
        soon_at=row.soon_at,
        hurry=row.is_hurried,
        advised=row.is_advised,
        now=now,
    )
    return Due(row, row.incident, stage.title, state)


def _seen(reader: User, now: datetime) -> QuerySet[DutyClock]:
    """Return the clocks that may ask for something, in the files that the reader may see."""
    rows = DutyClock.objects.filter(within(reader, Permission.READ_INCIDENTS, **OF_FILE))
    alive = Q(incident__is_open=True) | Q(incident__closed_at__gt=now - CLOSED_STAYS)
    rows = rows.filter(alive, phase__in=[Phase.OPEN, Phase.TO_CHECK])
    rows = rows.filter(scoped(reader, **OF_FILE))
    return rows.select_related("incident__establishment", "incident__site")
