"""Reports in the formats that people and programs take away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils import translation

from vigie.observatory.exports import data, document, page, table
from vigie.observatory.rules.figures import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a report."""

    suffix: str
    media_type: str
    write: Callable[[Report], bytes]  # in the language that is active


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        made.suffix: made
        for made in (
            Format("json", "application/json", data.write),
            Format("csv", "text/csv; charset=utf-8", table.write),
            Format("html", "text/html; charset=utf-8", page.write),
            Format("pdf", "application/pdf", document.write),
        )
    }
)


def write(report: Report, suffix: str, *, language: str) -> bytes:
    """Return a report as json, csv, html or pdf, its words in a language (fr, en).

    Raises KeyError for another format.
    """
    with translation.override(language):
        return FORMATS[suffix].write(report)


def file_name(report: Report, suffix: str) -> str:
    """Return what to call the file."""
    question = report.question
    parts = ["observatory", str(question.year), str(question.territory or "").replace(":", "-")]
    return "-".join(part for part in [*parts, question.structure_type] if part) + f".{suffix}"


__all__ = ["FORMATS", "Format", "file_name", "write"]
