"""Make figures of counts, and hide those that would point at somebody."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from vigie.establishments.rules import Territory
from vigie.observatory.rules.indicators import (
    EVERY,
    FEWEST_STRUCTURES,
    INDICATORS,
    Condition,
    Count,
    Counted,
    Counts,
    Indicator,
)
from vigie.observatory.rules.question import Question, Unit
from vigie.observatory.rules.tabulated import Tabulated

MINUTES_IN_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. value is in percent for shares; None where no record answers, or hidden."""

    indicator: Indicator
    value: float | int | None
    numerator: int | None
    denominator: int | None  # of shares only
    suppressed: bool = False

    @property
    def id(self) -> str:
        """Return the name under which every format shows it."""
        return self.indicator.id

    def hidden(self) -> Self:
        """Return the figure without anything that tells its value."""
        return replace(self, value=None, numerator=None, denominator=None, suppressed=True)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Declarations that no figure holds. None: hidden."""

    without_year: int | None  # on the axis; they belong to no year at all
    rejected_or_duplicate: int | None  # of the year


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a question, as known at one moment."""

    question: Question
    as_of: datetime
    figures: tuple[Figure, ...]  # in the order of the indicators
    left_out: LeftOut
    tables: tuple[Tabulated, ...] = ()
    within: tuple[Territory, ...] = ()  # the reader's own, where they limit it; else everything

    def __getitem__(self, indicator: str) -> Figure:
        """Return the figure of an indicator. Raises KeyError when there is none."""
        return {figure.id: figure for figure in self.figures}[indicator]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was declared."""
        return self["declarations"].value == 0


def counted(indicator: Indicator, unit: Unit) -> Counted:
    """Return what an indicator counts in a report."""
    return unit.counted if indicator.counted is Counted.AS_ASKED else indicator.counted


def counts_needed(unit: Unit) -> list[Count]:
    """Return everything that must be counted to make the figures, each once."""
    needed: dict[Count, None] = {Count(unit.counted, EVERY): None}
    for indicator in INDICATORS:
        needed[Count(counted(indicator, unit), indicator.yes)] = None
        needed[Count(Counted.DECLARATIONS, indicator.told)] = None
    return list(needed)


def figures(counts: Counts, unit: Unit) -> tuple[Figure, ...]:
    """Return every figure, from the counts needed."""
    return tuple(figure(indicator, counts, unit) for indicator in INDICATORS)


def figure(indicator: Indicator, counts: Counts, unit: Unit) -> Figure:
    """Return one figure: None where no declaration of the year answers, never 0.

    What asks no question of the declarations (how many there are) is 0 in an empty year.
    """
    whole = counts[Count(unit.counted, EVERY)] if indicator.is_share else None
    asks = indicator.told != EVERY
    if asks and not counts[Count(Counted.DECLARATIONS, indicator.told)]:
        return Figure(indicator, None, None, whole)
    number = counts[Count(counted(indicator, unit), indicator.yes)]
    if indicator.counted is Counted.MEDIAN:
        return Figure(indicator, number / 2 / MINUTES_IN_AN_HOUR, None, None)
    if whole is None:
        return Figure(indicator, number, number, None)
    return Figure(indicator, 100 * number / whole, number, whole)


def structures_needed() -> list[Count]:
    """Return the counts of structures on which the figures rest."""
    conditions = dict.fromkeys([EVERY, *(_behind(indicator) for indicator in INDICATORS)])
    return [Count(Counted.STRUCTURES, condition) for condition in conditions]


def suppress(shown: Iterable[Figure], structures: Counts) -> tuple[Figure, ...]:
    """Return the figures without those that rest on fewer than five structures.

    A figure rests on the structures in its numerator, and on all that declared. Nobody is told
    whether it was none or few. What could still be found by subtracting one published figure
    from another is not hidden here.
    """
    return tuple(
        figure if _rests_on_enough(figure, structures) else figure.hidden() for figure in shown
    )


def _behind(indicator: Indicator) -> Condition:
    """Return which declarations a figure rests on."""
    return EVERY if indicator.counted is Counted.REPEATING else indicator.yes


def _rests_on_enough(figure: Figure, structures: Counts) -> bool:
    behind = structures[Count(Counted.STRUCTURES, _behind(figure.indicator))]
    among = structures[Count(Counted.STRUCTURES, EVERY)]
    if figure.indicator.counted is Counted.REPEATING:
        behind = figure.numerator or 0
    return min(behind, among) >= FEWEST_STRUCTURES


def change(now: Figure, before: Figure) -> float | int | None:
    """Return how much a figure moved: points for shares, a number for counts; None if unknown."""
    if now.value is None or before.value is None:
        return None
    return now.value - before.value
