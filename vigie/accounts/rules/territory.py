"""Name nations, regions and departments, and say which holds which. Pure: reference in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from vigie.establishments.rules import Place, Territory, TerritoryKind
from vigie.reference import catalogue
from vigie.reference.catalogue import Title


@dataclass(frozen=True, slots=True)
class Geography:
    """A nation, a region or a department: its name and where it lies."""

    kind: TerritoryKind
    code: str
    title: Title
    place: Place

    @property
    def territory(self) -> Territory:
        """Return it as kind and code."""
        return Territory(self.kind, self.code)


@cache
def geographies() -> Mapping[tuple[TerritoryKind, str], Geography]:
    """Return every nation, region and department that the reference knows, wide before narrow."""
    found = [
        Geography(TerritoryKind.NATION, code, country.title, Place(code))
        for code, country in catalogue.countries().items()
    ]
    for nation in list(found):
        found += _regions_of(nation.code)
    return MappingProxyType({(one.kind, one.code): one for one in found})


def _regions_of(country: str) -> list[Geography]:
    regions = [
        Geography(TerritoryKind.REGION, region.code, region.title, Place(country, region.code))
        for region in catalogue.regions(country).values()
    ]
    departments = [
        Geography(
            TerritoryKind.DEPARTMENT, one.code, one.title, Place(country, one.region, one.code)
        )
        for one in catalogue.departments(country).values()
    ]
    return regions + departments


def holds(kind: TerritoryKind, code: str, place: Place) -> bool:
    """Return whether a nation, a region or a department holds a place.

    A region holds what lies in its own nation: another nation may use the same code.
    """
    named = {
        TerritoryKind.NATION: place.country,
        TerritoryKind.REGION: place.region,
        TerritoryKind.DEPARTMENT: place.department,
    }
    if not code or named.get(kind) != code:
        return False
    return kind is TerritoryKind.NATION or place.country == nation_of(kind, code)


def nation_of(kind: TerritoryKind, code: str) -> str:
    """Return the nation of a region or a department, empty for a code that the reference lacks."""
    known = geographies().get((kind, code))
    return known.place.country if known else ""


def geographies_inside(kind: TerritoryKind, code: str) -> list[Geography]:
    """Return the nations, regions and departments that lie whole in one of them, itself first."""
    return [one for one in geographies().values() if holds(kind, code, one.place)]
