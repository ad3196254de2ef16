"""Say tables in the active language, once for every format."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.incidents.models import labels
from vigie.kernel.partial import gettext_noop
from vigie.observatory.exports import words
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.indicators import Source
from vigie.observatory.rules.question import Question
from vigie.observatory.rules.tables import Row, Table
from vigie.observatory.rules.tabulated import Line, Tabulated
from vigie.reference.catalogue import Title
from vigie.ui import moments
from vigie.ui.templatetags.ui import number, percent

HEADS = {
    "value": gettext_noop("Nombre"),
    "share": gettext_noop("Part"),
    "value_before": gettext_noop("Année précédente"),
    "share_before": gettext_noop("Part, année précédente"),
    "change": gettext_noop("Écart"),
    "structures": gettext_noop("Structures"),
    "obliged": gettext_noop("Obligées"),
    "rate": gettext_noop("Taux"),
}
PERCENTAGES = ("share", "share_before", "rate")


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row of a table in words. is_part: it belongs to the sum."""

    code: str
    label: str
    cells: list[str]
    is_part: bool
    suppressed: bool


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table in words."""

    id: str
    title: str
    sentence: str
    heads: list[str]
    lines: list[TableLine]
    is_own: bool


def tables(report: Report) -> list[TableWords]:
    """Return the tables of a report in words, in their order."""
    return [
        TableWords(
            id=one.table.id,
            title=_(one.table.title),
            sentence=_(one.table.sentence),
            heads=[head(name, report.question) for name in one.columns],
            lines=[_table_line(line, one) for line in one.lines],
            is_own=one.table.source is Source.VIGIE,
        )
        for one in report.tables
    ]


def head(column: str, question: Question) -> str:
    """Return what a column of a table is called: the years by their number."""
    years = {"value": question.year, "value_before": question.year - 1}
    return str(years[column]) if column in years else _(HEADS[column])


def unit_of_column(column: str, tabulated: Tabulated) -> str:
    """Return the unit of the numbers in a column: percent, points, or what the table counts."""
    if column in PERCENTAGES:
        return words.PERCENT
    if column == "change" and tabulated.table.has_shares:
        return "points"
    return "structures" if column in ("structures", "obliged") else tabulated.unit


def row_label(row: Row) -> str:
    """Return what a row of a table is called."""
    if isinstance(row.label, Title):
        return row.label.in_(get_language() or "fr")
    if isinstance(row.label, StrEnum):
        return str(labels.label(type(row.label), row.label))
    return _(row.label)


def _table_line(line: Line, tabulated: Tabulated) -> TableLine:
    pairs = zip(tabulated.columns, line.numbers, strict=True)
    return TableLine(
        code=line.row.code,
        label=row_label(line.row),
        cells=[_cell(name, found, line, tabulated.table) for name, found in pairs],
        is_part=line.row.is_part,
        suppressed=line.suppressed,
    )


def _cell(column: str, found: float | int | None, line: Line, table: Table) -> str:
    if found is None and line.suppressed and not column.endswith("_before"):
        return _("masqué")
    if column in PERCENTAGES:
        return moments.NOTHING if found is None else str(percent(found, 1))
    if column == "change":
        return words.by_how_much(found, is_share=table.has_shares)
    return moments.NOTHING if found is None else str(number(found))
