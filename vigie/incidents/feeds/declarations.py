"""Understand Vigie's own format of past declarations: CSV, spreadsheet, JSON lines or JSON.

The format is told to people in docs/use/import-declarations.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal

from django.utils.translation import gettext
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from vigie.establishments.rules import finess_of, is_finess
from vigie.incidents.feeds import records, tables, workbooks
from vigie.incidents.feeds.arrivals import Arrival
from vigie.incidents.feeds.records import BadRecord, Raw
from vigie.incidents.feeds.tables import Row
from vigie.incidents.rules.columns import (
    ANSWERS,
    BESIDE,
    COLUMNS,
    DATES,
    LISTS,
    NO,
    NOT_BROUGHT,
    NOTHING,
    REQUIRED,
    YES,
)
from vigie.incidents.rules.facts import Facts, Line, Partial
from vigie.incidents.rules.mapping import Shape, source_name
from vigie.incidents.rules.words import Status
from vigie.kernel.imports import UnusableInput
from vigie.kernel.partial import BadDate, PartialDate

FORMAT = "declarations"
DEFAULT_SOURCE = "register"
TABLE_SUFFIX = ".csv"
BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm"})
SUFFIXES = records.SUFFIXES | {TABLE_SUFFIX} | BOOK_SUFFIXES
FIRST_YEAR = 1980


def _finess(text: str) -> str:
    """Check a FINESS number. Raises ValueError."""
    text = finess_of(text)
    if text and not is_finess(text):
        raise ValueError(f"{text[:20]!r} is not a FINESS number")
    return text


class Written(BaseModel):
    """One declaration as the format writes it."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[Line, StringConstraints(min_length=1)]
    establishment: Annotated[str, StringConstraints(min_length=1), AfterValidator(_finess)]
    declared: Annotated[Partial, StringConstraints(min_length=1)]
    source: Annotated[str, AfterValidator(source_name)] = DEFAULT_SOURCE
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
    suffix = path.suffix.lower()
    if suffix == TABLE_SUFFIX:
        yield from tables.rows(path, told, check_columns)
    elif suffix in BOOK_SUFFIXES:
        yield from _book(path, told)
    else:
        yield from records.records(path, told)


def _book(path: Path, told: Callable[[int], None]) -> Iterator[Row]:
    """Yield the rows of a spreadsheet. Raises UnusableInput."""
    if not workbooks.is_one(path):
        raise UnusableInput(str(path), gettext("ce n’est pas un classeur .xlsx"))
    shape = workbooks.shape_of(path, Shape(header=1))
    names = {name: name.lower() for name in workbooks.columns(path, shape)}
    if fault := check_columns(list(names.values())):
        raise UnusableInput(str(path), fault, line=1)
    for row in workbooks.rows(path, shape, told):
        cells = {names[name]: cell for name, cell in row.cells.items()}
        faults = {names[name]: fault for name, fault in row.faults.items()}
        yield Row(row.line, cells=cells, faults=faults)


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
    check_dates(written, reading)
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


def check_dates(written: Written, reading: Reading) -> None:
    """Raise BadRecord for a date before the first that is taken, or in the future."""
    for name, text in (("declared", written.declared), ("occurred", written.facts.occurred)):
        if not text:
            continue
        moment = PartialDate.parse(text)
        if moment.year < FIRST_YEAR:
            told = gettext("%(year)s est avant %(first)s")
            raise BadRecord(name, told % {"year": moment.year, "first": FIRST_YEAR})
        if moment.start(reading.zone) > reading.now:
            raise BadRecord(name, gettext("%(text)s est dans le futur") % {"text": text})


def _of_row(row: Row, reading: Reading) -> dict[str, Any]:
    """Return the cells that hold something as the JSON form of the format writes them."""
    if row.fault:
        raise BadRecord("", row.fault)
    for name, fault in row.faults.items():
        raise BadRecord(name, fault)
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
