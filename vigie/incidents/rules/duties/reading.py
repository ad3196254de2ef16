"""Which duties apply to a file, why, and how each of their stages stands. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum

from vigie.incidents.rules.duties import told
from vigie.incidents.rules.duties.clocks import (
    ORDER,
    Aware,
    Case,
    Clock,
    Doubt,
    Ended,
    State,
    Waits,
    running,
)
from vigie.incidents.rules.duties.predicates import Because, Found, evaluate
from vigie.incidents.rules.duties.record import Record
from vigie.incidents.rules.duties.told import Knowledge, Structure, Told
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.legal import Answer
from vigie.incidents.rules.words import Notice
from vigie.reference.duties import Law, Regime, Stage, has_begun


class Standing(StrEnum):
    """How a duty stands as a whole."""

    APPLIES = "applies"
    ADVISED = "advised"  # it does not bind, and is good to do
    TO_CHECK = "to_check"
    COMING = "coming"  # the law has not begun
    LAPSED = "lapsed"  # it applied until the facts changed
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Situation:
    """What duties look at beside the facts. known: when the structure knew of the incident."""

    structure: Structure
    known: Knowledge
    zone: tzinfo
    resolved_at: datetime | None = None
    set_here: Mapping[str, date] = field(
        default_factory=dict
    )  # first days that an administrator set


@dataclass(frozen=True, slots=True)
class Duty:
    """One regime in one file: whether it applies, the facts that say so, and its stages.

    since: from when on the facts say so; of a lapsed one, when they stopped. begins: date.min where
    the law is in force since a day that is not noted.
    """

    regime: Regime
    standing: Standing
    because: tuple[Because, ...]
    clocks: tuple[Clock, ...] = ()
    since: datetime | None = None
    aware: Aware | None = None
    begins: date | None = None  # the law's first day, None while there is none

    @property
    def asks(self) -> tuple[str, ...]:
        """Return the facts that it rests on, for who may answer questions about them."""
        wanted = [name for one in self.regime.predicates for name in one.facts]
        return tuple(dict.fromkeys(wanted))


def duties(
    law: Law, history: Sequence[Told], situation: Situation, record: Record, now: datetime
) -> tuple[Duty, ...]:
    """Return every duty of a country's law in a file, applying or not, in the order of the law.

    history: what was known, the oldest first, never empty.
    """
    day = situation.known.at.astimezone(situation.zone).date()
    # What has begun since the incident binds from that day on, not before it.
    found = law.held_on(day, situation.set_here)
    steps = [told.answers(one, situation.structure) for one in history]
    moments = [one.at for one in history]
    return tuple(
        _Reading(regime, steps, moments, history[-1].facts, situation, record, now).duty(day)
        for regime in found
    )


def board(found: Iterable[Duty]) -> list[Clock]:
    """Return the stages of some duties, the most pressing first, then by deadline."""
    every = [clock for duty in found for clock in duty.clocks]
    return sorted(every, key=pressing)


def pressing(clock: Clock) -> tuple[int, bool, float, str]:
    """Return by what stages are sorted."""
    due = clock.due or clock.target
    return (ORDER[clock.state], due is None, due.timestamp() if due else 0, clock.key)


class _Reading:
    """Reads one regime."""

    def __init__(
        self,
        regime: Regime,
        steps: Sequence[Mapping[str, Answer]],
        moments: Sequence[datetime],
        facts: Facts,
        situation: Situation,
        record: Record,
        now: datetime,
    ) -> None:
        self.regime, self.steps, self.moments = regime, steps, moments
        self.facts, self.situation, self.record, self.now = facts, situation, record, now
        self.found = [evaluate(regime.applies, step) for step in steps]

    def duty(self, day: date) -> Duty:
        standing, why = self._standing(day)
        since = self._since(self.found[-1].answer)
        aware = self._aware()
        duty = Duty(
            self.regime,
            standing,
            why.because,
            since=since,
            aware=aware,
            begins=self.regime.begins(self.situation.set_here.get(self.regime.code)),
        )
        return replace(duty, clocks=tuple(self._clocks(duty)))

    def _standing(self, day: date) -> tuple[Standing, Found]:
        last = self.found[-1]
        if not has_begun(self.regime, day, self.situation.set_here):
            return Standing.COMING, last
        if last.answer is Answer.YES:
            return Standing.APPLIES, last
        advised = self._advised()
        if advised:
            return Standing.ADVISED, advised
        if last.answer is Answer.UNKNOWN:
            return Standing.TO_CHECK, last
        held = any(found.answer is Answer.YES for found in self.found)
        return (Standing.LAPSED if held else Standing.NOT), last

    def _advised(self) -> Found | None:
        if self.regime.advises is None:
            return None
        found = evaluate(self.regime.advises, self.steps[-1])
        return found if found.answer is Answer.YES else None

    def _since(self, answer: Answer) -> datetime | None:
        """Return from when on the last unbroken time of an answer ran, None where it never was."""
        first: datetime | None = None
        for moment, found in zip(reversed(self.moments), reversed(self.found), strict=True):
            if found.answer is answer:
                first = moment
            elif first is not None:
                break
        return first

    def _aware(self) -> Aware:
        """Return when this regime's own knowledge came: as recorded, else as the facts let think.

        What applied from the first word on is counted from the structure's knowledge of the
        incident, the safe side; what the facts brought later, from the moment they did.
        """
        recorded = self.record.aware.get(self.regime.code)
        if recorded:
            return Aware(recorded.at, is_assumed=False)
        since = self._since(Answer.YES)
        if since is not None and since != self.moments[0]:
            return Aware(since, is_assumed=True)
        known = self.situation.known
        return Aware(known.at, is_assumed=not (self.regime.told_by and known.is_exact))

    def _clocks(self, duty: Duty) -> Iterator[Clock]:
        case = Case(
            self.regime,
            self.record,
            duty.aware,
            self.situation.resolved_at,
            self.situation.zone,
            self.now,
        )
        for stage in self.regime.stages.values():
            clock = self._clock(duty, case, stage)
            if clock:
                yield clock

    def _clock(self, duty: Duty, case: Case, stage: Stage) -> Clock | None:
        settled = self._settled(duty, case, stage)
        if settled or duty.standing is Standing.NOT:
            return settled
        if duty.standing is Standing.COMING:
            return Clock(self.regime, stage, State.COMING, waits=Waits.LAW)
        if duty.standing is Standing.LAPSED:
            return self._lapsed(duty, case, stage)
        return self._open(duty, case, stage)

    def _open(self, duty: Duty, case: Case, stage: Stage) -> Clock | None:
        """Return how a stage stands that nobody settled, None where its own condition fails."""
        wanted = evaluate(stage.when, self.steps[-1]).answer if stage.when else Answer.YES
        if wanted is Answer.NO:
            return None
        if not (self.regime.is_certain and stage.is_certain):
            return Clock(self.regime, stage, State.TO_CHECK, doubt=Doubt.UNVERIFIED)
        if Answer.UNKNOWN is wanted or duty.standing is Standing.TO_CHECK:
            return Clock(self.regime, stage, State.TO_CHECK, doubt=Doubt.UNKNOWN)
        says_done = bool(stage.said_by) and getattr(self.facts, stage.said_by) == Notice.DONE
        is_advised = duty.standing is Standing.ADVISED
        return running(case, stage, is_advised=is_advised, says_done=says_done)

    def _settled(self, duty: Duty, case: Case, stage: Stage) -> Clock | None:
        """Return a stage that was sent, or closed by somebody; it stays whatever the facts say."""
        sent = case.sent(stage.code)
        closed = self.record.closing(self.regime.code, stage.code)
        if not sent and not closed:
            return None
        return Clock(
            self.regime,
            stage,
            State.DONE if sent else State.NOT_APPLICABLE,
            start=case.start(stage),
            is_assumed=case.is_assumed(stage),
            due=case.due(stage),
            sent=sent,
            closed=None if sent else closed,
            is_advised=duty.standing is not Standing.APPLIES,
        )

    def _lapsed(self, duty: Duty, case: Case, stage: Stage) -> Clock | None:
        if case.start(stage) is None:
            return None
        clock = Clock(self.regime, stage, State.NOT_APPLICABLE, start=case.start(stage))
        return replace(clock, due=case.due(stage), ended=Ended.FACTS, ended_at=duty.since)
