"""Whom to tell of a file and who was told, as one reader may see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import get_language

from vigie.establishments.models import Designation
from vigie.incidents.models import Declaration, Incident, PartyTold
from vigie.incidents.queries.files import states_of
from vigie.incidents.rules import routing as rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.routing import BY_HAND, OTHER, Outcome, Situation, State, Task
from vigie.incidents.rules.words import COUNTED_OUT, Channel
from vigie.kernel.prepared import prepared
from vigie.reference import catalogue, parties
from vigie.reference.parties import Routing


@dataclass(frozen=True, slots=True)
class Line:
    """One party of a file: to tell, told, or not needed."""

    key: str
    party: str
    who: str
    why: str
    asks: str
    text: str  # of law
    is_certain: bool
    task: Task | None  # None: no rule asks for it any more
    told: PartyTold | None

    @property
    def state(self) -> str:
        """Return due, to_check, told or not_needed."""
        if self.told is not None:
            return self.told.outcome
        unsure = self.task is not None and self.task.answer == "unknown"
        return "to_check" if unsure or not self.is_certain else "due"

    @property
    def is_open(self) -> bool:
        """Return whether somebody must still act."""
        return self.told is None


@dataclass(frozen=True, slots=True)
class Routed:
    """The routing of one file. is_known: the country's rules are known."""

    lines: tuple[Line, ...]
    is_known: bool
    source: str = ""

    @property
    def due(self) -> int:
        """Return how many parties must be told."""
        return sum(line.state == "due" for line in self.lines)

    @property
    def to_check(self) -> int:
        """Return how many parties somebody must decide on."""
        return sum(line.state == "to_check" for line in self.lines)

    def line(self, key: str) -> Line | None:
        """Return the line of a task, None where the file has no such task."""
        return next((line for line in self.lines if line.key == key), None)


@dataclass(frozen=True, slots=True)
class Around:
    """What the rules look at beside the declaration."""

    designations: frozenset[str]
    event_regions: int


def around(incident: Incident) -> Around:
    """Return what the rules look at beside the declaration. Costs at most two SQL queries."""
    held = Designation.objects.in_force().filter(establishment=incident.establishment_id)
    kinds = frozenset(held.values_list("kind", flat=True))
    return Around(kinds, _regions(incident))


def routed(
    incident: Incident,
    declaration: Declaration,
    facts: Facts,
    beside: Around,
    *,
    history: Sequence[State] | None = None,
) -> Routed:
    """Return whom to tell of a file that the reader was allowed to open, done ones included.

    history: what the structure said and since when, where it was read before; tasks are due since
    then. Costs one SQL query, one more where the declaration was amended and nobody read that.
    """
    routing = parties.routing(incident.country)
    kept = told_in(incident=incident.pk)
    if routing is None:
        return Routed(tuple(_line(None, told, None, incident) for told in kept), is_known=False)
    asked: list[Task] = []
    if incident.status not in COUNTED_OUT and declaration.channel != Channel.IMPORT:
        said = history or states_of(incident, declaration, facts)
        asked = rules.tasks(routing, said, _situation(incident, beside, kept))
    by_rule = {told.rule: told for told in kept if told.rule != BY_HAND}
    lines = [_line(task, by_rule.pop(task.key, None), routing, incident) for task in asked]
    rest = [*by_rule.values(), *(told for told in kept if told.rule == BY_HAND)]
    lines += [_line(None, told, routing, incident) for told in rest]
    return Routed(tuple(lines), is_known=True, source=routing.source)


@prepared
def told_in(*, incident: int) -> QuerySet[PartyTold]:
    """Return what was recorded of a file's parties and not retracted, the oldest first."""
    rows = PartyTold.objects.select_related("by", "attachment").filter(retracted_at=None)
    return rows.filter(incident=incident).order_by("recorded_at", "id")


def _situation(incident: Incident, beside: Around, kept: Iterable[PartyTold]) -> Situation:
    told = frozenset(
        row.party
        for row in kept
        if row.outcome == Outcome.TOLD and _stage(row.rule) != rules.Stage.RESOLUTION
    )
    return Situation(
        declared_on=incident.declared_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date(),
        designations=beside.designations,
        event_regions=beside.event_regions,
        resolved_at=incident.resolved_at or (None if incident.is_open else incident.closed_at),
        told=told,
    )


def _stage(key: str) -> str:
    """Return at which stage a recorded rule stands: those of the resolution say so."""
    return rules.Stage.RESOLUTION if "resolved" in key else rules.Stage.OPENING


def _regions(incident: Incident) -> int:
    if incident.event_id is None:
        return 0
    members = Incident.objects.filter(event=incident.event_id)
    return int(members.aggregate(n=Count("region", distinct=True))["n"])


def _line(
    task: Task | None, told: PartyTold | None, routing: Routing | None, incident: Incident
) -> Line:
    language = get_language() or "fr"
    party = task.party if task else told.party if told else ""
    code = told.rule.partition("-")[0] if told else ""
    rule = task.rule if task else routing.rules.get(code) if routing else None
    return Line(
        key=task.key if task else told.rule if told else "",
        party=party,
        who=told.party_name if told and party == OTHER else party_name(party, incident, routing),
        why=rule.title.in_(language) if rule else "",
        asks=rule.asks.in_(language) if rule else "",
        text=rule.text if rule else "",
        is_certain=rule.is_certain if rule else True,
        task=task,
        told=told,
    )


def party_name(code: str, incident: Incident, routing: Routing | None) -> str:
    """Return what a party is called; the regional authority by its own name."""
    if code == "ars":
        region = catalogue.regions(incident.country).get(incident.region)
        if region is not None:
            return region.authority
    known: Mapping[str, parties.Party] = routing.parties if routing else {}
    return known[code].title.in_(get_language() or "fr") if code in known else code
