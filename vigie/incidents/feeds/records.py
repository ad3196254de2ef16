"""Read records from files of JSON lines or JSON, whatever their size, in bounded memory."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import isinf
from pathlib import Path
from typing import Any, BinaryIO

from vigie.kernel.imports import UnusableInput

LONGEST = 4 * 1024 * 1024  # bytes of one record; real ones are a thousand times smaller
DEEPEST = 64  # levels of one record
TOO_LONG = f"longer than {LONGEST // (1024 * 1024)} MiB"
CHUNK = 64 * 1024
LINES = frozenset({".jsonl", ".ndjson"})
SUFFIXES = LINES | {".json"}
MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
UTF8_MARK = b"\xef\xbb\xbf"
# What changes the state of a reader of JSON: escapes, strings, brackets, commas, ends of line.
SIGNS = re.compile(rb'\\.|["{}\[\],\n]', re.DOTALL)
BRACKETS = frozenset({b"{", b"}", b"[", b"]"})
KINDS = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "a truth value"}
KINDS[type(None)] = "null"


class BadRecord(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A record cannot be taken; .field names where, empty for the whole of it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as it lies in a file: its bytes, or why they cannot be read; lines from 1."""

    line: int
    content: bytes = b""
    fault: str = ""


def files_of(paths: Iterable[Path], suffixes: frozenset[str] = SUFFIXES) -> list[Path]:
    """Return the files to read: those named, and those with a suffix in the folders named, sorted.

    Raises UnusableInput when a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [p for p in path.rglob("*") if p.suffix.lower() in suffixes and p.is_file()]
        if not inside:
            kinds = ", ".join(sorted(suffixes))
            raise UnusableInput(str(path), f"no file of this kind in the folder: {kinds}")
        found += sorted(inside)
    return found


def records(path: Path, told: Callable[[int], None] = lambda size: None) -> Iterator[Raw]:
    """Yield the records of a file in its order; memory stays bounded by the longest allowed.

    told: hears how many bytes were read each time.
    """
    with path.open("rb") as file:
        encoding = foreign_encoding(file.read(4))
        file.seek(0)
        if encoding:
            yield Raw(1, fault=f"the file is written in {encoding}; save it as UTF-8")
            return
        if file.read(3) != UTF8_MARK:
            file.seek(0)
        start = file.tell()
        has_lines = path.suffix.lower() in LINES or holds_lines(file)
        file.seek(start)
        yield from (of_lines if has_lines else of_document)(file, told)


def foreign_encoding(head: bytes) -> str:
    """Return the encoding that the first four bytes betray, where it is not UTF-8."""
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    return "UTF-16" if b"\x00" in head else ""


def holds_lines(file: BinaryIO) -> bool:
    """Return whether each line is a record: the first is one alone, or the second begins one."""
    lines: list[bytes] = []
    while len(lines) < 2 and (line := file.readline(LONGEST)):
        lines += [line.strip()] if line.strip() else []
    if not lines or not lines[0].startswith(b"{"):
        return False
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        return len(lines) > 1 and lines[1].startswith(b"{")
    return True


def of_lines(file: BinaryIO, told: Callable[[int], None]) -> Iterator[Raw]:
    """Yield the lines that hold something."""
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        told(len(line))
        if len(line) > LONGEST and not line.endswith(b"\n"):
            _skip_line(file, told)
            yield Raw(number, fault=TOO_LONG)
        elif line.strip():
            yield Raw(number, line)


def _skip_line(file: BinaryIO, told: Callable[[int], None]) -> None:
    while piece := file.readline(CHUNK):
        told(len(piece))
        if piece.endswith(b"\n"):
            return


def of_document(file: BinaryIO, told: Callable[[int], None]) -> Iterator[Raw]:
    """Yield the records of a JSON document: the elements of its list, or each value in it."""
    splitter = Splitter()
    while chunk := file.read(CHUNK):
        while chunk.endswith(b"\\") and (more := file.read(1)):
            chunk += more  # an escape stays whole
        told(len(chunk))
        yield from splitter.feed(chunk)
    yield from splitter.end()


class Splitter:
    """Cut a JSON document into its records without understanding them."""

    def __init__(self) -> None:
        self.depth = 0
        self.floor = 0  # 1 inside the list that holds the records
        self.in_string = False
        self.line = 1
        self.begun_at = 0  # line of the record at hand; 0 between two
        self.piece = bytearray()
        self.is_too_long = False

    def feed(self, chunk: bytes) -> Iterator[Raw]:
        """Yield the records that end in a chunk."""
        done = 0
        for found in SIGNS.finditer(chunk):
            self._keep(chunk[done : found.start()])
            done = found.end()
            yield from self._take(found[0])
        self._keep(chunk[done:])

    def end(self) -> Iterator[Raw]:
        """Yield what is left when the file ends."""
        between_records = self.depth == self.floor == 1 and not self.in_string
        yield from self._out()
        if between_records:  # a record cut in two says so itself
            yield Raw(self.line, fault="the list does not end: the file is cut")

    def _take(self, sign: bytes) -> Iterator[Raw]:
        if sign == b'"':
            self.in_string = not self.in_string
        elif not self.in_string and sign in BRACKETS:
            yield from self._bracket(sign)
            return
        elif not self.in_string and sign == b"," and self.depth == self.floor == 1:
            yield from self._out()
            return
        self._keep(sign)
        self.line += sign.count(b"\n")

    def _bracket(self, sign: bytes) -> Iterator[Raw]:
        if sign == b"[" and not self.depth and not self.begun_at:
            self.depth = self.floor = 1
        elif sign == b"]" and self.depth == self.floor == 1:
            yield from self._out()
            self.depth = self.floor = 0
        else:
            self._keep(sign)
            self.depth = max(self.floor, self.depth + (1 if sign in b"{[" else -1))
            if sign in b"}]" and self.depth == self.floor == 0:
                yield from self._out()

    def _keep(self, text: bytes) -> None:
        if not self.begun_at and text.strip():
            self.begun_at = self.line
        if len(self.piece) + len(text) > LONGEST:
            self.is_too_long = True
            self.piece.clear()
        elif not self.is_too_long:
            self.piece += text

    def _out(self) -> Iterator[Raw]:
        if self.begun_at:
            fault = TOO_LONG if self.is_too_long else ""
            yield Raw(self.begun_at, bytes(self.piece), fault)
        self.piece.clear()
        self.begun_at, self.is_too_long = 0, False


def loaded(raw: Raw) -> dict[str, Any]:
    """Return the JSON object that a record is. Raises BadRecord."""
    if raw.fault:
        raise BadRecord("", raw.fault)
    try:
        text = raw.content.decode().rstrip()
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as reason:
        raise BadRecord("", not_utf8(raw.content, reason.start)) from reason
    except json.JSONDecodeError as reason:
        raise BadRecord("", _not_json(reason)) from reason
    except RecursionError as reason:
        raise BadRecord("", f"more than {DEEPEST} levels deep") from reason
    except ValueError as reason:
        raise BadRecord("", f"not JSON: {reason}") from reason
    if not isinstance(value, dict):
        raise BadRecord("", f"{KINDS[type(value)]} instead of an object")
    check_storable(value)
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"{text[:20]} is too large")
    return number


def not_utf8(content: bytes, place: int) -> str:
    """Return the sentence for bytes that are no UTF-8 from a place on."""
    found = f"byte 0x{content[place]:02X} at position {place + 1}"
    return f"not UTF-8: {found} (Latin-1 or Windows-1252?); save the file as UTF-8"


def _not_json(reason: json.JSONDecodeError) -> str:
    is_cut = reason.pos >= len(reason.doc) or reason.msg.startswith("Unterminated")
    what = "cut before its end" if is_cut else "not JSON"
    return f"{what} (position {reason.pos + 1}: {reason.msg.removesuffix(' starting at')})"


def check_storable(value: object) -> None:
    """Raise BadRecord when a value is deeper, or holds text stranger, than a database stores."""
    left: list[tuple[object, int]] = [(value, 1)]
    while left:
        found, depth = left.pop()
        if depth > DEEPEST:
            raise BadRecord("", f"more than {DEEPEST} levels deep")
        if isinstance(found, str):
            _check_text(found)
        elif isinstance(found, dict):
            left += [(part, depth + 1) for pair in found.items() for part in pair]
        elif isinstance(found, list):
            left += [(part, depth + 1) for part in found]


def _check_text(text: str) -> None:
    if "\0" in text:
        raise BadRecord("", "holds the character NUL, which no database stores")
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadRecord("", "holds half a character (a lone surrogate)")
