"""What the public page draws: bars and squares by the server, charts as numbers for a script."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.dates import MONTHS_3
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.observatory.exports import tabular, words
from vigie.observatory.exports.tabular import TableLine, TableWords
from vigie.observatory.rules import drawing
from vigie.observatory.rules.chapters import Chapter, Drawing, Part
from vigie.observatory.rules.figures import Figure, Report
from vigie.observatory.rules.indicators import INDICATORS
from vigie.observatory.rules.tables import UNKNOWN
from vigie.observatory.rules.tabulated import Line, Tabulated
from vigie.reference.series import Break, breaks

BY_ID = {one.id: one for one in INDICATORS}
ROW_OF_SQUARES = 20
# How the rows of a table of a hundred squares look; a pattern beside each colour.
LOOKS = {
    "none": "fine",
    "other": "touched",
    "degraded": "degraded",
    "interruption": "stop",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a table and the length of its bar in percent; None: nothing to draw."""

    line: TableLine
    length: float | None
    cells: list[str]  # those of the columns that the page has room for


@dataclass(frozen=True, slots=True)
class Square:
    """One of a hundred."""

    x: int
    y: int
    look: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table of a chapter, in words and drawn."""

    part: Part
    words: TableWords
    heads: list[str]
    bars: list[Bar]
    squares: list[Square] = field(default_factory=list)
    looks: list[tuple[str, TableLine]] = field(default_factory=list)
    chart: dict[str, Any] | None = None
    says: str = ""  # the message of the drawing, for whoever cannot see it

    @property
    def chart_id(self) -> str:
        """Return the name of the element that holds the numbers of the chart."""
        return f"chart-{self.words.id}"


def drawn(part: Part, report: Report) -> Drawn | None:
    """Return a table of a chapter; None where the report does not hold it."""
    tabulated = next((one for one in report.tables if one.table.id == part.table), None)
    if tabulated is None or not tabulated.lines:
        return None
    told = tabular.table(tabulated, report.question)
    numbers = column(tabulated, part.column)
    kept = [at for at, name in enumerate(tabulated.columns) if name in part.columns]
    heads = [told.heads[at] for at in kept]
    bars = _bars(told.lines, tabulated.lines, numbers, part, kept)
    match part.drawing:
        case Drawing.COLUMNS:
            chart = _columns(tabulated, told, report.question.year)
            return Drawn(part, told, heads, bars, chart=chart, says=_said(told.lines, numbers))
        case Drawing.HUNDRED:
            squares, looks = _hundred(told.lines, numbers)
            says = ", ".join(f"{look.label} {look.cells[1]}" for _look, look in looks)
            return Drawn(part, told, heads, bars, squares=squares, looks=looks, says=says)
        case _:
            return Drawn(part, told, heads, bars)


def column(tabulated: Tabulated, name: str) -> list[float | None]:
    """Return the numbers of a column, in the order of the lines."""
    place = tabulated.columns.index(name)
    return [line.numbers[place] for line in tabulated.lines]


def _bars(
    told: Sequence[TableLine],
    lines: Sequence[Line],
    numbers: Sequence[float | None],
    part: Part,
    kept: Sequence[int],
) -> list[Bar]:
    """Return a bar a line; ranked ones by length, hidden ones after, in the order of their names.

    The order of hidden lines must not tell which is the larger.
    """
    found = [
        Bar(words, length, [words.cells[at] for at in kept])
        for words, line, length in zip(told, lines, drawing.lengths(numbers), strict=True)
        if line.suppressed or any(line.numbers)
    ]
    if part.drawing is not Drawing.RANKED:
        return found
    places = {line.row.code: at for at, line in enumerate(lines)}
    return sorted(
        found,
        key=lambda bar: (
            bar.line.suppressed,
            0 if bar.line.suppressed else -(bar.length or 0),
            bar.line.label if bar.line.suppressed else "",
            places[bar.line.code],
        ),
    )


def _hundred(
    told: Sequence[TableLine], numbers: Sequence[float | None]
) -> tuple[list[Square], list[tuple[str, TableLine]]]:
    """Return a hundred squares in rows of twenty, and what each look means."""
    counts = drawing.squares(numbers)
    looks = [(LOOKS.get(line.code, "unknown"), line) for line in told]
    each = [look for (look, _line), n in zip(looks, counts, strict=True) for _i in range(n)]
    squares = [
        Square(x=at % ROW_OF_SQUARES, y=at // ROW_OF_SQUARES, look=look)
        for at, look in enumerate(each)
    ]
    return squares, looks


def _columns(tabulated: Tabulated, told: TableWords, year: int) -> dict[str, Any]:
    """Return a chart of columns: this year and the one before."""
    known = [line for line in tabulated.lines if line.row.code != UNKNOWN]
    labels = [_short(line) for line in told.lines if line.code != UNKNOWN]
    now, before = (tabulated.columns.index(name) for name in ("value", "value_before"))
    return {
        "kind": "columns",
        "labels": labels,
        "series": [
            {
                "name": str(year),
                "values": [line.numbers[now] for line in known],
                "hidden": [line.suppressed for line in known],
            },
            {"name": str(year - 1), "values": [line.numbers[before] for line in known]},
        ],
        "words": _chart_words(),
    }


def _short(line: TableLine) -> str:
    """Return what a column is called: a month in three letters, anything else as it is."""
    return str(MONTHS_3[int(line.code)]).capitalize() if line.code.isdecimal() else line.label


def _said(told: Iterable[TableLine], numbers: Iterable[float | None]) -> str:
    """Return the largest line as a sentence."""
    pairs = [(n, line) for n, line in zip(numbers, told, strict=True) if n is not None]
    if not pairs:
        return ""
    largest = max(pairs, key=lambda pair: pair[0])
    return _("Le plus : %(label)s, %(number)s.") % {
        "label": largest[1].label,
        "number": largest[1].cells[0],
    }


def _chart_words() -> dict[str, str]:
    return {"unknown": _("n. c."), "hidden": _("masqué"), "break": _("rupture de série")}


@dataclass(frozen=True, slots=True)
class YearLine:
    """A figure year after year, in words."""

    label: str
    sentence: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Years:
    """Some figures year after year: a chart for a script, a table for everybody."""

    id: str
    heads: list[str]
    lines: list[YearLine]
    chart: dict[str, Any]
    says: str
    notes: list[str]

    @property
    def chart_id(self) -> str:
        """Return the name of the element that holds the numbers of the chart."""
        return f"chart-{self.id}"


def years(chapter: Chapter, reports: Sequence[Report]) -> Years | None:
    """Return the figures of a chapter that are told year after year; None without two years.

    reports: one a year, in the order of the years. A year without report between two others stays
    an empty place.
    """
    if not chapter.years or len(reports) < 2:
        return None
    by_year = {one.question.year: one for one in reports}
    span = list(range(reports[0].question.year, reports[-1].question.year + 1))
    found = {
        code: [by_year[year][code] if year in by_year else None for year in span]
        for code in chapter.years
    }
    broken = {year: one for year, one in breaks().items() if span[0] < year <= span[-1]}
    is_share = BY_ID[chapter.years[0]].is_share
    return Years(
        id=chapter.id,
        heads=[f"{year} ◆" if year in broken else str(year) for year in span],
        lines=[_year_line(code, figures) for code, figures in found.items()],
        chart={
            "kind": "lines" if is_share else "bars",
            "labels": [str(year) for year in span],
            "unit": "%" if is_share else "",
            "breaks": [span.index(year) for year in broken],
            "series": [
                {"name": _(BY_ID[code].label), "values": [_plain(one) for one in figures]}
                for code, figures in found.items()
            ],
            "words": _chart_words(),
        },
        says=" ".join(_course(code, span, figures) for code, figures in found.items()),
        notes=[_note(one) for one in broken.values()],
    )


def _note(one: Break) -> str:
    language = get_language() or "fr"
    return f"◆ {one.title.in_(language)}. {one.because.in_(language)}"


def _year_line(code: str, figures: Iterable[Figure | None]) -> YearLine:
    indicator = BY_ID[code]
    cells = [_("n. c.") if one is None else words.value(one) for one in figures]
    return YearLine(_(indicator.label), _(indicator.sentence), cells)


def _plain(figure: Figure | None) -> float | int | None:
    return None if figure is None or figure.value is None else round(figure.value, 1)


def _course(code: str, span: Sequence[int], figures: Sequence[Figure | None]) -> str:
    """Return where a figure came from and where it stands, in one sentence."""
    told = [(year, one) for year, one in zip(span, figures, strict=True) if one is not None]
    (first, then), (last, now) = told[0], told[-1]
    return _("%(label)s : %(then)s en %(first)s, %(now)s en %(last)s.") % {
        "label": _(BY_ID[code].label),
        "then": words.value(then),
        "first": first,
        "now": words.value(now),
        "last": last,
    }
