"""Read the rows of a CSV file, whatever its size, in bounded memory."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext

from vigie.incidents.feeds.records import UTF8_MARK, foreign_encoding, not_utf8
from vigie.incidents.rules import shapes
from vigie.incidents.rules.mapping import MOST_COLUMNS
from vigie.kernel.imports import UnusableInput

LONGEST = 256 * 1024  # bytes of one row, however many lines it spreads over
DELIMITERS = ";,\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column, or why they cannot be read; lines from 1."""

    line: int
    content: bytes = b""
    cells: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    faults: dict[str, str] = field(default_factory=dict)  # of single cells, by column
    doubts: dict[str, str] = field(default_factory=dict)  # likewise, where the cell is taken


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows are spelled, and what their cells are called."""

    columns: Sequence[str]
    delimiter: str
    encoding: str = "utf-8"
    # Spreadsheets leave empty cells at the end of rows out, or write more of them.
    is_lenient: bool = False

    def fitted(self, cells: list[str], *, is_whole: bool) -> list[str]:
        """Return the cells of a row, as many as columns where only empty ones lack or exceed."""
        size = len(self.columns)
        if not self.is_lenient or any(cells[size:]) or (len(cells) < size and not is_whole):
            return cells
        return [*cells, *[""] * (size - len(cells))][:size]


def rows(
    path: Path, told: Callable[[int], None], check: Callable[[Sequence[str]], str]
) -> Iterator[Row]:
    """Yield the rows under the header, in their order; empty rows are left out.

    told: hears how many bytes were read each time. check: returns what is wrong with the columns
    of the header, "" when nothing is.
    Raises UnusableInput when the file is in another encoding or its header is wrong.
    """
    with path.open("rb") as file:
        encoding = foreign_encoding(file.read(4))
        file.seek(0)
        if encoding:
            why = f"the file is written in {encoding}; save it as UTF-8"
            raise UnusableInput(str(path), why, line=1)
        if file.read(3) != UTF8_MARK:
            file.seek(0)
        lines = Lines(file, told)
        yield from under(_header(path, lines, check), lines)


def under(layout: Layout, lines: "Lines") -> Iterator[Row]:
    """Yield the rows that follow the header; empty ones are left out."""
    while line := lines.next():
        row = row_of(line, lines, layout)
        if row.fault or any(row.cells.values()):
            yield row


def _header(path: Path, lines: "Lines", check: Callable[[Sequence[str]], str]) -> Layout:
    """Return the columns, and what parts them. Raises UnusableInput."""
    line = lines.next()
    try:
        text = line.decode()
    except UnicodeDecodeError as reason:
        raise UnusableInput(str(path), not_utf8(line, reason.start), line=1) from reason
    delimiter = max(DELIMITERS, key=text.count)
    columns = [name.strip().lower() for name in next(csv.reader([text], delimiter=delimiter), [])]
    if fault := "empty: not even a header" if not columns else check(columns):
        raise UnusableInput(str(path), fault, line=1)
    return Layout(columns, delimiter)


def row_of(line: bytes, lines: "Lines", layout: Layout) -> Row:
    """Return the row that begins with a line: as many lines as it takes to close its quotes.

    Where they make no row together, the first is at fault alone and the others are read again.
    """
    number, held = lines.number, [line]
    size, is_open = len(line), line.count(b'"') % 2 == 1
    while is_open and size <= LONGEST and (more := lines.next()):
        held.append(more)
        size += len(more)
        is_open ^= more.count(b'"') % 2 == 1
    if len(line) > LONGEST:
        return Row(number, fault=gettext("plus de %(size)s Kio") % {"size": LONGEST // 1024})
    if is_open or size > LONGEST:
        row = Row(number, line, fault=gettext("un guillemet n’est pas fermé"))
    else:
        row = _cells(Row(number, b"".join(held)), layout)
    if row.fault:
        lines.give_back(held[1:])
    return row


def _cells(row: Row, layout: Layout) -> Row:
    try:
        text = io.StringIO(row.content.decode(layout.encoding), newline="")
        row_of_text = next(csv.reader(text, delimiter=layout.delimiter, strict=True), [])
    except UnicodeDecodeError as reason:
        fault = not_utf8(row.content, reason.start)
        if layout.encoding != "utf-8":
            fault = f"not {layout.encoding} at position {reason.start + 1}"
        return Row(row.line, row.content, fault=fault)
    except csv.Error as reason:
        return Row(row.line, row.content, fault=f"not CSV: {reason}")
    is_whole = row.content.endswith(b"\n")  # the last line of a file that was cut is not
    cells = layout.fitted([cell.strip() for cell in row_of_text], is_whole=is_whole)
    if any(cells) and len(cells) != len(layout.columns):
        fault = gettext("%(cells)s cellules sous %(columns)s colonnes")
        told = fault % {"cells": len(cells), "columns": len(layout.columns)}
        return Row(row.line, row.content, fault=told)
    return Row(row.line, row.content, dict(zip(layout.columns, cells, strict=False)))


def named_columns(path: Path, cells: Sequence[str], line: int) -> list[str]:
    """Return the names of the columns of a header. Raises UnusableInput where there is none."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        told = gettext("plus de %(most)s colonnes") % {"most": MOST_COLUMNS}
        raise UnusableInput(str(path), told, line=line)
    if not cells:
        raise UnusableInput(str(path), gettext("vide : pas même une ligne d’en-tête"), line=line)
    return shapes.column_names(cells, gettext("colonne {}"))


class Lines:
    """The lines of a file, some of which may be read again."""

    def __init__(self, file: BinaryIO, told: Callable[[int], None]) -> None:
        self.number = 0
        self._file = file
        self._told = told
        self._again: deque[bytes] = deque()

    def next(self) -> bytes:
        """Return the next line, empty at the end; one that is too long is cut and its rest lost."""
        line = self._again.popleft() if self._again else self._read()
        self.number += bool(line)
        return line

    def give_back(self, lines: Sequence[bytes]) -> None:
        """Let lines be read again."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> bytes:
        line = self._file.readline(LONGEST + 1)
        self._told(len(line))
        rest = line
        while rest and not rest.endswith(b"\n") and len(line) > LONGEST:
            rest = self._file.readline(LONGEST)
            self._told(len(rest))
        return line
