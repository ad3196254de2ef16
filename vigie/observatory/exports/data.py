"""A report as JSON: the contract of `vigie report observatory` and of the API."""

import json

from django.utils import timezone
from django.utils.translation import gettext as _

from vigie.observatory.exports import tabular, words
from vigie.observatory.rules.figures import Figure, Report
from vigie.observatory.rules.tabulated import Tabulated


def content(report: Report) -> dict[str, object]:
    """Return a report as JSON values, its words in the active language.

    Keys in this order: year, axis, unit, as_of, territory, type, figures, left_out, tables; also
    within where the reader's own territories limit the figures. A figure holds id, label, value,
    unit, numerator, denominator, definition; in a public report also suppressed. Shares are
    percentages between 0 and 100, not rounded; null: nobody answers.
    """
    question = report.question
    limits = {"within": [str(territory) for territory in report.within]} if report.within else {}
    return {
        "year": question.year,
        "axis": question.axis.value,
        "unit": question.unit.value,
        "as_of": timezone.localtime(report.as_of).isoformat(timespec="seconds"),
        "territory": str(question.territory) if question.territory else None,
        "type": question.structure_type or None,
        "figures": [_figure(figure, report) for figure in report.figures],
        "left_out": {
            "without_year": report.left_out.without_year,
            "rejected_or_duplicate": report.left_out.rejected_or_duplicate,
        },
        "tables": {one.table.id: _table(one) for one in report.tables},
        **limits,
    }


def _table(tabulated: Tabulated) -> dict[str, object]:
    """Return a table: each row holds code and label, then a number a column; null as in figures."""
    return {
        "title": _(tabulated.table.title),
        "unit": tabulated.unit,
        "columns": ["code", "label", *tabulated.columns],
        "rows": [
            [line.row.code, tabular.row_label(line.row), *line.numbers] for line in tabulated.lines
        ],
        "definition": _(tabulated.table.sentence),
    }


def _figure(figure: Figure, report: Report) -> dict[str, object]:
    found: dict[str, object] = {
        "id": figure.id,
        "label": words.label(figure.indicator),
        "value": figure.value,
        "unit": words.unit_of(figure, report.question),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "definition": words.definition(figure.indicator, report.question),
    }
    return found | {"suppressed": figure.suppressed} if report.question.is_public else found


def write(report: Report) -> bytes:
    """Return a report as a JSON file."""
    return json.dumps(content(report), ensure_ascii=False, indent=2).encode() + b"\n"
