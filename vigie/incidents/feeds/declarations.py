"""Understand Vigie's own format of past declarations: CSV, JSON lines or JSON.

The format is told to people in docs/use/import-declarations.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from vigie.establishments.rules import finess_of, is_finess
from vigie.incidents.feeds import records, tables
from vigie.incidents.feeds.arrivals import Arrival
from vigie.incidents.feeds.records import BadRecord, Raw
from vigie.incidents.feeds.tables import Row
from vigie.incidents.rules.facts import Facts, Line, Partial
from vigie.incidents.rules.words import Status
from vigie.kernel.partial import BadDate, PartialDate

FORMAT = "declarations"
DEFAULT_SOURCE = "register"
RESERVED = frozenset({"veris", "demo"})  # sources that have their own way in
TABLE_SUFFIX = ".csv"
SUFFIXES = records.SUFFIXES | {TABLE_SUFFIX}
FIRST_YEAR = 1980
REQUIRED = ("key", "establishment", "declared")
BESIDE = (*REQUIRED, "source", "site", "status", "status_reason", "major_confirmed", "event")
# Ids of one instance's inventory mean nothing elsewhere: supplier_name says it in words.
NOT_BROUGHT = frozenset({"applications", "supplier"})
ONLY_JSON = frozenset({"episodes"})  # too deep for a cell
FACTS = tuple(name for name in Facts.model_fields if name not in NOT_BROUGHT)
COLUMNS = (*BESIDE, *(name for name in FACTS if name not in ONLY_JSON))
DATES = frozenset({"declared", "occurred", "noticed", "resolved"})
LISTS = frozenset({"handled_by", "care_activities", "data_impacts", "data_types", "support_given"})
ANSWERS = {"major_confirmed"} | {
    name for name, field in Facts.model_fields.items() if field.annotation == bool | None
}
YES = frozenset({"yes", "oui", "true", "vrai", "1"})
NO = frozenset({"no", "non", "false", "faux", "0"})
NOTHING = frozenset({"none", "aucun", "aucune"})  # an empty list, where an empty cell is unknown


def _finess(text: str) -> str:
    """Check a FINESS number. Raises ValueError."""
    text = finess_of(text)
    if text and not is_finess(text):
        raise ValueError(f"{text[:20]!r} is not a FINESS number")
    return text


def _source(text: str) -> str:
    """Check the name of a source. Raises ValueError."""
    if not re.fullmatch(r"[a-z0-9_-]{1,20}", text, re.ASCII) or text in RESERVED:
        raise ValueError("must be 1 to 20 of a-z, 0-9, _ and -, and no reserved name")
    return text


class Written(BaseModel):
    """One declaration as the format writes it."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[Line, StringConstraints(min_length=1)]
    establishment: Annotated[str, StringConstraints(min_length=1), AfterValidator(_finess)]
    declared: Annotated[Partial, StringConstraints(min_length=1)]
    source: Annotated[str, AfterValidator(_source)] = DEFAULT_SOURCE
    site: Annotated[str, AfterValidator(_finess)] = ""
    status: Literal[Status.CLOSED, Status.REJECTED] = Status.CLOSED
    status_reason: Line = ""
    major_confirmed: bool | None = None
    event: Line = ""
    facts: Facts = Field(default_factory=Facts)


@dataclass(frozen=True, slots=True)
class Reading:
    """When and where records are read."""

    now: datetime
    zone: tzinfo


def read(path: Path, told: Callable[[int], None]) -> Iterator[Raw | Row]:
    """Yield the records of a file: rows of a table, or JSON. Raises UnusableInput."""
    if path.suffix.lower() == TABLE_SUFFIX:
        yield from tables.rows(path, told, check_columns)
    else:
        yield from records.records(path, told)


def check_columns(columns: Sequence[str]) -> str:
    """Return what is wrong with the columns of a table, "" when nothing is."""
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in COLUMNS]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    faults = (
        ("missing column", missing),
        ("unknown column", [name or "(without name)" for name in unknown]),
        ("column that stands twice", twice),
    )
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in faults if names)


def parse(raw: Raw | Row, reading: Reading, *, file: str) -> Arrival:
    """Return what a record says. Raises BadRecord, naming the field and the reason."""
    content = _of_row(raw, reading) if isinstance(raw, Row) else records.loaded(raw)
    written = _checked(content)
    _check_dates(written, reading)
    facts = written.facts
    if not facts.title:
        facts = facts.model_copy(update={"title": f"Déclaration {written.key}"[:200]})
    return Arrival(
        file=file,
        line=raw.line,
        source=written.source,
        key=written.key,
        key_field="key",
        finess=written.establishment,
        site=written.site,
        facts=facts,
        declared=written.declared,
        status=written.status,
        status_reason=written.status_reason,
        major_confirmed=written.major_confirmed,
        event=written.event,
    )


def _checked(content: Mapping[str, Any]) -> Written:
    try:
        written = Written.model_validate(content)
    except ValidationError as reason:
        error = reason.errors()[0]
        field = ".".join(str(part) for part in error["loc"]).removeprefix("facts.")
        raise BadRecord(field, error["msg"]) from reason
    for name in sorted(NOT_BROUGHT):
        if getattr(written.facts, name) not in (None, []):
            raise BadRecord(name, "ids of an inventory cannot be brought; use supplier_name")
    if written.status is Status.REJECTED and not written.status_reason:
        raise BadRecord("status_reason", "a rejected declaration needs a reason")
    return written


def _check_dates(written: Written, reading: Reading) -> None:
    for name, text in (("declared", written.declared), ("occurred", written.facts.occurred)):
        if not text:
            continue
        moment = PartialDate.parse(text)
        if moment.year < FIRST_YEAR:
            raise BadRecord(name, f"{moment.year} is before {FIRST_YEAR}")
        if moment.start(reading.zone) > reading.now:
            raise BadRecord(name, f"{text} is in the future")


def _of_row(row: Row, reading: Reading) -> dict[str, Any]:
    """Return the cells that hold something as the JSON form of the format writes them."""
    if row.fault:
        raise BadRecord("", row.fault)
    records.check_storable(row.cells)
    values = {name: _value(name, cell, reading) for name, cell in row.cells.items() if cell}
    beside = {name: value for name, value in values.items() if name in BESIDE}
    return beside | {"facts": {n: value for n, value in values.items() if n not in BESIDE}}


def _value(name: str, cell: str, reading: Reading) -> object:
    """Return what a cell means in its column. Raises BadRecord."""
    if name in DATES:
        return _date(name, cell, reading)
    if name in ANSWERS:
        return _answer(name, cell)
    if name in LISTS:
        parts = [part.strip() for part in cell.split("|")]
        return [] if cell.casefold() in NOTHING else [part for part in parts if part]
    return cell


def _date(name: str, cell: str, reading: Reading) -> str:
    try:
        return str(PartialDate.typed(cell, reading.zone))
    except BadDate as reason:
        raise BadRecord(
            name, f"{cell[:40]!r} is not a date: 2021, 2021-03, 14/03/2021 02:10"
        ) from (reason)


def _answer(name: str, cell: str) -> bool:
    if cell.casefold() in YES:
        return True
    if cell.casefold() in NO:
        return False
    raise BadRecord(name, f"{cell[:20]!r} is neither yes nor no; leave it empty when unknown")
