"""Tell which legal criteria a declaration meets, whether it is a duty, and how grave it is.

Sources: Code de la santé publique, art. L.1111-8-2 and D.1111-16-2 (II, III).
Severity is Vigie's own scale: no official public scale exists, and it plays no part in the duty.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import (
    DataImpact,
    DataType,
    Endangerment,
    EpisodeKind,
    Extent,
    Kind,
    StructureImpact,
)
from vigie.reference import catalogue

VITAL_CARE = frozenset({"SAMU", "URG", "REA", "BLOC", "MAT", "TRANSF"})
WIDE_POTENTIAL = 3  # care activities at risk together
DEEP = (Extent.SEVERAL_SERVERS, Extent.DOMAIN_CONTROLLER)
NOT_AN_INCIDENT = (Kind.NEAR_MISS, Kind.VOLUNTARY, Kind.THREAT)


class Criterion(StrEnum):
    """What makes an incident one that must be declared (D.1111-16-2)."""

    CARE = "care"
    DATA = "data"
    FUNCTIONING = "functioning"
    HEALTH_SYSTEM = "health_system"
    PROPAGATION = "propagation"


SIGNIFICANT = frozenset({Criterion.HEALTH_SYSTEM, Criterion.PROPAGATION})


class Answer(StrEnum):
    """Whether something is so, as far as the facts tell."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Duty(StrEnum):
    """Whether the law wants a declaration."""

    MUST = "must"
    TO_CHECK = "to_check"
    NOT_REQUIRED = "not_required"
    NOT_CONCERNED = "not_concerned"


class Standing(StrEnum):
    """Where the legal declaration stands, once the duty is known."""

    DONE = "done"
    TO_DO = "to_do"
    TO_CHECK = "to_check"
    NOT_NEEDED = "not_needed"


class Severity(IntEnum):
    """Vigie's own scale, from an event without effect to a critical incident."""

    EVENT = 0
    MINOR = 1
    SERIOUS = 2
    MAJOR = 3
    CRITICAL = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion, whether it is met, and the names of the facts that say so."""

    criterion: Criterion
    answer: Answer
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules conclude from the facts, with the way they came to it."""

    findings: tuple[Finding, ...]
    duty: Duty
    significant: bool  # health system or propagation
    severity: Severity
    severity_because: tuple[str, ...]
    obliged: Answer  # whether the law names this kind of structure

    @property
    def met(self) -> tuple[Finding, ...]:
        """Return the criteria that are met."""
        return tuple(f for f in self.findings if f.answer is Answer.YES)


def assess(facts: Facts, *, obliged: Answer = Answer.YES) -> Assessment:
    """Return the legal criteria, the duty to declare and the severity.

    obliged: whether the law names structures of this kind; see obligation().
    """
    tests = (
        (Criterion.CARE, _care),
        (Criterion.DATA, _data),
        (Criterion.FUNCTIONING, _functioning),
        (Criterion.HEALTH_SYSTEM, _health_system),
        (Criterion.PROPAGATION, _propagation),
    )
    findings = tuple(Finding(criterion, *test(facts)) for criterion, test in tests)
    met = {f.criterion for f in findings if f.answer is Answer.YES}
    level, because = _severity(facts, met)
    duty = _duty(facts, findings, obliged)
    return Assessment(findings, duty, bool(met & SIGNIFICANT), level, because, obliged)


def obligation(structure_type: str, country: str, on: date) -> Answer:
    """Return whether the law of a country binds a kind of structure on a day.

    Unknown where no reference file tells the law, or where its wording leaves a doubt.
    Source: for France, art. L.1111-8-2 CSP, decrees 2016-1214 and 2022-715.
    """
    law = catalogue.legal_portal(country)
    known = catalogue.structure_types().get(structure_type)
    if law is None or known is None or structure_type in law.obliged_to_check:
        return Answer.UNKNOWN
    since = law.obliged.get(known.sector)
    return Answer.YES if since is not None and since <= on else Answer.NO


def standing(duty: Duty, *, portal_is_here: bool, recorded: bool) -> Standing:
    """Return where the legal declaration stands.

    Elsewhere, the duty is done only when a receipt is recorded; here, Vigie's own one does it.
    """
    if recorded or (portal_is_here and duty is Duty.MUST):
        return Standing.DONE
    return {Duty.MUST: Standing.TO_DO, Duty.TO_CHECK: Standing.TO_CHECK}.get(
        duty, Standing.NOT_NEEDED
    )


def _severity(facts: Facts, met: set[Criterion]) -> tuple[Severity, tuple[str, ...]]:
    """Return the gravest level that the facts reach on Vigie's own scale, and what reaches it."""
    if because := _critical(facts, met):
        return Severity.CRITICAL, because
    if because := _major(facts):
        return Severity.MAJOR, because
    if met:
        return Severity.SERIOUS, ("criterion_met",)
    if facts.kind in NOT_AN_INCIDENT:
        return Severity.EVENT, ("nothing_happened",)
    return Severity.MINOR, ("no_criterion_met",)


