"""Reads of the observatory: what a reader may count, and the counts themselves."""

from vigie.observatory.queries.reports import (
    figures_for,
    last_year,
    report_for,
    report_of_everything,
)
from vigie.observatory.queries.where import (
    UnknownTerritory,
    covers,
    lies_in,
    name_of,
    own_territories,
    territories_of,
)

__all__ = [
    "UnknownTerritory",
    "covers",
    "figures_for",
    "last_year",
    "lies_in",
    "name_of",
    "own_territories",
    "report_for",
    "report_of_everything",
    "territories_of",
]
