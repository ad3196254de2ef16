"""A report as JSON: the contract of `vigie report observatory` and of the API."""

import json

from django.utils import timezone

from vigie.observatory.exports import words
from vigie.observatory.rules.figures import Figure, Report


def content(report: Report) -> dict[str, object]:
    """Return a report as JSON values, its words in the active language.

    Keys in this order: year, axis, unit, as_of, territory, type, figures, left_out; also within
    where the reader's own territories limit the figures. A figure holds id, label, value, unit,
    numerator, denominator, definition; in a public report also suppressed. Shares are percentages
    between 0 and 100, not rounded; null: nobody answers.
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
        **limits,
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
