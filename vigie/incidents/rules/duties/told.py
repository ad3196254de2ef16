"""Answer the named facts that duties rest on, from what is declared and what people answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules import legal
from vigie.incidents.rules.duties.predicates import Answers, evaluate
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.legal import NOT_AN_INCIDENT, Answer
from vigie.incidents.rules.words import DataImpact, DataType, Endangerment, Notice, Origin
from vigie.kernel.partial import PartialDate, Precision
from vigie.reference.duties import duty_facts

LEAKS = frozenset({DataImpact.DISCLOSED, DataImpact.ACCESSED})
PERSONAL = frozenset({DataType.HEALTH, DataType.PERSONAL})
MEDICO_SOCIAL = "medico_social"  # of structure_types.yaml


@dataclass(frozen=True, slots=True)
class Structure:
    """What duties look at in the structure. sector: of its type, "" where it is not known."""

    obliged: Answer = Answer.UNKNOWN  # whether the law names this kind of structure
    sector: str = ""
    designations: frozenset[str] = frozenset()  # in force: ose, oiv, ee, ei


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was known from a moment on: the declaration and the answers to questions."""

    at: datetime
    facts: Facts
    asked: Answers = field(default_factory=dict)  # by code of the fact


Teller = Callable[[Facts, Structure], Answer]


def answers(told: Told, structure: Structure) -> dict[str, Answer]:
    """Return every named fact, answered as far as anybody knows."""
    found = {code: tell(told.facts, structure) for code, tell in TELLERS.items()}
    found |= _criteria(told.facts)
    for code, fact in duty_facts().items():
        if not fact.is_asked:
            continue
        said = told.asked.get(code)
        if said is None and fact.presume:
            holds = evaluate(fact.presume, found).answer
            said = holds if holds is Answer.YES else Answer.UNKNOWN
        found[code] = said or (Answer(fact.default) if fact.default else Answer.UNKNOWN)
    return found


@dataclass(frozen=True, slots=True)
class Knowledge:
    """When the structure knew of the incident. is_exact: it said so, to the minute."""

    at: datetime
    is_exact: bool


def knowledge(facts: Facts, declared_at: datetime, zone: tzinfo) -> Knowledge:
    """Return when a structure knew of its incident: its date of the finding, on the safe side.

    A whole day counts from its first minute in the zone; a date that is coarser, missing or after
    the declaration says nothing: whoever declares, knows.
    """
    noticed = PartialDate.parse(facts.noticed) if facts.noticed else None
    if noticed is None or noticed.precision in (Precision.YEAR, Precision.MONTH):
        return Knowledge(declared_at, is_exact=False)
    at = noticed.start(zone)
    if at > declared_at:
        return Knowledge(declared_at, is_exact=False)
    return Knowledge(at.astimezone(UTC), is_exact=noticed.precision is Precision.MINUTE)


def _criteria(facts: Facts) -> dict[str, Answer]:
    """Return the criteria of the declaration that this product is about."""
    # Where nothing happened, silence raises no doubt.
    calm = facts.kind in NOT_AN_INCIDENT
    return {
        f"{finding.criterion}_criterion": Answer.NO
        if calm and finding.answer is Answer.UNKNOWN
        else finding.answer
        for finding in legal.assess(facts).findings
    }


def _designated(kind: str) -> Teller:
    return lambda facts, structure: _so(kind in structure.designations)


def _so(told: bool) -> Answer:
    return Answer.YES if told else Answer.NO


def _medico_social(facts: Facts, structure: Structure) -> Answer:
    return _so(structure.sector == MEDICO_SOCIAL) if structure.sector else Answer.UNKNOWN


def _personal_data(facts: Facts, structure: Structure) -> Answer:
    """Loss of confidentiality, integrity or availability. Source: CNIL on GDPR, article 33."""
    impacts = _impacts(facts)
    if impacts is None:
        return Answer.UNKNOWN
    if not impacts:
        return Answer.NO
    if facts.data_types is None or DataType.TECHNICAL in facts.data_types:
        # Identifiers and logs name people more often than not.
        return Answer.YES if PERSONAL & set(facts.data_types or ()) else Answer.UNKNOWN
    return _so(bool(PERSONAL & set(facts.data_types)))


def _health_disclosed(facts: Facts, structure: Structure) -> Answer:
    impacts = _impacts(facts)
    if impacts is None:
        return Answer.UNKNOWN
    if not LEAKS & impacts:
        return Answer.NO
    return Answer.UNKNOWN if facts.data_types is None else _so(DataType.HEALTH in facts.data_types)


def _impacts(facts: Facts) -> set[DataImpact] | None:
    if facts.data_impacts is None:
        return {DataImpact.DISCLOSED} if facts.data_disclosed else None
    return set(facts.data_impacts)


def _malicious(facts: Facts, structure: Structure) -> Answer:
    known = {Origin.MALICIOUS: Answer.YES, Origin.NON_MALICIOUS: Answer.NO}
    return known.get(facts.origin, Answer.UNKNOWN)


def _harmed(facts: Facts, structure: Structure) -> Answer:
    known = {Endangerment.PROVEN: Answer.YES, Endangerment.NONE: Answer.NO}
    return known.get(facts_rules.endangerment(facts), Answer.UNKNOWN)


def _insurer(facts: Facts, structure: Structure) -> Answer:
    if facts.notice_insurer is Notice.UNKNOWN:
        return Answer.UNKNOWN
    return _so(facts.notice_insurer is not Notice.NOT_APPLICABLE)


TELLERS: Mapping[str, Teller] = {
    "structure_obliged": lambda facts, structure: structure.obliged,
    "is_ose": _designated("ose"),
    "is_oiv": _designated("oiv"),
    "is_essential_entity": _designated("ee"),
    "is_important_entity": _designated("ei"),
    "is_medico_social": _medico_social,
    "personal_data_breached": _personal_data,
    "health_data_disclosed": _health_disclosed,
    "malicious": _malicious,
    "patient_harmed": _harmed,
    "insurer_named": _insurer,
}
