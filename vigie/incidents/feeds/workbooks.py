"""Read the rows of a spreadsheet (.xlsx) in bounded memory, and say what its cells do not tell."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from defusedxml import DefusedXmlException
from django.utils.translation import gettext
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from vigie.incidents.feeds.tables import Row, named_columns
from vigie.incidents.rules import shapes
from vigie.incidents.rules.mapping import MOST_COLUMNS, Shape
from vigie.kernel.imports import UnusableInput

ZIP_MARK = b"PK\x03\x04"
OLD_MARK = b"\xd0\xcf\x11\xe0"  # .xls, or a spreadsheet behind a password
LARGEST_PART = 200_000_000  # bytes, unpacked; a year of a nation takes a hundredth
LARGEST_TEXTS = 60_000_000  # of the part that is held in memory whole
MOST_PARTS = 2000
MOST_ROWS = 200_000
MOST_NOTED = 50_000  # cells merged or never computed that are told one by one
CHUNK = 256 * 1024
ERRORS = frozenset({"#REF!", "#DIV/0!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#N/A"})
# A cell with a formula and without a value; what a formula made empty is a text (t="str").
UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f(?:\s[^<>]*?)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></)"
)
PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
LONGEST_SIGN = 12_000  # bytes that one of the two may take; a formula has 8,192 at most
BROKEN = (
    BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    zlib.error,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
)
Cells = tuple[Any, ...]
Spot = tuple[int, int]  # line from 1, column from 0
Above = dict[int, tuple[int, str]]  # by column from 0: the last row it fills, its text


def is_one(path: Path) -> bool:
    """Return whether a file is a spreadsheet by its content. Raises UnusableInput for old ones."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == OLD_MARK:
        told = gettext("ancien Excel (.xls) ou mot de passe : enregistrez-le en .xlsx ou en CSV")
        raise UnusableInput(str(path), told)
    return head == ZIP_MARK


def sheets(path: Path) -> list[str]:
    """Return the names of the sheets. Raises UnusableInput."""
    with _opened(path) as book:
        return [sheet.title for sheet in book.worksheets]


def shape_of(path: Path, asked: Shape) -> Shape:
    """Return which sheet is read and where its header stands. Raises UnusableInput."""
    if asked.sheet and asked.header:
        return asked
    with _opened(path) as book:
        name = asked.sheet or _fullest(book)
        header = asked.header or shapes.header_of(_first(_sheet(path, book, name)))
    return asked.model_copy(update={"sheet": name, "header": header})


def columns(path: Path, shape: Shape) -> list[str]:
    """Return the names of the columns. Raises UnusableInput."""
    with _opened(path) as book:
        wanted = _sheet(path, book, shape.sheet).iter_rows(
            min_row=shape.header, max_row=shape.header, max_col=MOST_COLUMNS + 1, values_only=True
        )
        cells = [text_of(value) for value in next(wanted, ())]
    return named_columns(path, cells, shape.header)


def rows(path: Path, shape: Shape, told: Callable[[int], None]) -> Iterator[Row]:
    """Yield the rows under the header, in their order; empty ones are left out.

    A cell that others are merged under is repeated in their rows, which say so. A formula that
    was never computed is told as a fault of its cell. Raises UnusableInput.
    """
    names = columns(path, shape)
    part = path.stat().st_size // 100
    with _opened(path) as book:
        sheet = _sheet(path, book, shape.sheet)
        uncomputed, merged = _looked_through(path, sheet)
        above: Above = {}
        last = max((line for line, _place in uncomputed), default=0)
        for number, cells in _lines(sheet, shape.header + 1, last):
            if number > MOST_ROWS:
                most = gettext("plus de %(most)s lignes : coupez le fichier") % {"most": MOST_ROWS}
                raise UnusableInput(str(path), most, line=number)
            row = _row(number, names, cells, uncomputed)
            _fill(row, merged, above)
            if any(row.cells.values()) or row.faults:
                yield row
            if number % (MOST_ROWS // 100) == 0:
                told(part)


SPELLINGS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (type(None), lambda value: ""),
    (bool, lambda value: "yes" if value else "no"),
    (float, lambda value: str(int(value)) if value.is_integer() else repr(value)),
    ((date, time), lambda value: value.isoformat()),
)


