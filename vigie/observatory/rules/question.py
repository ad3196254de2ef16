"""What a report is asked for: a year, where, for whom, counted how."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from vigie.establishments.rules import Territory, TerritoryKind
from vigie.kernel.partial import FIRST_YEAR, LAST_YEAR
from vigie.observatory.rules.indicators import Counted
from vigie.reference import catalogue


class BadQuestion(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """Nothing can be counted: the year or the structure type does not exist."""


class Unit(StrEnum):
    """What the figures of a report count."""

    DECLARATIONS = "declarations"
    EVENTS = "events"

    @property
    def counted(self) -> Counted:
        """Return the same as the indicators say it."""
        return Counted(self.value)


class Axis(StrEnum):
    """Which date puts a declaration in a year: when it was declared, or when it happened."""

    DECLARED = "declared"
    OCCURRED = "occurred"

    @property
    def column(self) -> str:
        """Return the column of a declaration that holds the year, by the nation's clock."""
        return f"{self.value}_year"

    @property
    def month_column(self) -> str:
        """Return the column that holds the month, by the same clock."""
        return f"{self.value}_month"


@dataclass(frozen=True, slots=True)
class Question:
    """A report to make. territory None: everything. is_public: small cells are hidden."""

    year: int
    territory: Territory | None = None
    structure_type: str = ""
    unit: Unit = Unit.DECLARATIONS
    axis: Axis = Axis.DECLARED
    is_public: bool = False
    without_provider: bool = False  # leaves out what says that a provider is touched

    def check(self) -> None:
        """Raise BadQuestion when the year or the structure type does not exist."""
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise BadQuestion(f"year {self.year}: not between {FIRST_YEAR} and {LAST_YEAR}")
        if self.structure_type and self.structure_type not in catalogue.structure_types():
            known = ", ".join(catalogue.structure_types())
            raise BadQuestion(f"{self.structure_type!r}: no structure type; there are {known}")

    @property
    def is_narrow(self) -> bool:
        """Return whether it looks at less than a whole nation, so that few can be recognised."""
        inside = self.territory is not None and self.territory.kind is not TerritoryKind.NATION
        return inside or bool(self.structure_type)

    @property
    def hides_small_cells(self) -> bool:
        """Return whether figures that rest on few structures must be hidden."""
        return self.is_public and self.is_narrow

    def a_year_before(self) -> Self:
        """Return the same question about the previous year."""
        return replace(self, year=self.year - 1)
