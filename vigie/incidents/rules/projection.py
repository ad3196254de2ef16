"""Turn the facts in force into the columns that lists and statistics read."""

from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import (
    DataImpact,
    DataType,
    DetectionSource,
    DetectionStage,
    Origin,
)
from vigie.kernel.partial import PartialDate

RANSOMWARE = "ransomware"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the CERT decided where it differs from, or completes, the declarant's words."""

    origin: Origin = Origin.UNKNOWN
    category: str = ""


def columns(
    facts: Facts, ruling: Ruling, *, declared_on: date | None, zone: tzinfo
) -> dict[str, Any]:
    """Return the statistic columns of a declaration; None where the facts do not tell.

    declared_on: the day of the declaration in the zone, the nation's.
    """
    return {
        "kind": facts.kind,
        "occurred": facts.occurred,
        "occurred_year": PartialDate.parse(facts.occurred).year_in(zone)
        if facts.occurred
        else None,
        "noticed": facts.noticed,
        "origin": ruling.origin or facts.origin,
        "category": ruling.category or facts.category,
        "ransomware_extent": facts.ransomware_extent,
        "endangerment": facts_rules.endangerment(facts),
        "endangerment_cause": facts.endangerment_cause,
        "structure_impact": facts_rules.structure_impact(facts),
        "care_interrupted": facts_rules.interruption(facts),
        "provider_involved": facts.provider_involved,
        "cross_border": facts.cross_border,
        "support_requested": facts.support_requested,
        "before_impact": _told(facts.detection_stage, DetectionStage.BEFORE_IMPACT),
        "seen_by_staff": _told(facts.detection_source, DetectionSource.STAFF),
        "same_day": _same_day(facts, declared_on, zone),
    } | _data(facts)


def _told(answer: DetectionStage | DetectionSource, wanted: str) -> bool | None:
    return answer == wanted if answer else None


def _data(facts: Facts) -> dict[str, bool | None]:
    impacts, types = facts.data_impacts, facts.data_types
    found: dict[str, bool | None] = {
        f"data_{impact}": None if impacts is None else impact in impacts for impact in DataImpact
    }
    found["data_touched"] = None if impacts is None else bool(impacts)
    if impacts is None:
        # One answer out of five feeds its own figure, never that of all impacts together.
        found["data_disclosed"] = facts.data_disclosed
    found["health_data"] = None if types is None else DataType.HEALTH in types
    return found


def _same_day(facts: Facts, declared_on: date | None, zone: tzinfo) -> bool | None:
    """Whether it was declared on the day it was noticed, else on the day it occurred."""
    seen = facts.noticed or facts.occurred
    if not seen or declared_on is None:
        return None
    day = PartialDate.parse(seen).day(zone)
    return None if day is None else day == declared_on
