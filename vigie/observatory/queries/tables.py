"""Fill the tables: all rows of conditions at once, regions and care activities apart."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Aggregate, Count, Exists, F, OuterRef, Q, QuerySet

from vigie.establishments.models import Designation, Establishment
from vigie.establishments.rules import DesignationKind, TerritoryKind
from vigie.incidents.models import CountedState
from vigie.observatory.queries import tallies
from vigie.observatory.rules import tabulated as rules
from vigie.observatory.rules.indicators import EVERY, Counted
from vigie.observatory.rules.indicators import Count as Wanted
from vigie.observatory.rules.question import Question, Unit
from vigie.observatory.rules.tables import TABLES, UNKNOWN, Kind, Table, row_of
from vigie.observatory.rules.tabulated import Line, Tabulated
from vigie.reference import catalogue
from vigie.reference.catalogue import LegalPortal

Rows = QuerySet[CountedState]
REGION_COUNTS = {
    "declarations": Count("pk"),
    "alone": Count("pk", filter=tallies.ALONE),
    "events": Count("event", distinct=True),
    "structures": Count("establishment", distinct=True),
}


@dataclass(frozen=True, slots=True)
class Looked:
    """The declarations of a year and of the one before, with what rows ask of them."""

    question: Question
    rows: Rows

    @property
    def years(self) -> tuple[int, int]:
        """Return the year and the one before."""
        return self.question.year, self.question.year - 1

    @property
    def column(self) -> str:
        """Return the column that holds the year."""
        return self.question.axis.column

    def by_year(self, key: str, **counts: Aggregate) -> Iterator[tuple[int, dict[str, Any]]]:
        """Give the year and the counts of each value of a column; one SQL query."""
        grouped = self.rows.order_by().values(self.column, key)
        for one in grouped.annotate(**counts):
            yield one[self.column], one


def tabulate(inside: Rows, question: Question) -> tuple[Tabulated, ...]:
    """Return every table of a question with the year before beside it.

    Costs six SQL queries, eight in events, whatever the number of declarations; as many again
    where small cells are hidden.
    """
    looked = look(inside, question)
    unit = question.unit.counted
    needed = [*rules.counts_needed(unit), Wanted(Counted.DECLARATIONS, EVERY)]
    now, before = tallies.tally_years(looked.rows, looked.column, looked.years, needed)
    totals = [counts[Wanted(Counted.DECLARATIONS, EVERY)] for counts in (now, before)]
    made = {
        Kind.CONDITIONS: lambda table: rules.filled(table, now, before, unit),
        Kind.REGIONS: lambda table: _regions(table, looked),
        Kind.ACTIVITIES: lambda table: _activities(table, looked, totals),
    }
    tables = tuple(made[table.kind](table) for table in TABLES)
    return _protected(tables, looked) if question.is_public else tables


def look(inside: Rows, question: Question) -> Looked:
    """Return the declarations that count in a year and in the one before, with what rows ask."""
    operators = Designation.objects.in_force(question.year).filter(kind=DesignationKind.OSE)
    years = (question.year, question.year - 1)
    rows = inside.filter(**{f"{question.axis.column}__in": years}, counts=True).annotate(
        month=F(question.axis.month_column),
        is_ose=Exists(operators.filter(establishment=OuterRef("establishment"))),
    )
    return Looked(question, rows)


def _protected(tables: tuple[Tabulated, ...], looked: Looked) -> tuple[Tabulated, ...]:
    """Return the tables without what would point at somebody."""
    behind = _structures_behind(looked)
    narrow = looked.question.is_narrow
    return tuple(
        rules.protected(one, *behind) if narrow or one.table.is_breakdown else one for one in tables
    )


def _structures_behind(looked: Looked) -> list[dict[tuple[str, str], int]]:
    """Return on how many structures each line of each table rests, for each year."""
    needed = rules.structures_needed()
    counts = tallies.tally_years(looked.rows, looked.column, looked.years, set(needed.values()))
    found = [{place: one[count] for place, count in needed.items()} for one in counts]
    for year, one in looked.by_year("region", n=Count("establishment", distinct=True)):
        found[looked.years.index(year)]["T04", one["region"] or UNKNOWN] = one["n"]
    for year, activity, number in _by_activity(looked, "establishment"):
        found[looked.years.index(year)]["T17", activity] = number
    return found


def _regions(table: Table, looked: Looked) -> Tabulated:
    """Return a line a region: what was counted, how many structures declared, of how many."""
    counts: dict[str, int] = {}
    then: dict[str, int] = {}
    structures: dict[str, int] = {}
    for year, one in looked.by_year("region", **REGION_COUNTS):
        number = one["alone"] + one["events"] if _in_events(looked) else one["declarations"]
        (counts if year == looked.question.year else then)[one["region"]] = number
        if year == looked.question.year:
            structures[one["region"]] = one["structures"]
    obliged = _obliged(looked.question)
    lines = []
    for code in sorted({*counts, *then, *_shown(looked.question)}):
        value, old, declared = (found.get(code, 0) for found in (counts, then, structures))
        among = obliged.get(code)
        rate = rules.percentage(declared, among) if among else None
        lines.append(Line(row_of(table, code), (value, declared, among, rate, old, value - old)))
    columns = ("value", "structures", "obliged", "rate", "value_before", "change")
    return Tabulated(table, looked.question.unit.value, columns, tuple(lines))


def _in_events(looked: Looked) -> bool:
    return looked.question.unit is Unit.EVENTS


def _shown(question: Question) -> set[str]:
    """Return the regions to list although nobody declared there: all of the nation looked at."""
    territory = question.territory
    if territory is None or territory.kind is TerritoryKind.NATION:
        return set(catalogue.regions())
    return set()


def _obliged(question: Question) -> dict[str, int]:
    """Return how many structures that the law obliges to declare were open in the year."""
    duty = Q(pk__in=())
    for country in catalogue.countries():
        law = catalogue.legal_portal(country)
        if law is not None:
            duty |= Q(country=country, structure_type__in=_obliged_types(law, question))
    open_then = Establishment.objects.in_force(question.year).filter(duty)
    return dict(open_then.order_by().values_list("region").annotate(n=Count("pk")))


def _obliged_types(law: LegalPortal, question: Question) -> list[str]:
    last_day = date(question.year, 12, 31)
    return [
        code
        for code, one in catalogue.structure_types().items()
        if law.obliged.get(one.sector, date.max) <= last_day
        and code not in law.obliged_to_check
        and question.structure_type in ("", code)
    ]


def _activities(table: Table, looked: Looked, totals: list[int]) -> Tabulated:
    """Return a line a care activity that was hit in one of the years, the most hit first."""
    counts: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for year, activity, number in _by_activity(looked, "declaration"):
        counts[looked.years.index(year)][activity] = number
    codes = sorted({*counts[0], *counts[1]}, key=lambda code: (-counts[0].get(code, 0), code))
    lines = []
    for code in codes:
        value, old = (one.get(code, 0) for one in counts)
        share, then = map(rules.percentage, (value, old), totals)
        lines.append(
            Line(row_of(table, code), (value, share, old, then, rules.points(share, then)))
        )
    columns = ("value", "share", "value_before", "share_before", "change")
    return Tabulated(table, Unit.DECLARATIONS.value, columns, tuple(lines))


def _by_activity(looked: Looked, counted: str) -> Iterator[tuple[int, str, int]]:
    """Give year, activity and how many were hit: distinct values of a column."""
    told = looked.rows.exclude(activities="").order_by()
    hit: dict[tuple[int, str], set[int]] = defaultdict(set)
    for year, activities, one in told.values_list(looked.column, "activities", counted):
        for activity in activities.split():
            hit[year, activity].add(one)
    for (year, activity), found in hit.items():
        yield year, activity, len(found)
