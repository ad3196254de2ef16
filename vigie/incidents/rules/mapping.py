"""How the columns of somebody else's table become the fields of a declaration. One frozen value."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from vigie.establishments.rules import fold
from vigie.incidents.rules.columns import (
    ANSWERS,
    COLUMNS,
    DECLARED,
    ESTABLISHMENT,
    KEY,
    LISTS,
    STRUCTURE_NAME,
    TEXTS,
    closed_words,
)

RESERVED = frozenset({"veris", "demo"})  # sources that have their own way in
KEPT, IGNORED = "kept", "ignored"  # where a column may go beside the fields
TARGETS = frozenset({*COLUMNS, STRUCTURE_NAME, KEPT, IGNORED}) - {"source"}
SEVERAL = LISTS | TEXTS | {KEPT, IGNORED}  # that several columns may feed together
MOST_COLUMNS = 200
MOST_WORDS = 500  # of one column
ENCODINGS = ("utf-8", "cp1252", "iso8859-15", "cp850", "mac-roman", "utf-16")
DELIMITERS = (";", ",", "\t", "|")
SEPARATORS = ("|", ";", ",", ", ", "/", "\n")
OPENING, CLOSING = "([{", ")]}"


class Unlisted(StrEnum):
    """What becomes of a structure that the register does not hold."""

    REFUSED = "refused"
    OPENED = "opened"  # as a structure that only this source knows


class Unread(StrEnum):
    """What becomes of a record with a word that a closed list does not hold."""

    REFUSED = "refused"
    KEPT = "kept"  # the field stays unknown, the cell is kept beside


class Days(StrEnum):
    """How the file writes 03/04/2021."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def source_name(text: str) -> str:
    """Return the name of a source. Raises ValueError when it cannot be one."""
    if not re.fullmatch(r"[a-z0-9_-]{1,20}", text, re.ASCII) or text in RESERVED:
        raise ValueError("must be 1 to 20 of a-z, 0-9, _ and -, and no reserved name")
    return text


def _target(name: str) -> str:
    """Check the name of a field. Raises ValueError."""
    if name not in TARGETS:
        raise ValueError(f"{name!r} is no field that a column can fill")
    return name


Header = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Word = Annotated[str, StringConstraints(max_length=300)]


class Frozen(BaseModel):
    """A value that says no to what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Use(Frozen):
    """What one column is taken for."""

    column: Header
    to: Annotated[str, AfterValidator(_target)]
    separator: Annotated[str, StringConstraints(max_length=4)] = ""  # of several values in a cell
    words: dict[Word, Word] = Field(default_factory=dict, max_length=MOST_WORDS)

    def parts(self, cell: str) -> list[str]:
        """Return the values of a cell, in its order."""
        found = split(cell, self.separator) if self.separator else [cell]
        return [part for part in (one.strip() for one in found) if part]

    def meant(self, word: str) -> str | None:
        """Return what a value of the file means, "" for nothing known, None where nobody said."""
        wanted = fold(word)
        return next((to for said, to in self.words.items() if fold(said) == wanted), None)


class Shape(Frozen):
    """How the file is written; what is empty is guessed."""

    encoding: Annotated[str, StringConstraints(max_length=20)] = ""
    delimiter: Annotated[str, StringConstraints(max_length=1)] = ""
    header: Annotated[int, Field(ge=0, le=1000)] = 0  # its line, from 1
    sheet: Annotated[str, StringConstraints(max_length=100)] = ""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.encoding and self.encoding not in ENCODINGS:
            raise ValueError(f"no encoding {self.encoding!r}; there are: {', '.join(ENCODINGS)}")
        if self.delimiter and self.delimiter not in DELIMITERS:
            raise ValueError(f"columns are never parted by {self.delimiter!r}")
        return self


class Mapping(Frozen):
    """How the tables of one source are read."""

    source: Annotated[str, AfterValidator(source_name)]
    columns: list[Use] = Field(min_length=1, max_length=2 * MOST_COLUMNS)
    constants: dict[str, Word] = Field(default_factory=dict)  # of fields without a column
    only: dict[Header, list[Word]] = Field(default_factory=dict)  # records to take, by column
    unlisted: Unlisted = Unlisted.REFUSED
    unread: Unread = Unread.REFUSED
    others: Annotated[str, AfterValidator(_target)] = KEPT  # columns that the file has beside
    days: Days = Days.DAY_FIRST
    shape: Shape = Shape()

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        fault = next(self._faults(), "")
        if fault:
            raise ValueError(fault)
        return self

    def _faults(self) -> Iterator[str]:
        if self.others not in {KEPT, IGNORED}:
            yield "others: kept or ignored"
        fields = [use.to for use in self.columns]
        for name in sorted({n for n in fields if fields.count(n) > 1} - SEVERAL):
            yield f"{name}: filled by more than one column"
        for name in self.constants:
            if name not in TARGETS - {KEPT, IGNORED, KEY} or name in fields:
                yield f"{name}: cannot be given for the whole file"
        if not {"occurred", DECLARED} & {*fields, *self.constants}:
            yield "no column for the date: declared or occurred"
        if self.unlisted is Unlisted.REFUSED and not self._names_structures(fields):
            yield "no column for the structure: establishment, site or structure_name"

    def _names_structures(self, fields: list[str]) -> bool:
        return bool({ESTABLISHMENT, STRUCTURE_NAME, "site"} & {*fields, *self.constants})

    @property
    def has_keys(self) -> bool:
        """Return whether a column names records; else the whole row does."""
        return any(use.to == KEY for use in self.columns)

    def takes(self, cells: dict[str, str]) -> bool:
        """Return whether a record is wanted."""
        return all(
            fold(cells.get(column, "")) in {fold(word) for word in words}
            for column, words in self.only.items()
        )


def split(cell: str, separator: str) -> list[str]:
    """Return the values of a cell: what stands in brackets is never parted.

    A comma parts only where no space follows, unless the separator says otherwise: « a, b,c »
    holds « a, b » and « c ».
    """
    parts, depth, begun = [], 0, 0
    for place, sign in enumerate(cell):
        depth = max(0, depth + (sign in OPENING) - (sign in CLOSING))
        if depth or place < begun or not cell.startswith(separator, place):
            continue
        after = place + len(separator)
        if separator == "," and cell[after : after + 1].isspace():
            continue
        parts.append(cell[begun:place])
        begun = after
    return [*parts, cell[begun:]]


def holds_words(name: str) -> bool:
    """Return whether a field takes its values from a closed list, yes and no included."""
    return name in ANSWERS or bool(closed_words(name))
