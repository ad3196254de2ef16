"""Choose what a chart shows of a table: lengths in percent of the longest, words, alt text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from vigie.observatory.exports import tabular
from vigie.observatory.rules.tables import UNKNOWN, Row
from vigie.observatory.rules.tabulated import Line, Tabulated
from vigie.reference.published import Series
from vigie.ui import moments
from vigie.ui.templatetags.ui import number, percent

Drawing = dict[str, object]
TOLD_FIRST = 3  # rows that an alt text names
FEWEST_BARS, MOST_BARS = 2, 18
MONTHS_IN_A_YEAR = 12


def every_row(row: Row) -> bool:
    """Keep all rows but that of those who did not answer."""
    return row.code != UNKNOWN


@dataclass(frozen=True, slots=True)
class Wanted:
    """A chart of a table. title: none for that of the table; keeps: the rows that it shows."""

    table: str
    draw: Callable[[Tabulated, "Wanted", int], Drawing | None]
    title: str = ""
    keeps: Callable[[Row], bool] = every_row
    is_ranked: bool = False


def bars(tabulated: Tabulated, wanted: Wanted, year: int) -> Drawing | None:
    """Return bars, one a row, the year before below; None where there is nothing to draw."""
    lines = [line for line in tabulated.lines if wanted.keeps(line.row) and _says_something(line)]
    if wanted.is_ranked:
        lines.sort(key=lambda line: -(_at(tabulated, line, "value") or 0))
    lines = lines[:MOST_BARS]
    most = _most(tabulated, lines)
    if len(lines) < FEWEST_BARS or not most:
        return None
    return _drawn("bars", tabulated, wanted, lines, year) | {
        "rows": [_bar(tabulated, line, most, tabular.row_label(line.row)) for line in lines]
    }


def columns(tabulated: Tabulated, wanted: Wanted, year: int) -> Drawing | None:
    """Return columns, one a month; None where there is nothing to draw."""
    lines = [line for line in tabulated.lines if line.row.code.isdigit()]
    most = _most(tabulated, lines)
    if len(lines) != MONTHS_IN_A_YEAR or not most:
        return None
    return _drawn("columns", tabulated, wanted, lines, year) | {
        "rows": [
            _bar(tabulated, line, most, moments.spoken().months[int(line.row.code) - 1])
            for line in lines
        ]
    }


def parts(tabulated: Tabulated, wanted: Wanted, year: int) -> Drawing | None:
    """Return a band a year, in which each row has its share; bars where a part is hidden."""
    lines = [line for line in tabulated.lines if line.row.is_part and _says_something(line)]
    lines = [line for line in lines if wanted.keeps(line.row) or line.row.code == UNKNOWN]
    if not _all_known(tabulated, lines, "value"):
        return bars(tabulated, replace(wanted, keeps=lambda row: row.is_part), year)
    years = [
        _band(tabulated, lines, str(one), column)
        for one, column in ((year, "value"), (year - 1, "value_before"))
        if _all_known(tabulated, lines, column)
        and any(_at(tabulated, line, column) for line in lines)
    ]
    if not years:
        return None
    return _drawn("parts", tabulated, wanted, lines, year) | {
        "legend": [],
        "names": [tabular.row_label(line.row) for line in lines],
        "years": years,
    }


def years(series: Series, title: str, shown: Sequence[int], breaks: Iterable[int]) -> Drawing:
    """Return a column a year of what was published; a year without a number stays empty."""
    most = max(cell.value for cell in series.cells.values())
    told = []
    for year in shown:
        cell = series.cells.get(year)
        told.append(
            {
                "label": str(year),
                "known": cell is not None,
                "sure": cell is not None and cell.is_sure,
                "share": 100 * cell.value / most if cell else 0,
                "shown": _published(cell.value, series) if cell else str(percent(None)),
                "breaks": year in breaks,
            }
        )
    numbers = ", ".join(f"{one['label']} {one['shown']}" for one in told)
    alt = f"{title}. {numbers}"
    return {"kind": "years", "caption": title, "alt": alt, "legend": [], "years": told}


def _published(value: float | int, series: Series) -> str:
    return str(percent(value) if series.is_share else number(value))


def _drawn(
    kind: str, tabulated: Tabulated, wanted: Wanted, lines: Sequence[Line], year: int
) -> Drawing:
    has_before = any(_at(tabulated, line, "value_before") for line in lines)
    return {
        "kind": kind,
        "caption": _(wanted.title) if wanted.title else "",
        "alt": _alt(tabulated, wanted, lines, year),
        "legend": [str(year), str(year - 1)] if has_before else [],
        "has_before": has_before,
    }


def _alt(tabulated: Tabulated, wanted: Wanted, lines: Sequence[Line], year: int) -> str:
    """Return what a chart says: its highest rows, and where all of its numbers are."""
    known = [line for line in lines if _at(tabulated, line, "value")]
    known.sort(key=lambda line: -(_at(tabulated, line, "value") or 0))
    highest = ", ".join(
        f"{tabular.row_label(line.row)} {number(_at(tabulated, line, 'value'))}"
        for line in known[:TOLD_FIRST]
    )
    told = {"title": _(wanted.title or tabulated.table.title), "year": year, "highest": highest}
    if not highest:
        return _("%(title)s, %(year)s. Les nombres sont dans le tableau.") % told
    return _("%(title)s, %(year)s. D’abord : %(highest)s. Les nombres sont dans le tableau.") % told


def _bar(tabulated: Tabulated, line: Line, most: float, label: str) -> Drawing:
    value, then = _at(tabulated, line, "value"), _at(tabulated, line, "value_before")
    hidden = line.suppressed or value is None
    return {
        "label": label,
        "hidden": hidden,
        "share": 0 if hidden else 100 * (value or 0) / most,
        "share_before": 100 * (then or 0) / most,
        "shown": _("masqué") if hidden else str(number(value)),
        "shown_before": "" if then is None else str(number(then)),
    }


def _band(tabulated: Tabulated, lines: Sequence[Line], label: str, column: str) -> Drawing:
    values = [_at(tabulated, line, column) or 0 for line in lines]
    whole = sum(values)
    return {
        "label": label,
        "shares": [100 * value / whole for value in values],
        "shown": [f"{number(value)} · {percent(100 * value / whole, 1)}" for value in values],
    }


def _most(tabulated: Tabulated, lines: Iterable[Line]) -> float:
    columns = ("value", "value_before")
    return max((_at(tabulated, line, one) or 0 for line in lines for one in columns), default=0)


def _all_known(tabulated: Tabulated, lines: Iterable[Line], column: str) -> bool:
    """Return whether no number of a column is hidden: shares of some alone would mislead."""
    return all(_at(tabulated, line, column) is not None for line in lines)


def _says_something(line: Line) -> bool:
    return line.suppressed or any(line.numbers[:1]) or any(line.numbers[1:])


def _at(tabulated: Tabulated, line: Line, column: str) -> float | int | None:
    return line.numbers[tabulated.columns.index(column)]
