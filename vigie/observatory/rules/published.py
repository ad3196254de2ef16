"""What the ANS published of the same figures, and beside which reports it may stand."""

from collections.abc import Iterable

from vigie.establishments.rules import Territory, TerritoryKind
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.question import Axis, Unit
from vigie.reference.published import Cell, Series, series

FRANCE = Territory(TerritoryKind.NATION, "FR")


def published(indicator_id: str, year: int) -> Cell | None:
    """Return what the ANS published of a figure in a year, None where nothing was found."""
    found = series_of(indicator_id)
    return found.cells.get(year) if found else None


def series_of(indicator_id: str) -> Series | None:
    """Return the published series with the same definition as a figure, None without any."""
    return next((one for one in series().values() if one.indicator == indicator_id), None)


def stands_beside(report: Report) -> bool:
    """Return whether the published figures answer the same question as a report.

    They are of the whole nation, in declarations, by the year of declaration: beside a region's
    figure, or one of events, they would mislead.
    """
    question = report.question
    plain = question.unit is Unit.DECLARATIONS and question.axis is Axis.DECLARED
    narrowed = bool(question.structure_type) or question.without_provider
    return plain and not narrowed and _is_france(question.territory, report.within)


def _is_france(asked: Territory | None, within: Iterable[Territory]) -> bool:
    """Return whether a report looks at all of France; one of everything counts as such."""
    return asked == FRANCE if asked else set(within) <= {FRANCE}
