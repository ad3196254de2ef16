"""Take the hidden numbers out of an edition, and read back which an earlier one hid."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from vigie.observatory.rules.disclosure.audit import Hidden
from vigie.observatory.rules.disclosure.cells import (
    BREAKDOWNS,
    CONDITIONS,
    Block,
    Number,
    Spot,
)
from vigie.observatory.rules.edition import PLAIN, Edition, View
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.key_figures import KEY_FIGURES
from vigie.observatory.rules.question import Unit
from vigie.observatory.rules.tables import row_of
from vigie.observatory.rules.tabulated import Line, Tabulated, points

REGIONS = "T04"
# What each column of the key figures by region counts.
KEY_COLUMNS = {
    number.value: number for number in (Number.DECLARATIONS, Number.STRUCTURES, *CONDITIONS)
}
AWAY = {"value": ("value", "share"), "structures": ("structures", "rate")}
Patterns = Mapping[str, Hidden]  # what is hidden in each table
Cells = dict[str, float | int | None]


def numbers_of(view: View) -> dict[str, Number]:
    """Return what the columns of tables by territory, type or month count in a view."""
    without = view.without_provider
    if view.unit is Unit.EVENTS:
        value = Number.EVENTS_WITHOUT if without else Number.EVENTS
    else:
        value = Number.WITHOUT if without else Number.DECLARATIONS
    structures = Number.STRUCTURES_WITHOUT if without else Number.STRUCTURES
    return {"value": value, "structures": structures}


def masked(edition: Edition, patterns: Patterns, before: Edition | None) -> Edition:
    """Return an edition without the hidden numbers, its key figures by region apart.

    before: the publication of the year before. Beside each number by territory, type or month
    stands what that publication shows, and nothing where it hides it or there is none.
    """
    listed = {code: _rows(edition, code) for code in BREAKDOWNS}
    reports = {}
    for view, report in edition.reports.items():
        old = before.reports.get(view) if before else None
        tables = tuple(
            _masked(_completed(one, listed[one.table.id]), view, patterns[one.table.id], old)
            if one.table.id in listed
            else one
            for one in report.tables
        )
        reports[view] = replace(report, tables=tables)
    return replace(edition, reports=reports)


def with_key_figures(edition: Edition, block: Block, hidden: Hidden) -> Edition:
    """Return an edition with the key figures by region, in the view that counts everything."""
    regions = next(one for one in edition[PLAIN].tables if one.table.id == REGIONS)
    lines = []
    for row in (line.row.code for line in regions.lines):
        spots = [Spot(number, row) for number in KEY_COLUMNS.values()]
        cells = tuple(None if spot in hidden else block.values[spot] for spot in spots)
        lines.append(Line(row_of(KEY_FIGURES, row), cells, None in cells))
    made = Tabulated(KEY_FIGURES, Unit.DECLARATIONS.value, tuple(KEY_COLUMNS), tuple(lines))
    plain = replace(edition[PLAIN], tables=(*edition[PLAIN].tables, made))
    return replace(edition, reports={**edition.reports, PLAIN: plain})


def hidden_in(edition: Edition) -> Patterns:
    """Return what an edition hides in each table by territory, type or month."""
    found: dict[str, set[Spot]] = defaultdict(set)
    for view, report in edition.reports.items():
        for one in report.tables:
            columns = KEY_COLUMNS if one.table == KEY_FIGURES else numbers_of(view)
            table = REGIONS if one.table == KEY_FIGURES else one.table.id
            for line in one.lines if table in BREAKDOWNS else ():
                cells = dict(zip(one.columns, line.numbers, strict=True))
                gone = (n for name, n in columns.items() if cells.get(name, 0) is None)
                found[table] |= {Spot(number, line.row.code) for number in gone}
    return {code: frozenset(found[code]) for code in BREAKDOWNS}


def regions_listed(edition: Edition) -> list[str]:
    """Return the codes of the regions that an edition lists in any view."""
    return [line.row.code for line in _rows(edition, REGIONS).values()]


def _rows(edition: Edition, code: str) -> dict[str, Line]:
    """Return a line of each row that a table has in any view."""
    found: dict[str, Line] = {}
    for report in edition.reports.values():
        for line in _lines(report, code):
            found.setdefault(line.row.code, line)
    return found


def _lines(report: Report, code: str) -> Iterable[Line]:
    return next((one.lines for one in report.tables if one.table.id == code), ())


def _completed(table: Tabulated, rows: Mapping[str, Line]) -> Tabulated:
    """Return a table with the rows that other views list: that one is absent would tell of it."""
    here = {line.row.code for line in table.lines}
    added = [_emptied(line, table.columns) for code, line in rows.items() if code not in here]
    return replace(table, lines=(*table.lines, *added))


def _emptied(line: Line, columns: Iterable[str]) -> Line:
    kept = zip(columns, line.numbers, strict=True)
    numbers = [number if name == "obliged" or number is None else 0 for name, number in kept]
    return replace(line, numbers=tuple(numbers))


def _masked(table: Tabulated, view: View, hidden: Hidden, before: Report | None) -> Tabulated:
    numbers = numbers_of(view)
    old = dict(_shown(before, table.table.id)) if before else {}
    lines = []
    for line in table.lines:
        gone = {
            column
            for name, number in numbers.items()
            if Spot(number, line.row.code) in hidden
            for column in AWAY[name]
        }
        cells: Cells = dict(zip(table.columns, line.numbers, strict=True))
        cells |= {name: None for name in cells if name in gone}
        _set_beside(cells, old.get(line.row.code, {}), has_shares=table.table.has_shares)
        lines.append(Line(line.row, tuple(cells.values()), bool(gone & cells.keys())))
    return replace(table, lines=tuple(lines))


def _set_beside(cells: Cells, old: Mapping[str, float | int | None], *, has_shares: bool) -> None:
    """Put what was published of the year before beside the numbers of a line."""
    for name in [name for name in cells if name.endswith("_before")]:
        cells[name] = old.get(name.removesuffix("_before"))
    compared = "share" if has_shares else "value"
    cells["change"] = points(cells[compared], cells[f"{compared}_before"])


def _shown(report: Report, code: str) -> Iterator[tuple[str, Cells]]:
    for one in report.tables:
        if one.table.id == code:
            for line in one.lines:
                yield line.row.code, dict(zip(one.columns, line.numbers, strict=True))