def _critical(facts: Facts, met: set[Criterion]) -> tuple[str, ...]:
    stops = {e.activity for e in facts.episodes if e.kind is EpisodeKind.INTERRUPTION}
    told = {
        "endangerment_proven": facts_rules.endangerment(facts) is Endangerment.PROVEN,
        "vital_care_stopped": bool(stops & VITAL_CARE),
        "reaches_others": bool(met & SIGNIFICANT),
    }
    return tuple(name for name, so in told.items() if so)


def _major(facts: Facts) -> tuple[str, ...]:
    potential = facts_rules.endangerment(facts) is Endangerment.POTENTIAL
    degraded = facts_rules.structure_impact(facts) is StructureImpact.DEGRADED
    told = {
        "structure_degraded": degraded,
        "wide_danger": potential and len(activities(facts)) >= WIDE_POTENTIAL,
        "deep_ransomware": facts.ransomware_extent in DEEP,
    }
    return tuple(name for name, so in told.items() if so)


def activities(facts: Facts) -> set[str]:
    """Return the care activities that the incident touches, ticked or told by an episode."""
    return set(facts.care_activities) | {e.activity for e in facts.episodes if e.activity}


def _duty(facts: Facts, findings: tuple[Finding, ...], obliged: Answer) -> Duty:
    if obliged is Answer.NO:
        return Duty.NOT_CONCERNED
    if any(f.answer is Answer.YES for f in findings):
        return Duty.MUST if obliged is Answer.YES else Duty.TO_CHECK
    if facts.kind in NOT_AN_INCIDENT:
        return Duty.NOT_REQUIRED
    unsure = any(f.answer is Answer.UNKNOWN for f in findings)
    return Duty.TO_CHECK if unsure else Duty.NOT_REQUIRED


Found = tuple[Answer, tuple[str, ...]]


def _care(facts: Facts) -> Found:
    """Consequences, possible or proven, on the safety of care."""
    danger = facts_rules.endangerment(facts)
    told = {
        f"endangerment_{danger}": danger in (Endangerment.POTENTIAL, Endangerment.PROVEN),
        "care_interrupted": bool(facts_rules.interruption(facts)),
        "transfers": bool(facts.transfers),
    }
    if because := tuple(name for name, so in told.items() if so):
        return Answer.YES, because
    if danger is Endangerment.NONE:
        return Answer.NO, ("endangerment_none",)
    return Answer.UNKNOWN, ("endangerment_unknown",)


def _data(facts: Facts) -> Found:
    """Confidentiality or integrity of health data; unavailability alone is not in the text."""
    told = facts.data_impacts
    if told is None and facts.data_disclosed:
        told = [DataImpact.DISCLOSED]
    if told is None:
        return Answer.UNKNOWN, ("data_impacts_unknown",)
    hurt = {DataImpact.LOST, DataImpact.ALTERED, DataImpact.DISCLOSED, DataImpact.ACCESSED}
    touched = [impact for impact in DataImpact if impact in hurt and impact in told]
    if not touched:
        return Answer.NO, ("data_intact",)
    if facts.data_types is None:
        return Answer.UNKNOWN, ("data_types_unknown",)
    if DataType.HEALTH not in facts.data_types:
        return Answer.NO, ("data_not_health",)
    return Answer.YES, tuple(f"data_{impact}" for impact in touched)


def _functioning(facts: Facts) -> Found:
    """Harm to the normal running of the structure."""
    impact = facts_rules.structure_impact(facts)
    if impact in (StructureImpact.DEGRADED, StructureImpact.OTHER):
        stopped = ("care_interrupted",) if facts_rules.interruption(facts) else ()
        return Answer.YES, (f"structure_{impact}", *stopped)
    if impact is StructureImpact.NONE:
        return Answer.NO, ("structure_none",)
    return Answer.UNKNOWN, ("structure_unknown",)


def _health_system(facts: Facts) -> Found:
    """Effects on how care is organised in the department, the region or the nation."""
    told = {
        "health_system_impact": bool(facts.health_system_impact),
        "samu_affected": bool(facts.samu_affected),
    }
    if because := tuple(name for name, so in told.items() if so):
        return Answer.YES, because
    if facts.health_system_impact is False:
        return Answer.NO, ("health_system_none",)
    return Answer.UNKNOWN, ("health_system_unknown",)


def _propagation(facts: Facts) -> Found:
    """Likely to touch other structures."""
    if facts.others_at_risk:
        return Answer.YES, ("others_at_risk",)
    if facts.others_at_risk is False:
        return Answer.NO, ("others_safe",)
    return Answer.UNKNOWN, ("others_unknown",)
