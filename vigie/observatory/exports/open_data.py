"""Open data: every table of an edition as CSV and JSON, their dictionary, all of them as ZIP.

Codes and columns are English and stay; labels are in the language that is active.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from vigie.kernel.spreadsheets import csv_chunks
from vigie.observatory.exports import tabular, words
from vigie.observatory.rules.edition import View
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.indicators import INDICATORS
from vigie.observatory.rules.key_figures import PUBLISHED
from vigie.observatory.rules.shown import Shown
from vigie.observatory.rules.tabulated import Tabulated

LICENCE = "Licence Ouverte / Open Licence 2.0"
LICENCE_ADDRESS = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
FIGURES = "figures"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the oldest moment that ZIP can write: the same bytes twice
Rows = Iterable[Sequence[object]]


class NoSuchTable(KeyError):  # noqa: N818 - reads as a sentence where it is raised
    """The edition holds no table under this name."""


def table_file(shown: Shown, view: View, name: str, suffix: str) -> bytes:
    """Return a table, or the figures, as csv or json. Raises NoSuchTable, KeyError."""
    return WRITERS[suffix](shown, view, name)


def _csv(shown: Shown, view: View, name: str) -> bytes:
    report = shown.report(view)
    return b"".join(csv_chunks(_table_rows(report, name)))


def _json(shown: Shown, view: View, name: str) -> bytes:
    report = shown.report(view)
    head, *rows = _table_rows(report, name)
    return _written(
        head_of(shown, view)
        | _about(report, name)
        | {"columns": list(head), "rows": [list(row) for row in rows]}
    )


WRITERS: Mapping[str, Callable[[Shown, View, str], bytes]] = MappingProxyType(
    {"csv": _csv, "json": _json}
)


def _table_rows(report: Report, name: str) -> Iterator[Sequence[object]]:
    return _figure_rows(report) if name == FIGURES else _rows(_of(report, name))


def _of(report: Report, name: str) -> Tabulated:
    for one in report.tables:
        if one.table.id == name:
            return one
    raise NoSuchTable(name)


def _rows(tabulated: Tabulated) -> Iterator[Sequence[object]]:
    yield ("code", "label", *tabulated.columns, "suppressed")
    for line in tabulated.lines:
        yield (line.row.code, tabular.row_label(line.row), *line.numbers, line.suppressed)


def _figure_rows(report: Report) -> Iterator[Sequence[object]]:
    yield ("code", "label", "value", "unit", "numerator", "denominator", "suppressed", "definition")
    for one in report.figures:
        yield (
            one.id,
            words.label(one.indicator),
            one.value,
            words.unit_of(one, report.question),
            one.numerator,
            one.denominator,
            one.suppressed,
            words.definition(one.indicator, report.question),
        )


def head_of(shown: Shown, view: View) -> dict[str, Any]:
    """Return what every file says of itself: which year, counted how, of which edition."""
    published = shown.published_at
    return {
        "year": shown.year,
        "unit": view.unit.value,
        "axis": view.axis.value,
        "without_provider": view.without_provider,
        "as_of": timezone.localtime(shown.edition.as_of).isoformat(timespec="seconds"),
        "revision": shown.revision or None,
        "published_at": timezone.localtime(published).isoformat(timespec="seconds")
        if published
        else None,
        "sha256": shown.sha256,
        "licence": LICENCE,
    }


def _about(report: Report, name: str) -> dict[str, Any]:
    if name == FIGURES:
        return {"id": FIGURES, "title": _("Chiffres de l’année")}
    found = _of(report, name)
    return {
        "id": name,
        "title": _(found.table.title),
        "definition": _(found.table.sentence),
        "counts": found.unit,
    }


def series_rows(reports: Sequence[Report]) -> Iterator[Sequence[object]]:
    """Give every figure of every year, one a line; the first line names the columns."""
    yield ("year", "code", "label", "value", "unit", "numerator", "denominator", "suppressed")
    for report in reports:
        for one in report.figures:
            yield (
                report.question.year,
                one.id,
                words.label(one.indicator),
                one.value,
                words.unit_of(one, report.question),
                one.numerator,
                one.denominator,
                one.suppressed,
            )


def series_file(reports: Sequence[Report], suffix: str) -> bytes:
    """Return every figure of every year as csv or json. Raises KeyError for another format."""
    return _plain_file(series_rows(reports), suffix, licence=LICENCE)


def dictionary_rows() -> Iterator[Sequence[object]]:
    """Give what each figure, table, row and column means; the first line names the columns."""
    yield ("kind", "id", "label", "definition", "source")
    for one in INDICATORS:
        yield ("figure", one.id, _(one.label), _(one.sentence), one.source.value)
    for table in PUBLISHED:
        yield ("table", table.id, _(table.title), _(table.sentence), table.source.value)
        for row in table.rows:
            yield ("row", f"{table.id}.{row.code}", tabular.row_label(row), "", table.source.value)
    for name, label, sentence in tabular.column_words():
        yield ("column", name, label, sentence, "vigie")


def dictionary_file(suffix: str) -> bytes:
    """Return the dictionary as csv or json. Raises KeyError for another format."""
    return _plain_file(dictionary_rows(), suffix, licence=LICENCE)


def _plain_file(rows: Rows, suffix: str, **about: object) -> bytes:
    if suffix == "csv":
        return b"".join(csv_chunks(rows))
    if suffix != "json":
        raise KeyError(suffix)
    head, *lines = rows
    names = [str(one) for one in head]
    return _written(about | {"rows": [dict(zip(names, line, strict=True)) for line in lines]})


def archive(shown: Shown, view: View) -> bytes:
    """Return every table of an edition as CSV, its dictionary and a word on it, in one ZIP."""
    packed = io.BytesIO()
    names = [FIGURES, *(one.table.id for one in shown.report(view).tables)]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        _add(target, "edition.json", _written(head_of(shown, view)))
        _add(target, "dictionary.csv", dictionary_file("csv"))
        for name in names:
            _add(target, f"{name}.csv", table_file(shown, view, name, "csv"))
    return packed.getvalue()


def _add(target: zipfile.ZipFile, name: str, content: bytes) -> None:
    told = zipfile.ZipInfo(name, EARLIEST)
    told.compress_type = zipfile.ZIP_DEFLATED
    target.writestr(told, content)


def _written(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
