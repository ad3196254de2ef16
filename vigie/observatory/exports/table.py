"""A report as CSV: one line a figure, the question repeated on each."""

from collections.abc import Iterator, Sequence

from django.utils import timezone

from vigie.kernel.spreadsheets import csv_chunks
from vigie.observatory.exports import words
from vigie.observatory.rules.figures import Report

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
