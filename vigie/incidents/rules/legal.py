"""Tell which legal criteria a declaration meets, whether it is a duty, and how grave it is.

Sources: Code de la santé publique, art. L.1111-8-2 and D.1111-16-2 (II, III).
Severity is Vigie's own scale: no official public scale exists, and it plays no part in the duty.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

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

VITAL_CARE = frozenset({"SAMU", "URG", "REA", "BLOC", "MAT", "TRANSF"})
WIDE_POTENTIAL = 3  # care activities at risk together


class Criterion(StrEnum):
    """What makes an incident one that must be declared (D.1111-16-2)."""

    CARE = "care"
    DATA = "data"
    FUNCTIONING = "functioning"
    HEALTH_SYSTEM = "health_system"
    PROPAGATION = "propagation"


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


def assess(facts: Facts, *, obliged: bool = True) -> Assessment:
    """Return the legal criteria, the duty to declare and the severity.

    obliged: whether the structure is of a kind that the law names (D.1111-16-2, I).
    """
    findings = tuple(
        Finding(criterion, *test(facts))
        for criterion, test in (
            (Criterion.CARE, _care),
            (Criterion.DATA, _data),
            (Criterion.FUNCTIONING, _functioning),
            (Criterion.HEALTH_SYSTEM, _health_system),
            (Criterion.PROPAGATION, _propagation),
        )
    )
    met = {f.criterion for f in findings if f.answer is Answer.YES}
    significant = bool(met & {Criterion.HEALTH_SYSTEM, Criterion.PROPAGATION})
    return Assessment(
        findings, _duty(facts, findings, obliged=obliged), significant, severity(facts, met)
    )


def severity(facts: Facts, met: set[Criterion]) -> Severity:
    """Return the gravest level that the facts reach on Vigie's own scale."""
    if _is_critical(facts, met):
        return Severity.CRITICAL
    if _is_major(facts):
        return Severity.MAJOR
    if met:
        return Severity.SERIOUS
    happened = facts.kind in (Kind.INCIDENT, Kind.SUSPECTED)
    return Severity.MINOR if happened else Severity.EVENT


def _is_critical(facts: Facts, met: set[Criterion]) -> bool:
    vital_stop = any(
        e.kind is EpisodeKind.INTERRUPTION and e.activity in VITAL_CARE for e in facts.episodes
    )
    spreads = bool(met & {Criterion.HEALTH_SYSTEM, Criterion.PROPAGATION})
    return facts.endangerment is Endangerment.PROVEN or vital_stop or spreads


def _is_major(facts: Facts) -> bool:
    wide = facts.endangerment is Endangerment.POTENTIAL and (
        len(facts.care_activities) >= WIDE_POTENTIAL
    )
    deep = facts.ransomware_extent in (Extent.SEVERAL_SERVERS, Extent.DOMAIN_CONTROLLER)
    return facts.structure_impact is StructureImpact.DEGRADED or wide or deep


def _duty(facts: Facts, findings: tuple[Finding, ...], *, obliged: bool) -> Duty:
    if not obliged:
        return Duty.NOT_CONCERNED
    if any(f.answer is Answer.YES for f in findings):
        return Duty.MUST
    if facts.kind in (Kind.NEAR_MISS, Kind.VOLUNTARY, Kind.THREAT):
        return Duty.NOT_REQUIRED
    if any(f.answer is Answer.UNKNOWN for f in findings):
        return Duty.TO_CHECK
    return Duty.NOT_REQUIRED


Found = tuple[Answer, tuple[str, ...]]


def _care(facts: Facts) -> Found:
    because = []
    if facts.endangerment in (Endangerment.POTENTIAL, Endangerment.PROVEN):
        because.append(f"endangerment_{facts.endangerment}")
    if facts.care_interrupted:
        because.append("care_interrupted")
    if facts.transfers:
        because.append("transfers")
    if because:
        return Answer.YES, tuple(because)
    if facts.endangerment is Endangerment.NONE:
        return Answer.NO, ("endangerment_none",)
    return Answer.UNKNOWN, ("endangerment_unknown",)


def _data(facts: Facts) -> Found:
    """Confidentiality or integrity of health data; unavailability alone is not in the text."""
    if facts.data_impacts is None:
        return Answer.UNKNOWN, ("data_impacts_unknown",)
    hurt = {DataImpact.LOST, DataImpact.ALTERED, DataImpact.DISCLOSED, DataImpact.ACCESSED}
    touched = [impact for impact in DataImpact if impact in hurt and impact in facts.data_impacts]
    if not touched:
        return Answer.NO, ("data_intact",)
    if facts.data_types is None:
        return Answer.UNKNOWN, ("data_types_unknown",)
    if DataType.HEALTH not in facts.data_types:
        return Answer.NO, ("data_not_health",)
    return Answer.YES, tuple(f"data_{impact}" for impact in touched)


def _functioning(facts: Facts) -> Found:
    if facts.structure_impact in (StructureImpact.DEGRADED, StructureImpact.OTHER):
        return Answer.YES, (f"structure_{facts.structure_impact}",)
    if facts.care_interrupted:
        return Answer.YES, ("care_interrupted",)
    if facts.structure_impact is StructureImpact.NONE:
        return Answer.NO, ("structure_none",)
    return Answer.UNKNOWN, ("structure_unknown",)


def _health_system(facts: Facts) -> Found:
    if facts.health_system_impact or facts.samu_affected:
        name = "health_system_impact" if facts.health_system_impact else "samu_affected"
        return Answer.YES, (name,)
    if facts.health_system_impact is False:
        return Answer.NO, ("health_system_none",)
    return Answer.UNKNOWN, ("health_system_unknown",)


def _propagation(facts: Facts) -> Found:
    if facts.others_at_risk:
        return Answer.YES, ("others_at_risk",)
    if facts.others_at_risk is False:
        return Answer.NO, ("others_safe",)
    return Answer.UNKNOWN, ("others_unknown",)
