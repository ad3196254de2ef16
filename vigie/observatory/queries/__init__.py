"""Reads of the observatory: what a reader may count, and the counts themselves."""

from vigie.observatory.queries import editions
from vigie.observatory.queries.reports import (
    last_year,
    report_beside,
    report_for,
    report_of_everything,
    tables_for,
    whole_report_for,
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
    "editions",
    "last_year",
    "lies_in",
    "name_of",
    "own_territories",
    "report_beside",
    "report_for",
    "report_of_everything",
    "tables_for",
    "territories_of",
    "whole_report_for",
]
