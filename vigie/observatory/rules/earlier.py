"""Read in the tables of a report what its figures were the year before."""

from collections.abc import Mapping
from typing import NamedTuple

from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.question import Unit
from vigie.observatory.rules.tabulated import Line, Tabulated


class Place(NamedTuple):
    """Where the tables tell a figure: the sum of a column over some rows; no row: over all parts.

    Rows of a sum are apart in declarations; an event may stand in several.
    """

    table: str
    rows: tuple[str, ...]
    column: str = "value_before"


PLACES: Mapping[str, Place] = {
    "declarations": Place("T05", ()),
    "structures": Place("T02", ("at_least_1",)),
    "repeat_structures": Place("T02", ("at_least_3",)),
    "repeat_structures_4": Place("T02", ("at_least_4",)),
    "malicious_share": Place("T05", ("malicious",), "share_before"),
    "ransomware": Place("T08", ()),
    "degraded_mode_share": Place("T09", ("degraded", "interruption"), "share_before"),
    "care_interruption_share": Place("T09", ("interruption",), "share_before"),
    "no_impact_share": Place("T09", ("none",), "share_before"),
    "data_impact_share": Place("T11", ("any",), "share_before"),
    "data_unavailable": Place("T11", ("unavailable",)),
    "data_disclosed": Place("T11", ("disclosed",)),
    "endangerment": Place("T12", ("potential", "proven")),
    "endangerment_share": Place("T12", ("potential", "proven"), "share_before"),
    "endangerment_proven": Place("T12", ("proven",)),
    "support_share": Place("T13", ("yes",), "share_before"),
    "same_day_share": Place("T14", ("same_day",), "share_before"),
    "detected_before_impact_share": Place("T15", ("yes",), "share_before"),
    "declarations_without_provider": Place("T16", ("no", "unknown")),
}


def before(report: Report) -> dict[str, float | int]:
    """Return what figures of a report were the year before, as far as its tables tell.

    A figure is left out where they do not, or where a number of it is hidden.
    """
    tables = {one.table.id: one for one in report.tables}
    found = {}
    for name, place in PLACES.items():
        if place.table in tables and _is_told(place, report.question.unit):
            number = _number(tables[place.table], place)
            if number is not None:
                found[name] = number
    return found


def _is_told(place: Place, unit: Unit) -> bool:
    return unit is Unit.DECLARATIONS or len(place.rows) == 1


def _number(table: Tabulated, place: Place) -> float | int | None:
    if place.column not in table.columns:
        return None
    at = table.columns.index(place.column)
    numbers = [line.numbers[at] for line in table.lines if _counts(line, place)]
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _counts(line: Line, place: Place) -> bool:
    return line.row.code in place.rows if place.rows else line.row.is_part
