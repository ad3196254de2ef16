"""Where the series of an observatory break, read from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from vigie.reference.catalogue import Entry, Title, _by_code, _title, document


@dataclass(frozen=True, slots=True)
class Break(Entry):
    """A year that must not be read as the continuation of the one before; its code is the year."""

    country: str
    because: Title
    source: str

    @property
    def year(self) -> int:
        """Return the first year after the break."""
        return int(self.code)


@cache
def breaks(country: str = "FR") -> Mapping[int, Break]:
    """Return the breaks in the series of a country, by their year."""
    name = "observatory/breaks"
    raw = document(name)
    lines = [
        Break(one["code"], _title(one), one["country"], _title(one["because"]), raw["source"])
        for one in raw["breaks"]
    ]
    return {one.year: one for one in _by_code(name, lines).values() if one.country == country}