def text_of(value: object) -> str:
    """Return a cell as text: whole numbers without decimals, dates in ISO, midnight as the day."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%dT%H:%M}"
    for kind, spell in SPELLINGS:
        if isinstance(value, kind):
            return spell(value)
    return str(value).replace("_x000D_", "").strip()


def _row(number: int, names: Sequence[str], cells: Cells, uncomputed: set[Spot]) -> Row:
    row = Row(number)
    for place, name in enumerate(names):
        text = text_of(cells[place]) if place < len(cells) else ""
        row.cells[name] = text
        if text in ERRORS:
            row.faults[name] = gettext("la cellule contient l’erreur %(text)s") % {"text": text}
        elif (number, place) in uncomputed:
            row.faults[name] = gettext("formule jamais calculée : ouvrez le fichier, enregistrez")
    return row


def _fill(row: Row, merged: dict[Spot, int], above: Above) -> None:
    """Repeat in a row the cells above that reach down to it, and note those that begin here."""
    for place, name in enumerate(row.cells):
        last, text = above.get(place, (0, ""))
        if row.line <= last and not row.cells[name]:
            row.cells[name] = text
            if text:
                row.doubts[name] = gettext(
                    "cellule fusionnée : valeur reprise d’une ligne au-dessus"
                )
        if (row.line, place) in merged:
            above[place] = (merged[row.line, place], row.cells[name])


def _lines(sheet: Any, first: int, last: int) -> Iterator[tuple[int, Cells]]:
    """Yield the rows of a sheet that hold something, with their lines, and the empty ones between.

    last: the line up to which empty rows matter in any case.
    """
    empty: list[int] = []
    asked = sheet.iter_rows(
        min_row=first, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True
    )
    for number, cells in enumerate(asked, first):
        if any(value is not None for value in cells):
            yield from ((line, ()) for line in empty)
            empty = []
            yield number, cells
        else:
            empty.append(number)
    yield from ((line, ()) for line in empty if line <= last)


def _first(sheet: Any) -> list[tuple[int, list[str]]]:
    seen = sheet.iter_rows(
        min_row=1, max_row=shapes.LOOKED_AT, max_col=MOST_COLUMNS, values_only=True
    )
    return [(line, [text_of(value) for value in cells]) for line, cells in enumerate(seen, 1)]


def _fullest(book: Any) -> str:
    """Return the name of the first sheet that holds a table, else of the first."""
    for sheet in book.worksheets:
        wide = sum(len([v for v in row if v]) > 1 for _line, row in _first(sheet))
        if wide > 1:
            return str(sheet.title)
    return str(book.worksheets[0].title) if book.worksheets else ""


def _sheet(path: Path, book: Any, name: str) -> Any:
    if name not in book.sheetnames:
        told = gettext("pas de feuille « %(name)s »") % {"name": name}
        raise UnusableInput(str(path), told)
    return book[name]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a spreadsheet once its size is known to be sane. Raises UnusableInput."""
    book = None
    try:
        _check_size(path)
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        yield book
    except BROKEN as reason:
        raise UnusableInput(str(path), _cut(reason)) from reason
    finally:
        if book is not None:
            book.close()


def _cut(reason: Exception) -> str:
    told = gettext("ce n’est pas un classeur lisible, ou il est coupé (%(reason)s)")
    return told % {"reason": (str(reason).splitlines() or [type(reason).__name__])[0][:120]}


def _check_size(path: Path) -> None:
    """Raise UnusableInput where a spreadsheet unpacks to more than it should."""
    with ZipFile(path) as archive:
        parts = archive.infolist()
        texts = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
        whole = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or whole > LARGEST_PART or texts > LARGEST_TEXTS:
        told = gettext("trop grand une fois décompressé : gardez les lignes utiles, ou un CSV")
        raise UnusableInput(str(path), told)


def _looked_through(path: Path, sheet: Any) -> tuple[set[Spot], dict[Spot, int]]:
    """Return the cells with a formula never computed, and how far down merged ones reach.

    The second holds only those that reach below their own line.
    """
    uncomputed: set[Spot] = set()
    merged: dict[Spot, int] = {}
    with ZipFile(path) as archive, archive.open(sheet._worksheet_path) as part:
        for piece in _overlapping(part):
            uncomputed |= _uncomputed_in(piece) if len(uncomputed) < MOST_NOTED else set()
            for column, first, last in MERGED.findall(piece):
                if int(last) > int(first) and len(merged) < MOST_NOTED:
                    merged[int(first), _place(column)] = int(last)
    return uncomputed, merged


def _uncomputed_in(piece: bytes) -> set[Spot]:
    cells = [told for told in UNCOMPUTED.findall(piece) if b't="str"' not in told]
    spots = [PLACE.search(told) for told in cells]
    return {(int(found[2]), _place(found[1])) for found in spots if found}


def _place(column: bytes) -> int:
    """Return the number of a column, from 0."""
    return column_index_from_string(column.decode()) - 1


def _overlapping(part: IO[bytes]) -> Iterable[bytes]:
    """Yield a file in pieces that share their ends, so that no short sign is cut in two."""
    tail = b""
    while piece := part.read(CHUNK):
        yield tail + piece
        tail = piece[-LONGEST_SIGN:]
