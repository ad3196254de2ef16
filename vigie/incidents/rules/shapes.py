"""Guess how a table is written: its encoding, what parts its columns, where its header stands."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from vigie.incidents.rules.mapping import DELIMITERS, MOST_COLUMNS

LOOKED_AT = 40  # rows in which the header is sought
USUAL = frozenset("éèêëàâäçîïôöûùüœæÉÈÊÀÂÇÎÔÛŒ’“”«»°–…€²³\N{NO-BREAK SPACE}")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ONE_BYTE = ("cp1252", "mac-roman", "cp850")  # the first wins where two read as well
NUMBER = re.compile(r"[\d\s.,:/%+-]*", re.ASCII)


class Encodings:
    """What the bytes of a file say of its encoding, piece after piece."""

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True
        self._head = b""
        self._high: Counter[int] = Counter()

    def see(self, piece: bytes) -> None:
        """Look at the next piece."""
        self._head = self._head or piece[:4096]
        if self._is_utf8:
            try:
                self._utf8.decode(piece)
            except UnicodeDecodeError:
                self._is_utf8 = False
        self._high.update(byte for byte in piece if byte > 127)

    def guess(self) -> str:
        """Return the encoding: by its mark, else UTF-8 where all reads so, else the likeliest."""
        for mark, name in MARKS:
            if self._head.startswith(mark):
                return name
        if b"\0" in self._head:
            return "utf-16"
        return "utf-8" if self._is_utf8 else max(ONE_BYTE, key=self._likelihood)

    def _likelihood(self, name: str) -> int:
        """Return how much reads as French or English in an encoding of one byte a sign."""
        likely = 0
        for byte, times in self._high.items():
            sign = bytes([byte]).decode(name, "replace")
            likely += times if sign in USUAL else -times
        return likely


def delimiter_of(text: str) -> str:
    """Return what parts the columns of the first rows: where most rows have as many."""

    def evenness(sign: str) -> tuple[int, int]:
        sizes = Counter(len(row) for row in first_rows(text, sign) if len(row) > 1)
        size, rows = max(sizes.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return rows * (size > 1), size

    return max(DELIMITERS, key=evenness)


def first_rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the first rows of a text; what cannot be read ends them."""
    found = []
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
            found.append(row)
            if len(found) == LOOKED_AT:
                break
    except csv.Error:
        pass
    return found


def header_of(rows: Iterable[tuple[int, Sequence[str]]]) -> int:
    """Return the line of the header: the first row as full as most, of words; 1 where none is.

    rows: the first ones, each with its line.
    """
    full = [(line, [cell for cell in row if cell.strip()]) for line, row in rows]
    sizes = Counter(len(cells) for _line, cells in full if len(cells) > 1)
    if not sizes:
        return next((line for line, cells in full if cells), 1)
    widest = max(sizes)
    usual = max(sizes, key=lambda size: (sizes[size], size))
    for line, cells in full:
        is_wide = len(cells) >= max(2, min(usual, widest) * 0.6)
        if is_wide and not any(NUMBER.fullmatch(cell) for cell in cells):
            return line
    return next(line for line, cells in full if len(cells) > 1)


def column_names(cells: Sequence[str], unnamed: str = "column {}") -> list[str]:
    """Return a name for each cell of a header: on one line, none empty, none twice."""
    found: list[str] = []
    for number, cell in enumerate(cells[:MOST_COLUMNS], 1):
        name = " ".join(cell.split())[:280] or unnamed.format(number)
        twice = sum(one == name or one.startswith(f"{name} (") for one in found)
        found.append(f"{name} ({twice + 1})" if name in found and twice else name)
    return found
