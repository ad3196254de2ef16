"""What an importer understood of one record, whatever the format it came in."""

from dataclasses import dataclass, field
from typing import Any

from vigie.incidents.rules.columns import STRUCTURE_NAME
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Status


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in a record that was not taken as it stands."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """A structure that only its source names. key: who it is there; country: ISO, ZZ unknown."""

    key: str
    name: str
    country: str
    structure_type: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One declaration from outside.

    The structure is one of the register by its FINESS number, its site's or its name; where the
    register lacks it, or nothing names one, it is the stranger. declared: partial date, empty
    where unknown. event: its name at the source, empty for none. kept: what has no place in the
    facts.
    """

    file: str
    line: int
    source: str
    key: str
    key_field: str  # what the format calls the key
    facts: Facts
    declared: str
    stranger: Stranger | None = None
    finess: str = ""
    site: str = ""
    structure_name: str = ""
    status: Status = Status.CLOSED
    status_reason: str = ""
    major_confirmed: bool | None = None
    event: str = ""
    kept: dict[str, Any] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()

    @property
    def named(self) -> str:
        """Return what the source calls a structure of the register, empty where it names none."""
        return self.finess or self.structure_name

    @property
    def kind_of_place(self) -> str:
        """Return by which field the source names a structure, empty where it names none."""
        told = {
            "establishment": self.finess,
            "site": self.site,
            STRUCTURE_NAME: self.structure_name,
        }
        return next((name for name, text in told.items() if text), "")
