"""Find answers that do not fit together. They are shown before sending and never hold it up."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Endangerment, EpisodeKind, Extent, Origin, StructureImpact
from vigie.kernel.partial import PartialDate
from vigie.reference import catalogue

CLOCKS_DIFFER = timedelta(hours=1)  # the reader's clock may be ahead of the server's
DANGEROUS = (EpisodeKind.ENDANGERMENT_POTENTIAL, EpisodeKind.ENDANGERMENT_PROVEN)
STOPPING = (EpisodeKind.DEGRADED, EpisodeKind.INTERRUPTION)


class Doubt(StrEnum):
    """Two answers that do not fit together."""

    NOTICED_LATER = "noticed_later"  # the date of the finding is still to come
    OCCURRED_AFTER_NOTICED = "occurred_after_noticed"
    RESOLVED_BEFORE = "resolved_before"
    DANGER_IN_EPISODES = "danger_in_episodes"  # the answer says none, an episode says danger
    STOP_IN_EPISODES = "stop_in_episodes"  # the answer says normal, an episode says degraded
    INTERRUPTED_NOT_DEGRADED = "interrupted_not_degraded"
    ORIGIN_AGAINST_CATEGORY = "origin_against_category"
    EXTENT_WITHOUT_RANSOMWARE = "extent_without_ransomware"


def doubts(facts: Facts, now: datetime) -> list[Doubt]:
    """Return what does not fit together in the facts, in the order of the form."""
    tests = (_dates(facts, now), _care(facts), _causes(facts))
    return [doubt for told in tests for doubt, so in told.items() if so]


def _dates(facts: Facts, now: datetime) -> dict[Doubt, bool]:
    soon = PartialDate.at(now + CLOCKS_DIFFER, UTC).text
    return {
        Doubt.NOTICED_LATER: _after(facts.noticed, soon),
        Doubt.OCCURRED_AFTER_NOTICED: _after(facts.occurred, facts.noticed),
        Doubt.RESOLVED_BEFORE: _after(facts.occurred or facts.noticed, facts.resolved),
    }


def _after(one: str, other: str) -> bool:
    return bool(one and other) and facts_rules.surely_after(one, other)


def _care(facts: Facts) -> dict[Doubt, bool]:
    kinds = {episode.kind for episode in facts.episodes}
    normal = facts.structure_impact in (StructureImpact.NONE, StructureImpact.OTHER)
    return {
        Doubt.DANGER_IN_EPISODES: facts.endangerment is Endangerment.NONE
        and bool(kinds & set(DANGEROUS)),
        Doubt.STOP_IN_EPISODES: normal and bool(kinds & set(STOPPING)),
        Doubt.INTERRUPTED_NOT_DEGRADED: normal and bool(facts.care_interrupted),
    }


def _causes(facts: Facts) -> dict[Doubt, bool]:
    category = catalogue.incident_categories().get(facts.category)
    told = facts.origin in (Origin.MALICIOUS, Origin.NON_MALICIOUS)
    return {
        Doubt.ORIGIN_AGAINST_CATEGORY: category is not None
        and told
        and category.origin in (Origin.MALICIOUS, Origin.NON_MALICIOUS)
        and category.origin != facts.origin,
        Doubt.EXTENT_WITHOUT_RANSOMWARE: facts.ransomware_extent is not Extent.UNKNOWN
        and facts.category not in ("", "ransomware"),
    }
