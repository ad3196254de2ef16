"""Turn the facts in force into the columns that lists and statistics read."""

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any

from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import (
    DataImpact,
    DataType,
    Delay,
    DetectionSource,
    DetectionStage,
    EpisodeKind,
    Origin,
)
from vigie.kernel.partial import PartialDate, Precision

RANSOMWARE = "ransomware"
A_DAY = timedelta(hours=24)
ON_PAPER = (EpisodeKind.DEGRADED, EpisodeKind.INTERRUPTION)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the CERT decided where it differs from, or completes, the declarant's words."""

    origin: Origin = Origin.UNKNOWN
    category: str = ""


def columns(
    facts: Facts, ruling: Ruling, *, declared: PartialDate | None, zone: tzinfo
) -> dict[str, Any]:
    """Return the statistic columns of a declaration; None where the facts do not tell.

    declared: when it was declared, as far as known; zone: the nation's.
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
        "same_day": _same_day(facts, _day(declared, zone), zone),
        "delay": delay(facts, declared, zone),
        "degraded_minutes": degraded_minutes(facts, zone),
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


def _day(declared: PartialDate | None, zone: tzinfo) -> date | None:
    return declared.day(zone) if declared else None


def delay(facts: Facts, declared: PartialDate | None, zone: tzinfo) -> Delay:
    """Return how long after it was noticed, else after it occurred, it was declared.

    Unknown where the dates are too coarse to tell, or the declaration came first.
    """
    text = facts.noticed or facts.occurred
    if not text or declared is None:
        return Delay.UNKNOWN
    seen = PartialDate.parse(text)
    if seen.day(zone) is not None and seen.day(zone) == declared.day(zone):
        return Delay.SAME_DAY
    if seen.precision is declared.precision is Precision.MINUTE:
        apart = declared.start(zone) - seen.start(zone)
        return _delay_between(apart, apart)
    return _delay_between(
        declared.start(zone) - seen.end(zone), declared.end(zone) - seen.start(zone)
    )


def _delay_between(least: timedelta, most: timedelta) -> Delay:
    if timedelta(0) <= least and most <= A_DAY:
        return Delay.WITHIN_A_DAY
    return Delay.LATER if least >= A_DAY else Delay.UNKNOWN


def degraded_minutes(facts: Facts, zone: tzinfo) -> int | None:
    """Return the time in degraded mode: from the first start to the last end, in minutes.

    Interruption is a kind of degraded mode. None where it is not over, or has no exact time.
    """
    told = [episode for episode in facts.episodes if episode.kind in ON_PAPER]
    ends = [PartialDate.parse(text) for one in told for text in (one.start, one.end) if text]
    exact = all(end.precision is Precision.MINUTE for end in ends)
    if not told or len(ends) < 2 * len(told) or not exact:
        return None
    moments = [end.start(zone) for end in ends]
    return int((max(moments) - min(moments)).total_seconds() // 60)
