"""What the yearly reports of the French observatory were quoted for, read from YAML. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vigie.reference.catalogue import HERE, BadReference, Entry, Title, _by_code, _title, document

NAME = "observatory/ans"
FIRST_YEAR, LAST_YEAR = 2017, 2100  # the duty began in October 2017
PERCENT = "percent"
UNITS = frozenset({"declarations", "structures", "establishments", PERCENT})


class Certainty(StrEnum):
    """How sure a published number is."""

    FOUND = "found"  # printed on a page that quotes the report
    CALCULATED = "calculated"  # from printed numbers
    CONFLICTING = "conflicting"  # pages print different numbers
    INFERRED = "inferred"  # in words, of another period, or true of one reading alone


@dataclass(frozen=True, slots=True)
class Page:
    """A page that quotes a report."""

    code: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One published number of one year. note: says what is not sure about it, None where all is."""

    year: int
    value: float | int
    certainty: Certainty
    pages: tuple[Page, ...]
    note: Title | None

    @property
    def is_sure(self) -> bool:
        """Return whether the number stands printed somewhere and nothing contradicts it."""
        return self.certainty is Certainty.FOUND


@dataclass(frozen=True, slots=True)
class Series(Entry):
    """One published figure over the years; a year that is not there was not found.

    indicator: the figure of the observatory with the same definition, "" where there is none.
    """

    unit: str
    indicator: str
    cells: Mapping[int, Cell]

    @property
    def is_share(self) -> bool:
        """Return whether its numbers are percentages of the declarations of the year."""
        return self.unit == PERCENT


@cache
def series(folder: Path = HERE) -> Mapping[str, Series]:
    """Return the published figures by code, in the order to show. Raises BadReference."""
    raw = document(NAME, folder)
    pages = {code: Page(code, one["name"], one["url"]) for code, one in raw["sources"].items()}
    found = _by_code(NAME, [_series(line, pages) for line in raw["entries"]])
    _check(found, pages)
    return found


@cache
def pages(folder: Path = HERE) -> tuple[Page, ...]:
    """Return the pages that quote the reports, by name. Raises BadReference."""
    told = {page for one in series(folder).values() for c in one.cells.values() for page in c.pages}
    return tuple(sorted(told, key=lambda page: page.name.casefold()))


def _series(line: Mapping[str, Any], pages: Mapping[str, Page]) -> Series:
    if line["unit"] not in UNITS:
        raise BadReference(f"{NAME}.yaml: {line['code']}: unknown unit {line['unit']}")
    cells = {
        year: _cell(f"{line['code']} {year}", year, cell, line["unit"], pages)
        for year, cell in line["cells"].items()
    }
    return Series(
        code=line["code"],
        title=_title(line),
        unit=line["unit"],
        indicator=line.get("indicator", ""),
        cells=MappingProxyType(dict(sorted(cells.items()))),
    )


def _cell(
    where: str, year: int, raw: Mapping[str, Any], unit: str, pages: Mapping[str, Page]
) -> Cell:
    for fault in _faults(year, raw, unit, pages):
        raise BadReference(f"{NAME}.yaml: {where}: {fault}")
    return Cell(
        year=year,
        value=raw["value"],
        certainty=Certainty(raw["certainty"]),
        pages=tuple(pages[code] for code in raw["sources"]),
        note=_title(raw["note"]) if "note" in raw else None,
    )


def _faults(
    year: int, raw: Mapping[str, Any], unit: str, pages: Mapping[str, Page]
) -> Iterator[str]:
    value, sources = raw.get("value"), raw.get("sources") or []
    most = 100 if unit == PERCENT else None
    if not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        yield "no year"
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        yield "no number; leave out what was not found"
    elif most is not None and value > most:
        yield "more than 100 %"
    if raw.get("certainty") not in set(Certainty):
        yield f"unknown certainty {raw.get('certainty')}"
    if raw.get("certainty") != Certainty.FOUND and "note" not in raw:
        yield "no note says why it is not sure"
    if not sources or not set(sources) <= pages.keys():
        yield f"unknown source in {sources}"


def _check(found: Mapping[str, Series], pages: Mapping[str, Page]) -> None:
    mapped = [one.indicator for one in found.values() if one.indicator]
    if len(set(mapped)) < len(mapped):
        raise BadReference(f"{NAME}.yaml: an indicator stands twice")
    used = {
        page.code for one in found.values() for cell in one.cells.values() for page in cell.pages
    }
    if idle := pages.keys() - used:
        raise BadReference(f"{NAME}.yaml: no number comes from {', '.join(sorted(idle))}")
