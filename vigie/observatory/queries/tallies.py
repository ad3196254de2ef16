"""Count declarations, events and structures in few SQL queries, whatever their number."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from django.db.models import Aggregate, Case, Count, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from vigie.incidents.models import CountedState
from vigie.observatory.rules.indicators import (
    DECLARATIONS_MADE,
    EVERY,
    Clause,
    Condition,
    Counted,
)
from vigie.observatory.rules.indicators import Count as Wanted

Rows = QuerySet[CountedState]
ALONE = Q(event=None)  # a declaration without event is an event of its own
EVERY_EVENT = Wanted(Counted.EVENTS, EVERY)


class Cell(NamedTuple):
    """Something to count in one year. year None: whatever the year."""

    year: int | None
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Years:
    """Declarations of some years, told apart by a column; no column: all are of one."""

    rows: Rows
    column: str = ""
    years: tuple[int, ...] = ()

    def cells(self, wanted: Iterable[Wanted], *kinds: Counted) -> list[Cell]:
        """Return what to count of these kinds, once for each year."""
        years: tuple[int | None, ...] = self.years or (None,)
        return [Cell(year, one) for year in years for one in wanted if one.counted in kinds]

    def of(self, cell: Cell) -> Q:
        """Return the predicate that a row is of the year and meets the condition."""
        mine = Q() if cell.year is None else Q(**{self.column: cell.year})
        return mine & predicate(cell.wanted.condition)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the column to group by, where there is one."""
        return (self.column,) if self.column else ()


def tally(rows: Rows, wanted: Iterable[Wanted]) -> Counter[Wanted]:
    """Return several counts of the same declarations; its queries are those of tally_years."""
    found = _tally(Years(rows), list(wanted))
    return Counter({cell.wanted: number for cell, number in found.items()})


def tally_years(
    rows: Rows, column: str, years: tuple[int, ...], wanted: Iterable[Wanted]
) -> list[Counter[Wanted]]:
    """Return the same counts of each year, in their order.

    Costs one SQL query for plain counts, one for distinct ones (they stay apart: PostgreSQL does
    not share out among its workers what it counts distinct), and one more each for what events
    say, for structures that repeat and for medians, where they are wanted.
    """
    found = _tally(Years(rows.filter(**{f"{column}__in": years}), column, years), list(wanted))
    each: dict[int | None, Counter[Wanted]] = {year: Counter() for year in years}
    for cell, number in found.items():
        each[cell.year][cell.wanted] = number
    return [each[year] for year in years]


def _tally(years: Years, wanted: list[Wanted]) -> Counter[Cell]:
    found = _plain(years, wanted)
    for count in (_distinct, _shared, _repeating, _medians):
        found.update(count(years, wanted))
    return found


def _plain(years: Years, wanted: list[Wanted]) -> Counter[Cell]:
    """Return the counts of declarations, and of events that are one declaration alone."""
    parts = {c: years.of(c) for c in years.cells(wanted, Counted.DECLARATIONS)}
    parts |= {c: years.of(c) & ALONE for c in years.cells(wanted, Counted.EVENTS)}
    return _aggregated(
        years.rows, {c: Count("pk", filter=condition or None) for c, condition in parts.items()}
    )


def _distinct(years: Years, wanted: list[Wanted]) -> Counter[Cell]:
    """Return the counts of structures, and of events of several declarations."""
    parts = {
        c: Count("establishment", distinct=True, filter=years.of(c) or None)
        for c in years.cells(wanted, Counted.STRUCTURES)
    }
    for cell in years.cells(wanted, Counted.EVENTS):
        if cell.wanted == EVERY_EVENT:
            parts[cell] = Count("event", distinct=True, filter=years.of(cell) or None)
    return _aggregated(years.rows, parts)


def _shared(years: Years, wanted: list[Wanted]) -> Counter[Cell]:
    """Return how many events of several declarations have one that meets the condition."""
    asked = [c for c in years.cells(wanted, Counted.EVENTS) if c.wanted != EVERY_EVENT]
    flags = {f"flag{number}": c for number, c in enumerate(asked)}
    says = {
        flag: Max(Case(When(years.of(c), then=Value(1)), default=Value(0)))
        for flag, c in flags.items()
    }
    # Coalesce changes nothing but the plan: SQLite would walk the index of events of every year.
    shared = years.rows.exclude(ALONE).annotate(shared=Coalesce("event", Value(0)))
    events = shared.order_by().values("shared").annotate(**says)
    return _aggregated(events, {c: Sum(flag, default=0) for flag, c in flags.items()})


def _repeating(years: Years, wanted: list[Wanted]) -> Counter[Cell]:
    """Return how many structures made as many declarations in the year as the conditions ask."""
    parts = {
        c: Count("establishment", filter=years.of(c))
        for c in years.cells(wanted, Counted.REPEATING)
    }
    grouped = years.rows.order_by().values("establishment", *years.keys)
    return _aggregated(grouped.annotate(**{DECLARATIONS_MADE: Count("pk")}), parts)


def _medians(years: Years, wanted: list[Wanted]) -> Counter[Cell]:
    """Return twice the median of the minutes in degraded mode, of declarations that tell them."""
    cells = years.cells(wanted, Counted.MEDIAN)
    if not cells:
        return Counter()
    told = years.rows.filter(degraded_minutes__isnull=False).order_by()
    lengths: dict[int | None, dict[int, int]] = {cell.year: {} for cell in cells}
    for one in told.values("degraded_minutes", *years.keys).annotate(n=Count("pk")):
        lengths[one.get(years.column)][one["degraded_minutes"]] = one["n"]
    return Counter({cell: sum(middles(lengths[cell.year])) for cell in cells})


def middles(each: Mapping[int, int]) -> list[int]:
    """Return the two middle ones of numbers given by how often each occurs; none of none.

    Their mean is the median; of an odd count both are the same.
    """
    total = sum(each.values())
    wanted = ((total - 1) // 2, total // 2)
    found: list[int] = []
    before = 0
    for number in sorted(each):
        after = before + each[number]
        found.extend(number for place in wanted if before <= place < after)
        before = after
    return found


def _aggregated(
    rows: QuerySet[CountedState, object], parts: Mapping[Cell, Aggregate]
) -> Counter[Cell]:
    """Return several aggregates of the same rows in one SQL query."""
    named = {f"count{number}": wanted for number, wanted in enumerate(parts)}
    if not named:
        return Counter()
    found = rows.aggregate(**{name: parts[wanted] for name, wanted in named.items()})
    return Counter({wanted: found[name] for name, wanted in named.items()})


def predicate(condition: Condition) -> Q:
    """Return a condition of the rules as SQL predicate; an empty one where it asks nothing."""
    alternatives = (reduce(and_, map(_clause, clauses)) for clauses in condition)
    return reduce(or_, alternatives, Q()) if condition != EVERY else Q()


def _clause(clause: Clause) -> Q:
    if not clause.values:
        return _in_range(clause)
    if clause.values == (None,):
        return Q(**{f"{clause.column}__isnull": not clause.excludes})
    if len(clause.values) == 1:
        found = Q(**{clause.column: clause.values[0]})
    else:
        found = Q(**{f"{clause.column}__in": clause.values})
    return ~found if clause.excludes else found


def _in_range(clause: Clause) -> Q:
    found = Q(**{f"{clause.column}__isnull": False})
    if clause.low is not None:
        found &= Q(**{f"{clause.column}__gte": clause.low})
    if clause.high is not None:
        found &= Q(**{f"{clause.column}__lt": clause.high})
    return found
