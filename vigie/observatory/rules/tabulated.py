"""Fill tables with counts, and hide the numbers that would point at somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vigie.observatory.rules.indicators import FEWEST_STRUCTURES, Count, Counted, Counts
from vigie.observatory.rules.tables import TABLES, Row, Table

BESIDE = "_before"  # how columns of the year before end
UNIT_NAMES = {Counted.REPEATING: "structures"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its numbers, in the order of the table's columns. None: nobody can tell."""

    row: Row
    numbers: tuple[float | int | None, ...]
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Tabulated:
    """A table with its numbers."""

    table: Table
    unit: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def is_hidden(line: Line, column: str, number: float | int | None) -> bool:
    """Return whether a number of a line is hidden: of the year itself, and there is one."""
    return number is None and line.suppressed and not column.endswith(BESIDE) and column != "change"


def counts_needed(unit: Counted) -> list[Count]:
    """Return everything that must be counted to fill the tables of conditions, each once."""
    needed: dict[Count, None] = {}
    for table in TABLES:
        for condition in (table.whole, *(row.condition for row in table.rows)):
            needed[Count(counted(table, unit), condition)] = None
    return list(needed)


def counted(table: Table, unit: Counted) -> Counted:
    """Return what a table counts in a report of declarations or of events."""
    return unit if table.counted is Counted.AS_ASKED else table.counted


def filled(table: Table, now: Counts, before: Counts, unit: Counted) -> Tabulated:
    """Return a table of conditions with this year's numbers beside those of the year before."""
    what = counted(table, unit)
    shares = ("share",) if table.has_shares else ()
    columns = ("value", *shares, "value_before", *(f"{one}_before" for one in shares), "change")
    lines = []
    for row in table.rows:
        value, then = now[Count(what, row.condition)], before[Count(what, row.condition)]
        if not table.has_shares:
            lines.append(Line(row, (value, then, value - then)))
            continue
        share = percentage(value, now[Count(what, table.whole)])
        old = percentage(then, before[Count(what, table.whole)])
        lines.append(Line(row, (value, share, then, old, points(share, old))))
    return Tabulated(table, UNIT_NAMES.get(what, what.value), columns, tuple(lines))


def percentage(part: int, whole: int) -> float | None:
    """Return a share in percent, None of nothing."""
    return 100 * part / whole if whole else None


def points(now: float | None, before: float | None) -> float | None:
    """Return by how many points a share moved, None where one is unknown."""
    return None if now is None or before is None else now - before


Behind = Mapping[tuple[str, str], int]  # table and code of a line: structures


def structures_needed() -> dict[tuple[str, str], Count]:
    """Return the counts of structures on which the lines of conditions rest."""
    return {
        (table.id, row.code): _structures_of(table, row) for table in TABLES for row in table.rows
    }


def _structures_of(table: Table, row: Row) -> Count:
    if table.counted is Counted.REPEATING:
        return Count(Counted.REPEATING, row.condition)
    return Count(Counted.STRUCTURES, row.condition)


def protected(tabulated: Tabulated, now: Behind, before: Behind) -> Tabulated:
    """Return a table without the numbers that rest on fewer than five structures.

    Where lines are parts of a sum, one hidden alone could be found by subtraction: the smallest
    others are hidden too, until the hidden ones together rest on five structures or more.
    """
    hidden, hidden_before = _hidden(tabulated, now), _hidden(tabulated, before)
    lines = tuple(
        _masked(line, tabulated.columns, line.row.code in hidden, line.row.code in hidden_before)
        for line in tabulated.lines
    )
    return replace(tabulated, lines=lines)


def _hidden(tabulated: Tabulated, behind: Behind) -> set[str]:
    """Return the codes of the lines to hide in one year."""
    of_line = {
        line.row.code: behind.get((tabulated.table.id, line.row.code), 0)
        for line in tabulated.lines
    }
    hidden = {code for code, number in of_line.items() if number < FEWEST_STRUCTURES}
    parts = [line.row.code for line in tabulated.lines if line.row.is_part]
    while 0 < sum(of_line[code] for code in parts if code in hidden) < FEWEST_STRUCTURES:
        shown = [code for code in parts if code not in hidden]
        if not shown:
            break
        hidden.add(min(shown, key=lambda code: of_line[code]))
    return hidden


def _masked(line: Line, columns: tuple[str, ...], now: bool, before: bool) -> Line:
    if not now and not before:
        return line
    gone = {"change"}
    gone |= {name for name in columns if now and not name.endswith("_before")}
    gone |= {name for name in columns if before and name.endswith("_before")}
    numbers = tuple(
        None if name in gone else number for name, number in zip(columns, line.numbers, strict=True)
    )
    return Line(line.row, numbers, suppressed=now)
