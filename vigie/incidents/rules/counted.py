"""What is counted of a declaration, and how it came about: the acts on it, one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from vigie.incidents.rules import projection
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.follow import PATH
from vigie.incidents.rules.projection import Ruling
from vigie.incidents.rules.words import COUNTED_OUT, OPEN, Status
from vigie.kernel.partial import PartialDate

# A state holds them under the names that the declaration gives them.
PLACE = ("establishment_id", "site_id", "country", "region", "department")
ANSWERS = (
    "occurred_year",
    "origin",
    "category",
    "ransomware_extent",
    "endangerment",
    "endangerment_cause",
    "structure_impact",
    "care_interrupted",
    "data_touched",
    "data_unavailable",
    "data_lost",
    "data_altered",
    "data_disclosed",
    "data_accessed",
    "health_data",
    "provider_involved",
    "support_requested",
    "before_impact",
    "seen_by_staff",
    "same_day",
    "delay",
    "degraded_minutes",
)
SHARED = (*PLACE, *ANSWERS, "counts", "declared_year", "event_id", "major_confirmed")


def columns(declaration: Any, file: Any, activities: str, zone: tzinfo) -> dict[str, object]:
    """Return what is counted of a declaration and its file, as their rows say it now."""
    return {name: getattr(declaration, name) for name in SHARED} | {
        "declared_month": month(declaration.declared, zone),
        "occurred_month": month(declaration.occurred, zone),
        "activities": activities,
        "is_open": file.is_open,
        "resolved": file.resolved_at is not None,
        "support_given": file.support_given_at is not None,
    }


def month(text: str, zone: tzinfo) -> int | None:
    """Return the month of a partial date, None where only a year or nothing is known."""
    return PartialDate.parse(text).month_in(zone) if text else None


def activities_of(facts: Facts) -> str:
    """Return the care activities with an episode, each once, parted by spaces."""
    return " ".join(sorted({one.activity for one in facts.episodes if one.activity}))


NO_RULING = Ruling()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that acts change of what is counted."""

    facts: Facts
    status: Status
    ruling: Ruling = NO_RULING
    major_confirmed: bool | None = None
    event_id: int | None = None
    resolved: bool = False
    support_given: bool = False

    def moved(self, to: Status) -> "Situation":
        """Return the situation once the file is at a status: a step back undoes what follows."""
        resolved = self.resolved
        if to in PATH:
            at = PATH.index(to) - PATH.index(Status.RESOLVED)
            resolved = at == 0 or (at > 0 and resolved)
        return replace(self, status=to, resolved=resolved)

    def columns(self, declared: PartialDate | None, zone: tzinfo) -> dict[str, object]:
        """Return what is counted of it but for the place; declared: when, as far as known."""
        answers = projection.columns(self.facts, self.ruling, declared=declared, zone=zone)
        return {name: answers[name] for name in ANSWERS} | {
            "counts": self.status not in COUNTED_OUT,
            "declared_year": declared.year_in(zone) if declared else None,
            "declared_month": declared.month_in(zone) if declared else None,
            "occurred_month": month(self.facts.occurred, zone),
            "event_id": self.event_id,
            "major_confirmed": self.major_confirmed,
            "activities": activities_of(self.facts),
            "is_open": self.status in OPEN,
            "resolved": self.resolved,
            "support_given": self.support_given,
        }


Told = tuple[datetime, dict[str, object]]


def told_apart(states: Iterable[Told]) -> list[Told]:
    """Return the states that differ from the one before, each from the moment it holds.

    Of several at one moment the last holds. One whose clock stood behind the state before it
    takes that one's place.
    """
    found: list[Told] = []
    for at, one in states:
        moment = max(at, found[-1][0]) if found else at
        if found and found[-1][0] == moment:
            found[-1] = (moment, one)
        elif not found or found[-1][1] != one:
            found.append((moment, one))
    return found
