"""The numbers by territory, type and month: what each counts and on how many structures it rests.

A kind of number may be a part of another: what was declared without providers is a part of what was
declared. Whoever sees both sees the rest too, so the rest is looked at like a number of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from vigie.observatory.rules.indicators import (
    FEWEST_STRUCTURES,
    INDICATORS,
    Clause,
    Condition,
)
from vigie.observatory.rules.question import Axis
from vigie.observatory.rules.tables import BY_ID, UNKNOWN, Kind, Table


class Number(StrEnum):
    """What a number of a row counts."""

    DECLARATIONS = "declarations"
    WITHOUT = "without"  # declarations that no provider is touched by
    EVENTS = "events"
    EVENTS_WITHOUT = "events_without"
    STRUCTURES = "structures"
    STRUCTURES_WITHOUT = "structures_without"
    MALICIOUS = "malicious"
    RANSOMWARE = "ransomware"
    DEGRADED = "degraded"
    ENDANGERMENT = "endangerment"


N = Number
# Each part with the wholes it is shown beside, the nearest first.
WHOLES: Mapping[Number, tuple[Number, ...]] = {
    N.DECLARATIONS: (),
    N.WITHOUT: (N.DECLARATIONS,),
    N.EVENTS: (N.DECLARATIONS,),
    N.EVENTS_WITHOUT: (N.WITHOUT, N.EVENTS),
    N.STRUCTURES: (N.DECLARATIONS,),
    N.STRUCTURES_WITHOUT: (N.STRUCTURES, N.WITHOUT),
    N.MALICIOUS: (N.DECLARATIONS,),
    N.DEGRADED: (N.DECLARATIONS,),
    N.ENDANGERMENT: (N.DECLARATIONS,),
    N.RANSOMWARE: (N.DECLARATIONS, N.MALICIOUS),
}
# What is hidden with a number: it would tell at least how much that is.
HIDDEN_WITH: Mapping[Number, tuple[Number, ...]] = {
    N.DECLARATIONS: tuple(number for number in Number if number is not N.DECLARATIONS),
    N.WITHOUT: (N.EVENTS_WITHOUT, N.STRUCTURES_WITHOUT),
    N.STRUCTURES: (N.STRUCTURES_WITHOUT,),
    N.MALICIOUS: (N.RANSOMWARE,),
}
# How often structures declared again is told of no group of structures: nothing to hide in it.
HARMLESS_GAPS = {(N.STRUCTURES, N.DECLARATIONS), (N.STRUCTURES_WITHOUT, N.WITHOUT)}
EVERYWHERE = (N.DECLARATIONS, N.WITHOUT, N.EVENTS, N.EVENTS_WITHOUT)
BY_REGION = frozenset({N.STRUCTURES, N.STRUCTURES_WITHOUT})
EVENTS = frozenset({N.EVENTS, N.EVENTS_WITHOUT})
WITHOUT_PROVIDER = frozenset({N.WITHOUT, N.EVENTS_WITHOUT, N.STRUCTURES_WITHOUT})
INDICATORS_OF = {
    N.MALICIOUS: "malicious_share",
    N.RANSOMWARE: "ransomware",
    N.DEGRADED: "degraded_mode_share",
    N.ENDANGERMENT: "endangerment",
}
CONDITIONS: Mapping[Number, Condition] = {
    number: next(one.yes for one in INDICATORS if one.id == indicator)
    for number, indicator in INDICATORS_OF.items()
}
BREAKDOWNS = ("T01", "T03", "T04")
Gap = tuple[Number, Number]  # a part and a whole: what the whole holds more


class Spot(NamedTuple):
    """A number of a row, on both axes: what is hidden or shown as one."""

    number: Number
    row: str


@dataclass(frozen=True, slots=True)
class Group:
    """Declarations of one structure that are alike in all that is counted.

    told: the columns that conditions ask for. event: None where they share none with others.
    """

    structure: int
    event: int | None
    provider: bool
    region: str  # a code, or « unknown »
    told: Mapping[str, object]
    number: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """The numbers of one table on one axis, and on how many structures each rests.

    What parts leave of a whole is a gap; its structures are those behind what is left.
    """

    table: str
    axis: Axis
    numbers: tuple[Number, ...]
    rows: tuple[str, ...]
    parts: frozenset[str]  # the rows that add up
    nation: Mapping[Number, int]
    values: Mapping[Spot, int]
    behind: Mapping[Spot, int]
    gaps: Mapping[tuple[Gap, str], int] = field(default_factory=dict)

    def wholes(self, number: Number) -> tuple[Number, ...]:
        """Return of which other numbers here one is a part, in every row."""
        return tuple(
            whole
            for whole in WHOLES[number]
            if whole in self.numbers
            and all(
                self.values[Spot(number, row)] <= self.values[Spot(whole, row)] for row in self.rows
            )
        )

    def is_small(self, spot: Spot) -> bool:
        """Return whether a number rests on too few structures.

        A row of what nobody told is no territory, type or month: empty, it tells of nobody.
        """
        few = self.behind[spot] < FEWEST_STRUCTURES
        return few and not (spot.row == UNKNOWN and self.values[spot] == 0)


def columns_needed() -> list[str]:
    """Return the columns that groups must tell, each once."""
    conditions = [row.condition for code in BREAKDOWNS for row in BY_ID[code].rows]
    asked = [*conditions, *CONDITIONS.values()]
    return list(
        dict.fromkeys(
            clause.column for one in asked for alternative in one for clause in alternative
        )
    )


def blocks(groups: Mapping[Axis, Iterable[Group]], regions: Iterable[str]) -> list[Block]:
    """Return every table by territory, type or month, on each axis. regions: codes to list."""
    listed = set(regions)
    found = []
    for axis, of_axis in groups.items():
        known = list(of_axis)
        rows = sorted({*listed, *(one.region for one in known)})
        for code in BREAKDOWNS:
            in_rows = _sorted(BY_ID[code], known, rows)
            found.append(_block(BY_ID[code], axis, in_rows, _Row(known)))
    return found


def _sorted(table: Table, groups: list[Group], regions: list[str]) -> dict[str, list[Group]]:
    """Return the groups of each row."""
    if table.kind is not Kind.REGIONS:
        return {
            row.code: [one for one in groups if meets(one.told, row.condition)]
            for row in table.rows
        }
    found: dict[str, list[Group]] = {code: [] for code in regions}
    for one in groups:
        found[one.region].append(one)
    return found


def meets(told: Mapping[str, object], condition: Condition) -> bool:
    """Return whether what is told meets a condition: the same as its SQL predicate."""
    return not condition or any(all(_holds(told, one) for one in each) for each in condition)


def _holds(told: Mapping[str, object], clause: Clause) -> bool:
    value = told[clause.column]
    if not clause.values:
        low, high = clause.low, clause.high
        if not isinstance(value, int):
            return False
        return (low is None or value >= low) and (high is None or value < high)
    return (value in clause.values) is not clause.excludes


def _block(table: Table, axis: Axis, rows: Mapping[str, list[Group]], everything: "_Row") -> Block:
    by_region = table.kind is Kind.REGIONS
    numbers = EVERYWHERE + (tuple(sorted(BY_REGION)) if by_region else ())
    if by_region and axis is Axis.DECLARED:
        numbers += tuple(CONDITIONS)  # in the plain view alone
    values: dict[Spot, int] = {}
    behind: dict[Spot, int] = {}
    gaps: dict[tuple[Gap, str], int] = {}
    for row, groups in rows.items():
        counted = _Row(groups)
        for number in numbers:
            values[Spot(number, row)] = counted.value(number)
            behind[Spot(number, row)] = len(counted.structures(number))
            for whole in WHOLES[number]:
                gap = (number, whole)
                gaps[gap, row] = 0 if gap in HARMLESS_GAPS else len(counted.rest(*gap))
    parts = {row.code for row in table.rows if row.is_part} if table.rows else set(rows)
    nation = {number: everything.value(number) for number in numbers}
    return Block(
        table.id, axis, numbers, tuple(rows), frozenset(parts), nation, values, behind, gaps
    )


class _Row:
    """The declarations of one row, counted in every way."""

    def __init__(self, groups: list[Group]) -> None:
        self.every = groups
        self.without = [one for one in groups if not one.provider]
        self.met = {
            number: [one for one in groups if meets(one.told, condition)]
            for number, condition in CONDITIONS.items()
        }

    def groups(self, number: Number) -> list[Group]:
        """Return the declarations that a number looks at."""
        if number in self.met:
            return self.met[number]
        return self.without if number in WITHOUT_PROVIDER else self.every

    def structures(self, number: Number) -> set[int]:
        """Return the structures behind a number."""
        return {one.structure for one in self.groups(number)}

    def value(self, number: Number) -> int:
        """Return a number."""
        groups = self.groups(number)
        if number in BY_REGION:
            return len(self.structures(number))
        if number in EVENTS:
            alone = sum(one.number for one in groups if one.event is None)
            return alone + len({one.event for one in groups if one.event is not None})
        return sum(one.number for one in groups)

    def rest(self, part: Number, whole: Number) -> set[int]:
        """Return the structures behind what a whole holds more than its part."""
        if part in BY_REGION:
            return self.structures(whole) - self.structures(part)
        if part in EVENTS and whole not in EVENTS:
            return set(_sharing(self.groups(whole)))
        if part in EVENTS:
            kept = {one.event for one in self.groups(part)} - {None}
            return {one.structure for one in self.every if one.provider and one.event not in kept}
        inside = {id(one) for one in self.groups(part)}
        return {one.structure for one in self.groups(whole) if id(one) not in inside}


def _sharing(groups: Iterable[Group]) -> Iterator[int]:
    """Give the structures whose declarations here share an event with another one here."""
    together: dict[int, list[Group]] = defaultdict(list)
    for one in groups:
        if one.event is not None:
            together[one.event].append(one)
    for members in together.values():
        if sum(one.number for one in members) > 1:
            yield from (one.structure for one in members)
