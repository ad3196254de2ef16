"""The public set of one year: every report that the public may read, in a form that can be frozen.

An edition is written as JSON of codes and numbers, the same bytes for the same content, so that its
hash proves it; words come from the definitions when it is shown.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from vigie.observatory.rules.figures import Figure, LeftOut, Report
from vigie.observatory.rules.indicators import INDICATORS
from vigie.observatory.rules.key_figures import BY_ID
from vigie.observatory.rules.question import Axis, Question, Unit
from vigie.observatory.rules.tables import row_of
from vigie.observatory.rules.tabulated import Line, Tabulated

FORMAT = "vigie-observatory-edition/1"
INDICATORS_BY_ID = {one.id: one for one in INDICATORS}


class BadEdition(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A text is no edition, or of a format that this version does not read."""


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a year."""

    unit: Unit = Unit.DECLARATIONS
    axis: Axis = Axis.DECLARED
    without_provider: bool = False

    def question(self, year: int) -> Question:
        """Return what the public asks about a year, seen this way."""
        return Question(
            year=year,
            unit=self.unit,
            axis=self.axis,
            is_public=True,
            without_provider=self.without_provider,
        )


PLAIN = View()  # declarations by date of declaration, providers included
VIEWS = tuple(
    View(unit, axis, without) for without in (False, True) for axis in Axis for unit in Unit
)


@dataclass(frozen=True, slots=True)
class Edition:
    """The reports of a year, one a view, as known at one moment."""

    year: int
    as_of: datetime
    reports: Mapping[View, Report]

    def __getitem__(self, view: View) -> Report:
        """Return the report of a view. Raises KeyError when the edition does not hold it."""
        return self.reports[view]

    def text(self) -> str:
        """Return the edition as JSON: the same content gives the same text."""
        return json.dumps(
            {
                "format": FORMAT,
                "year": self.year,
                "as_of": self.as_of.isoformat(),
                "views": [_view(view, self[view]) for view in VIEWS if view in self.reports],
            },
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )

    @property
    def sha256(self) -> str:
        """Return the hash of its text, in hexadecimal."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the edition that a text holds. Raises BadEdition."""
        try:
            found = json.loads(text)
            if found["format"] != FORMAT:
                raise BadEdition(f"format {found['format']!r}: not {FORMAT}")
            as_of = datetime.fromisoformat(found["as_of"])
            reports = dict(_read(one, found["year"], as_of) for one in found["views"])
            return cls(found["year"], as_of, reports)
        except (KeyError, TypeError, ValueError) as reason:
            if isinstance(reason, BadEdition):
                raise
            raise BadEdition(f"not an edition: {reason!r}") from reason


def _view(view: View, report: Report) -> dict[str, object]:
    return {
        "unit": view.unit.value,
        "axis": view.axis.value,
        "without_provider": view.without_provider,
        "figures": {
            one.id: [one.value, one.numerator, one.denominator, one.suppressed]
            for one in report.figures
        },
        "left_out": [report.left_out.without_year, report.left_out.rejected_or_duplicate],
        "tables": {
            one.table.id: {
                "unit": one.unit,
                "columns": list(one.columns),
                "lines": [[line.row.code, line.suppressed, *line.numbers] for line in one.lines],
            }
            for one in report.tables
        },
    }


def _read(found: Mapping[str, Any], year: int, as_of: datetime) -> tuple[View, Report]:
    view = View(Unit(found["unit"]), Axis(found["axis"]), found["without_provider"])
    figures = tuple(_figures(found["figures"]))
    tables = tuple(_tables(found["tables"]))
    return view, Report(view.question(year), as_of, figures, LeftOut(*found["left_out"]), tables)


def _figures(found: Mapping[str, Any]) -> Iterator[Figure]:
    """Give the figures in the order of the definitions; one whose definition went is left out."""
    for code, indicator in INDICATORS_BY_ID.items():
        if code in found:
            value, numerator, denominator, suppressed = found[code]
            yield Figure(indicator, value, numerator, denominator, suppressed)


def _tables(found: Mapping[str, Any]) -> Iterator[Tabulated]:
    for code, table in BY_ID.items():
        if code in found:
            one = found[code]
            lines = tuple(
                Line(row_of(table, row), tuple(numbers), suppressed)
                for row, suppressed, *numbers in one["lines"]
            )
            yield Tabulated(table, one["unit"], tuple(one["columns"]), lines)
