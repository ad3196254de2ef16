"""The duties of a file: what the rules read them from, gathered in a bounded number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from vigie.establishments.models import Designation
from vigie.establishments.queries import legal_portal
from vigie.incidents.models import (
    Declaration,
    DutyAct,
    Incident,
    LegalDeclaration,
    Qualification,
    RegimeStart,
)
from vigie.incidents.queries.files import legal_declarations, states_of
from vigie.incidents.rules import legal
from vigie.incidents.rules.duties import reading, told
from vigie.incidents.rules.duties.clocks import Clock
from vigie.incidents.rules.duties.reading import Duty, Situation, Standing
from vigie.incidents.rules.duties.record import Act, ActKind, Channel, Record, fold
from vigie.incidents.rules.duties.told import Structure, Told
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.legal import Answer
from vigie.incidents.rules.routing import State
from vigie.incidents.rules.words import COUNTED_OUT, Origin
from vigie.incidents.rules.words import Channel as Door
from vigie.kernel.prepared import prepared
from vigie.reference import catalogue
from vigie.reference import duties as reference
from vigie.reference.duties import Law


@dataclass(frozen=True, slots=True)
class Beside:
    """What duties look at beside the facts in force.

    said: every accepted revision, the oldest first. starts: first days that an administrator set.
    """

    designations: frozenset[str]
    legal: Sequence[LegalDeclaration]
    portal_is_here: bool
    ruling: Qualification | None
    starts: Mapping[str, date]
    said: Sequence[State]


@dataclass(frozen=True, slots=True)
class FileDuties:
    """The duties of one file as they stand now. is_known: a law file of the country is there."""

    is_known: bool
    now: datetime
    duties: tuple[Duty, ...] = ()
    clocks: tuple[Clock, ...] = ()  # the most pressing first
    acts: tuple[DutyAct, ...] = ()  # the oldest first
    record: Record = field(default_factory=Record)
    known: Mapping[str, Answer] = field(default_factory=dict)  # every named fact

    @property
    def is_live(self) -> bool:
        """Return whether the file has duties at all: it is not of the past, nor set aside."""
        return bool(self.duties)

    def is_retracted(self, act: DutyAct) -> bool:
        """Return whether a record was taken back."""
        return any(row.retracts_id == act.pk for row in self.acts)

    @property
    def applying(self) -> list[Duty]:
        """Return the duties that apply, or that somebody fulfilled."""
        return [duty for duty in self.duties if duty.standing is Standing.APPLIES]

    @property
    def not_applying(self) -> list[Duty]:
        """Return the duties that do not apply, with what says so."""
        return [duty for duty in self.duties if duty.standing is Standing.NOT]

    @property
    def coming(self) -> list[Duty]:
        """Return the duties whose law has not begun."""
        return [duty for duty in self.duties if duty.standing is Standing.COMING]

    def clock(self, regime: str, stage: str) -> Clock | None:
        """Return the clock of a stage, None where the file has none."""
        return next((c for c in self.clocks if c.key == f"{regime}.{stage}"), None)

    def duty(self, regime: str) -> Duty | None:
        """Return the duty of a regime, None where the country has no such regime."""
        return next((duty for duty in self.duties if duty.regime.code == regime), None)


def duties_of(
    incident: Incident,
    declaration: Declaration,
    facts: Facts,
    *,
    now: datetime,
    beside: Beside | None = None,
) -> FileDuties:
    """Return the duties of a file that the reader was allowed to open.

    beside: what was read before. Costs one SQL query, at most six more without it. None of a file
    of the past, or of one that is set aside.
    """
    law = reference.law(incident.country)
    if law is None:
        return FileDuties(is_known=False, now=now)
    if incident.status in COUNTED_OUT or declaration.channel == Door.IMPORT:
        return FileDuties(is_known=True, now=now)
    beside = beside or beside_of(incident, declaration, facts)
    acts = tuple(acts_in(incident=incident.pk))
    return read(incident, declaration, facts, beside, acts, law=law, now=now)


def read(
    incident: Incident,
    declaration: Declaration,
    facts: Facts,
    beside: Beside,
    acts: tuple[DutyAct, ...],
    *,
    law: Law,
    now: datetime,
) -> FileDuties:
    """Return the duties of a file from all that was read of it."""
    record = fold([*_implied(incident, declaration, beside, acts), *(act.told for act in acts)])
    history = _history(incident, facts, beside, [act.told for act in acts])
    situation = _situation(incident, history[-1], beside)
    found = reading.duties(law, history, situation, record, now)
    return FileDuties(
        is_known=True,
        now=now,
        duties=found,
        clocks=tuple(reading.board(found)),
        acts=acts,
        record=record,
        known=told.answers(history[-1], situation.structure),
    )


@prepared
def acts_in(*, incident: int) -> QuerySet[DutyAct]:
    """Return everything recorded of the duties of a file, in the order of recording."""
    rows = DutyAct.objects.filter(incident=incident).select_related("by")
    return rows.order_by("recorded_at", "id")


def beside_of(incident: Incident, declaration: Declaration, facts: Facts) -> Beside:
    """Return what duties look at beside the facts. Costs at most six SQL queries."""
    held = Designation.objects.in_force().filter(establishment=incident.establishment_id)
    return Beside(
        designations=frozenset(held.values_list("kind", flat=True)),
        legal=legal_declarations(declaration=declaration.pk),
        portal_is_here=legal_portal(incident.country).is_here,
        ruling=incident.qualifications.order_by("-at", "-id").first(),
        starts=starts_in(incident.country),
        said=states_of(incident, declaration, facts),
    )


def starts_in(country: str) -> dict[str, date]:
    """Return the first days that an administrator set in a country, by regime."""
    rows = RegimeStart.objects.filter(country=country).order_by("regime")
    return dict(rows.values_list("regime", "starts_on"))


def zone_of(incident: Incident) -> tzinfo:
    """Return the time zone where an incident is, else the nation's."""
    region = catalogue.regions(incident.country).get(incident.region)
    return ZoneInfo(region.time_zone if region else settings.TIME_ZONE)


