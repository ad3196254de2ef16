"""A report as CSV: one line a figure or number of a table, the question repeated on each."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from vigie.kernel.spreadsheets import csv_chunks
from vigie.observatory.exports import tabular, words
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.tabulated import Tabulated, is_hidden

COLUMNS = (
    "year",
    "axis",
    "counting",
    "as_of",
    "territory",
    "type",
    "id",
    "label",
    "value",
    "unit",
    "numerator",
    "denominator",
    "suppressed",
    "definition",
)


def write(report: Report) -> bytes:
    """Return a report as CSV (UTF-8, comma, decimal point); an unknown value is an empty cell."""
    return b"".join(csv_chunks(_rows(report)))


def _rows(report: Report) -> Iterator[Sequence[object]]:
    question = report.question
    asked = (
        question.year,
        question.axis.value,
        question.unit.value,
        timezone.localtime(report.as_of).isoformat(timespec="seconds"),
        str(question.territory or ""),
        question.structure_type,
    )
    yield COLUMNS
    for figure in report.figures:
        yield (
            *asked,
            figure.id,
            words.label(figure.indicator),
            figure.value,
            words.unit_of(figure, question),
            figure.numerator,
            figure.denominator,
            figure.suppressed,
            words.definition(figure.indicator, question),
        )
    for tabulated in report.tables:
        yield from _cells(tabulated, asked)


def _cells(tabulated: Tabulated, asked: Sequence[object]) -> Iterator[Sequence[object]]:
    """Give a line a number of a table; its id is TABLE.ROW.COLUMN, such as T05.malicious.share."""
    table = tabulated.table
    for line in tabulated.lines:
        label = f"{_(table.title)} – {tabular.row_label(line.row)}"
        for column, number in zip(tabulated.columns, line.numbers, strict=True):
            yield (
                *asked,
                f"{table.id}.{line.row.code}.{column}",
                label,
                number,
                tabular.unit_of_column(column, tabulated),
                None,
                None,
                is_hidden(line, column, number),
                _(table.sentence),
            )
