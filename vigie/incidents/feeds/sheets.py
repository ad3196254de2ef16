"""Read somebody else's tables, CSV or spreadsheet: how they are written, and their rows."""

import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext

from vigie.incidents.feeds import tables, workbooks
from vigie.incidents.feeds.records import UTF8_MARK, not_utf8
from vigie.incidents.feeds.tables import Layout, Lines, Row, named_columns
from vigie.incidents.rules import shapes
from vigie.incidents.rules.mapping import Shape
from vigie.kernel.imports import UnusableInput

CHUNK = 256 * 1024
HEAD = 128 * 1024  # bytes in which delimiter and header are sought
SAMPLES = 400  # rows that a first mapping is proposed from
SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xlsm"})
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Survey:
    """How a table is written, what its columns are called, and its first rows."""

    shape: Shape
    columns: list[str]
    rows: list[dict[str, str]]
    sheets: list[str] = field(default_factory=list)

    def samples(self, column: str, most: int = 3) -> list[str]:
        """Return the first different values of a column."""
        found = dict.fromkeys(row[column] for row in self.rows if row.get(column))
        return list(found)[:most]


def survey(path: Path, shape: Shape | None = None, most: int = SAMPLES) -> Survey:
    """Return how a table is written, guessing what the shape leaves open.

    most: how many of its first rows to give. Raises UnusableInput.
    """
    asked = shape or Shape()
    is_book = workbooks.is_one(path)
    sheets = workbooks.sheets(path) if is_book else []
    found = workbooks.shape_of(path, asked) if is_book else _shape_of_text(path, asked)
    reading = rows(path, found, lambda size: None)
    first = list(islice((row for row in reading if not row.fault), most))
    columns = _columns(path, found)
    return Survey(found, columns, [row.cells for row in first], sheets)


def rows(path: Path, shape: Shape, told: Told) -> Iterator[Row]:
    """Yield the rows under the header, in their order; empty ones are left out.

    told: hears how many bytes were read each time. Raises UnusableInput.
    """
    if workbooks.is_one(path):
        yield from workbooks.rows(path, workbooks.shape_of(path, shape), told)
        return
    whole = _shape_of_text(path, shape)
    with _as_bytes(path, whole) as (file, encoding):
        lines = Lines(file, told)
        columns = _header(path, lines, whole, encoding)
        yield from tables.under(Layout(columns, whole.delimiter, encoding, is_lenient=True), lines)


def _columns(path: Path, shape: Shape) -> list[str]:
    if workbooks.is_one(path):
        return workbooks.columns(path, shape)
    with _as_bytes(path, shape) as (file, encoding):
        return _header(path, Lines(file, lambda size: None), shape, encoding)


def _header(path: Path, lines: Lines, shape: Shape, encoding: str) -> list[str]:
    """Read on past the header and return the names of the columns. Raises UnusableInput."""
    while line := lines.next():
        number, held = lines.number, [line]
        is_open = line.count(b'"') % 2 == 1
        while is_open and (more := lines.next()):
            held.append(more)
            is_open ^= more.count(b'"') % 2 == 1
        if lines.number < shape.header:
            continue
        cells = next(csv.reader([_decoded(path, held, encoding)], delimiter=shape.delimiter), [])
        return named_columns(path, cells, number)
    raise UnusableInput(str(path), gettext("vide : pas même une ligne d’en-tête"), line=1)


def _decoded(path: Path, held: Sequence[bytes], encoding: str) -> str:
    try:
        return b"".join(held).decode(encoding).replace("\n", " ").replace("\r", " ")
    except UnicodeDecodeError as reason:
        raise UnusableInput(str(path), not_utf8(reason.object, reason.start)) from reason


def _shape_of_text(path: Path, asked: Shape) -> Shape:
    """Return how a text is written. Reads it once where the encoding is open."""
    encoding = asked.encoding or _encoding_of(path)
    if asked.delimiter and asked.header:
        return asked.model_copy(update={"encoding": encoding})
    with path.open("rb") as file:
        head = file.read(HEAD)
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    delimiter = asked.delimiter or shapes.delimiter_of(text)
    header = asked.header or _header_line(text, delimiter)
    found = {"encoding": encoding, "delimiter": delimiter, "header": header}
    return asked.model_copy(update=found)


def _encoding_of(path: Path) -> str:
    seen = shapes.Encodings()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            seen.see(piece)
    return seen.guess()


def _header_line(text: str, delimiter: str) -> int:
    """Return the line on which the header begins."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    found: list[tuple[int, list[str]]] = []
    begun = 1
    try:
        for row in islice(reader, shapes.LOOKED_AT):
            found.append((begun, row))
            begun = reader.line_num + 1
    except csv.Error:
        pass  # the row itself tells it when it is read
    return shapes.header_of(found)


@contextmanager
def _as_bytes(path: Path, shape: Shape) -> Iterator[tuple[BinaryIO, str]]:
    """Open a text whose ends of line and quotes are single bytes; say in which encoding."""
    if shape.encoding == "utf-16":
        with path.open(encoding="utf-16", newline="") as text, tempfile.TemporaryFile() as file:
            try:
                while piece := text.read(CHUNK):
                    file.write(piece.encode("utf-8", "surrogatepass"))
            except UnicodeError as reason:
                raise UnusableInput(str(path), gettext("coupé, ou pas de l’UTF-16")) from reason
            file.seek(0)
            yield file, "utf-8"
        return
    with path.open("rb") as plain:
        if plain.read(3) != UTF8_MARK:
            plain.seek(0)
        yield plain, shape.encoding