def _implied(
    incident: Incident, declaration: Declaration, beside: Beside, acts: Iterable[DutyAct]
) -> list[Act]:
    """Return the sendings that other records tell of: the declaration here, and its receipts."""
    law = reference.law(incident.country)
    found = next(
        (
            (regime.code, stage.code)
            for regime in (law.regimes if law else ())
            for stage in regime.stages.values()
            if stage.is_declaration
        ),
        None,
    )
    if found is None:
        return []
    known = {act.receipt for act in acts if (act.regime, act.stage) == found}
    sent = [
        Act(
            ActKind.SENT,
            proof.sent_at,
            *found,
            channel=_channel(proof.channel),
            receipt=proof.receipt,
            sender=proof.sent_by_job,
            who=proof.recorded_by.short_name,
            recorded_at=proof.recorded_at,
        )
        for proof in beside.legal
        if proof.receipt not in known
    ]
    if beside.portal_is_here and not declaration.is_first_word:
        at = incident.declared_at
        sent.append(
            Act(ActKind.SENT, at, *found, channel=Channel.PORTAL, receipt=incident.reference)
        )
    return sent


def _channel(name: str) -> Channel:
    return Channel(name) if name in set(Channel) else Channel.OTHER


def _history(incident: Incident, facts: Facts, beside: Beside, acts: Sequence[Act]) -> list[Told]:
    """Return what was known and since when: revisions, the CERT's ruling, answers to questions."""
    gone = {act.retracts for act in acts if act.kind is ActKind.RETRACTED}
    answers = [a for a in acts if a.kind is ActKind.ANSWER and a.key not in gone]
    said = [*beside.said[:-1], replace(beside.said[-1], facts=facts)]
    moments = [one.at for one in said]
    moments += [act.recorded_at for act in answers if act.recorded_at]
    if beside.ruling:
        moments.append(beside.ruling.at)
    first = moments[0]
    steps = sorted({max(first, moment) for moment in moments})
    return [Told(at, _facts_at(at, said, beside.ruling), _answers_at(at, answers)) for at in steps]


def _facts_at(at: datetime, said: Sequence[State], ruling: Qualification | None) -> Facts:
    """Return the facts in force at a moment, with the origin that the CERT found by then."""
    facts = next((one.facts for one in reversed(said) if one.at <= at), said[0].facts)
    if ruling is None or ruling.at > at or not ruling.origin:
        return facts
    return facts.model_copy(update={"origin": Origin(ruling.origin)})


def _answers_at(at: datetime, answers: Iterable[Act]) -> dict[str, Answer]:
    return {
        act.fact: act.answer
        for act in answers
        if act.answer and act.recorded_at and act.recorded_at <= at
    }


def _situation(incident: Incident, last: Told, beside: Beside) -> Situation:
    zone = zone_of(incident)
    return Situation(
        structure=structure_of(incident, beside.designations),
        known=told.knowledge(last.facts, incident.declared_at, zone),
        zone=zone,
        resolved_at=incident.resolved_at or (None if incident.is_open else incident.closed_at),
        set_here=beside.starts,
    )


def structure_of(incident: Incident, designations: frozenset[str]) -> Structure:
    """Return what duties look at in the structure of a file."""
    place = incident.site or incident.establishment
    kind = catalogue.structure_types().get(place.structure_type)
    obliged = legal.obligation(place.structure_type, place.country, incident.declared_at.date())
    return Structure(obliged, kind.sector if kind else "", designations)
