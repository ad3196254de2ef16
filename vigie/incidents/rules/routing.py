"""Tell whom the CERT must inform of an incident, why and since when. Pure.

The rules and the parties are reference data (`vigie.reference.parties`). Sources: instruction
SHFDS/FSSI/2023/78; Code de la santé publique, art. D.1111-16-3.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from vigie.incidents.rules import legal
from vigie.incidents.rules.blocks import Part
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.legal import Answer, Criterion
from vigie.incidents.rules.words import Tlp
from vigie.reference.parties import Party, Routing, RoutingRule

HEALTH = (Criterion.CARE, Criterion.HEALTH_SYSTEM)
OTHER_DESIGNATIONS = frozenset({"oiv", "ee"})  # the text names operators of essential services
BY_HAND = "by_hand"  # a party that the desk told without any rule
OTHER = "other"  # a party that no list names
CLOCKS_DIFFER = timedelta(minutes=10)
PROOF_LENGTH, REASON_LENGTH, NAME_LENGTH = 500, 300, 120


class When(StrEnum):
    """What makes a rule hold."""

    ALWAYS = "always"
    OSE = "ose"
    NATIONAL = "national"
    HEALTH = "health"
    TOLD = "told"


class Stage(StrEnum):
    """At which point of the incident a party is told."""

    OPENING = "opening"
    RESOLUTION = "resolution"


class Outcome(StrEnum):
    """What came of a task."""

    TOLD = "told"
    NOT_NEEDED = "not_needed"


class Means(StrEnum):
    """How a party was told."""

    PHONE = "phone"
    MAIL = "mail"
    DOCUMENT = "document"
    PORTAL = "portal"
    IN_PERSON = "in_person"


class BadTelling(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """What is recorded of a party does not hold together; .field names where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class State:
    """What the structure said from a moment on."""

    at: datetime
    facts: Facts


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at beside the facts."""

    declared_on: date
    designations: frozenset[str] = frozenset()  # of the structure, in force: ose, oiv, ee…
    event_regions: int = 0  # regions that the file's event touches
    resolved_at: datetime | None = None
    told: frozenset[str] = frozenset()  # parties told of the incident


@dataclass(frozen=True, slots=True)
class Task:
    """Somebody to tell. answer: yes, or unknown where a person must look."""

    rule: RoutingRule
    party: str
    answer: Answer
    because: tuple[str, ...]
    since: datetime | None  # from when the rule held; None where no fact tells

    @property
    def key(self) -> str:
        """Return the name of the task in its file; a rule for many parties names each."""
        return self.rule.code if self.rule.party else f"{self.rule.code}-{self.party}"


@dataclass(frozen=True, slots=True)
class Telling:
    """That a party was told, or need not be, with what proves it."""

    rule: str  # the key of a task, or BY_HAND
    party: str
    outcome: Outcome
    at: datetime
    means: Means | None = None
    proof: str = ""
    reason: str = ""
    party_name: str = ""

    def check(self, now: datetime, *, has_file: bool) -> None:
        """Raise BadTelling when the proof or the reason is missing or the moment is to come."""
        if self.at > now + CLOCKS_DIFFER:
            raise BadTelling("at", "is still to come")
        if self.party == OTHER and not self.party_name.strip():
            raise BadTelling("party_name", "is missing")
        if self.outcome is Outcome.NOT_NEEDED:
            if not self.reason.strip():
                raise BadTelling("reason", "is missing")
            return
        if self.means is None:
            raise BadTelling("means", "is missing")
        if not (self.proof.strip() or has_file):
            raise BadTelling("proof", "is missing")
        if self.rule == BY_HAND and not self.reason.strip():
            raise BadTelling("reason", "is missing")


def tasks(routing: Routing, history: Sequence[State], situation: Situation) -> list[Task]:
    """Return whom to tell, in the order of the rules.

    history: what the structure said, the oldest first, never empty.
    """
    found: list[Task] = []
    for rule in routing.rules.values():
        if rule.since <= situation.declared_on and _is_reached(rule, situation):
            found += _tasks(rule, history, situation)
    return found


def _is_reached(rule: RoutingRule, situation: Situation) -> bool:
    return rule.stage == Stage.OPENING or situation.resolved_at is not None


def _tasks(rule: RoutingRule, history: Sequence[State], situation: Situation) -> Iterator[Task]:
    parties = [rule.party] if rule.party else sorted(situation.told - {OTHER})
    answer, because = answered(rule, history[-1].facts, situation)
    if answer is Answer.NO:
        return
    since = situation.resolved_at
    if rule.stage == Stage.OPENING:
        since = None if "event_regions" in because else _since(rule, history, situation, answer)
    for party in parties:
        yield Task(rule, party, answer, because, since)


def _since(
    rule: RoutingRule, history: Sequence[State], situation: Situation, answer: Answer
) -> datetime:
    """Return from when on the rule has held without a break, as firmly as it does now."""
    first = history[-1].at
    for state in reversed(history):
        if answered(rule, state.facts, situation)[0] is not answer:
            break
        first = state.at
    return first


def answered(
    rule: RoutingRule, facts: Facts, situation: Situation
) -> tuple[Answer, tuple[str, ...]]:
    """Return whether a rule holds, and the names of what says so."""
    if rule.when == When.OSE:
        return _ose(situation)
    if rule.when == When.NATIONAL:
        return _national(facts, situation)
    if rule.when == When.HEALTH:
        return _health(facts)
    return Answer.YES, ()


def _ose(situation: Situation) -> tuple[Answer, tuple[str, ...]]:
    if "ose" in situation.designations:
        return Answer.YES, ("is_ose",)
    if situation.designations & OTHER_DESIGNATIONS:
        return Answer.UNKNOWN, ("designated_otherwise",)
    return Answer.NO, ()


def _national(facts: Facts, situation: Situation) -> tuple[Answer, tuple[str, ...]]:
    """Nothing states a national scope: signs of it ask a person to look."""
    signs = {
        "event_regions": situation.event_regions > 1,
        "others_at_risk": bool(facts.others_at_risk),
        "cross_border": bool(facts.cross_border),
    }
    because = tuple(name for name, so in signs.items() if so)
    return (Answer.UNKNOWN, because) if because else (Answer.NO, ())


def _health(facts: Facts) -> tuple[Answer, tuple[str, ...]]:
    """Effects on care or on how care is organised, direct or indirect.

    Where care is safe, silence on the health system raises no doubt.
    """
    found = {f.criterion: f for f in legal.assess(facts).findings if f.criterion in HEALTH}
    met = [finding for finding in found.values() if finding.answer is Answer.YES]
    if met:
        return Answer.YES, tuple(name for finding in met for name in finding.because)
    care = found[Criterion.CARE]
    return (care.answer, care.because) if care.answer is Answer.UNKNOWN else (Answer.NO, ())


def shown_parts(party: Party, tlp: Tlp) -> tuple[Part, ...]:
    """Return the parts of the declaration that a document for a party may hold.

    RED is for the ears of those present: the document says whom to call and nothing else.
    Source: FIRST, Traffic Light Protocol 2.0.
    """
    return () if tlp is Tlp.RED else tuple(Part(part) for part in party.parts)


def task_of(found: Collection[Task], key: str) -> Task | None:
    """Return the task of a key, None where it is not asked for now."""
    return next((task for task in found if task.key == key), None)
