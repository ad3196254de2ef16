"""How one stage of a duty stands: what set it running, until when, and what stopped it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from vigie.incidents.rules.duties.deadlines import LONGEST_LEAD, deadline, lead
from vigie.incidents.rules.duties.record import Act, Record
from vigie.reference.duties import DueKind, Regime, Stage, StartKind


class State(StrEnum):
    """How a stage stands, the most pressing first."""

    LATE = "late"
    WITHOUT_DELAY = "without_delay"
    SOON = "soon"
    RUNNING = "running"
    TO_CHECK = "to_check"  # never late, never counted
    COMING = "coming"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


ORDER = {state: rank for rank, state in enumerate(State)}
TO_DO = frozenset({State.LATE, State.WITHOUT_DELAY, State.SOON, State.RUNNING})


class Doubt(StrEnum):
    """Why a stage is to be checked."""

    UNVERIFIED = "unverified"  # nobody verified the rule
    UNKNOWN = "unknown"  # the facts do not tell whether it applies
    SAID_DONE = "said_done"  # the declaration says so, without a record
    ADVISED = "advised"  # past its time, and nobody was bound


class Waits(StrEnum):
    """What a stage that does not run yet waits for."""

    LAW = "law"  # the regime has not begun
    EVENT = "event"
    RESOLVED = "resolved"
    SENT = "sent"
    ONGOING = "ongoing"  # whether the incident lasts until then


class Ended(StrEnum):
    """Why a stage asks for nothing, where nobody declared so."""

    REPLACED = "replaced"  # by a progress report, since the incident goes on
    OVER = "over"  # the incident was over before
    FACTS = "facts"  # the facts changed: the duty does not apply any more


@dataclass(frozen=True, slots=True)
class Clock:
    """One stage as it stands now."""

    regime: Regime
    stage: Stage
    state: State
    start: datetime | None = None
    is_assumed: bool = False  # the start is near the right moment; nobody recorded it
    due: datetime | None = None
    target: datetime | None = None  # Vigie's own aim
    sent: tuple[Act, ...] = ()
    closed: Act | None = None
    doubt: Doubt | None = None
    waits: Waits | None = None
    ended: Ended | None = None
    ended_at: datetime | None = None
    is_advised: bool = False

    @property
    def key(self) -> str:
        """Return its name within a file."""
        return f"{self.regime.code}.{self.stage.code}"

    @property
    def is_to_do(self) -> bool:
        """Return whether somebody must act."""
        return self.state in TO_DO

    @property
    def first_sent(self) -> Act | None:
        """Return the first submission."""
        return self.sent[0] if self.sent else None

    @property
    def is_counted(self) -> bool:
        """Return whether figures may use it: the law, its hours and its start are all known."""
        hours = self.stage.due.kind is DueKind.WITHIN and self.due is not None
        sure = self.regime.is_certain and self.stage.is_certain and not self.is_assumed
        return hours and sure and not self.is_advised and self.closed is None and not self.ended

    def in_time(self, now: datetime) -> bool | None:
        """Return whether it was sent by its deadline, None where that cannot be told yet."""
        if not self.is_counted or self.due is None:
            return None
        if self.first_sent:
            return self.first_sent.at <= self.due
        return False if now > self.due else None

    def left(self, now: datetime) -> timedelta:
        """Return the time left, below zero where it is late; zero where there is no deadline."""
        return self.due - now if self.due else timedelta()

    def share(self, now: datetime) -> int:
        """Return how much of the time is gone, in percent."""
        if self.start is None or self.due is None or self.due <= self.start:
            return 100
        gone = (now - self.start) / (self.due - self.start)
        return min(100, max(0, round(100 * gone)))


@dataclass(frozen=True, slots=True)
class Aware:
    """The moment from which a regime counts. is_assumed: nobody recorded it."""

    at: datetime
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What the stages of one regime are worked out from."""

    regime: Regime
    record: Record
    aware: Aware | None
    resolved_at: datetime | None
    zone: tzinfo
    now: datetime

    def start(self, stage: Stage) -> datetime | None:
        """Return from when a stage runs, None while nothing set it running."""
        kind, of = stage.start.kind, stage.start.of
        if kind is StartKind.AWARE:
            return self.aware.at if self.aware else None
        if kind is StartKind.RESOLVED:
            return self.resolved_at
        if kind is StartKind.EVENT:
            event = self.record.events.get((self.regime.code, stage.code))
            return event.at if event else None
        if kind is StartKind.SENT:
            sent = self.sent(of)
            return sent[0].at if sent else None
        return self.due(self.regime.stages[of])

    def due(self, stage: Stage) -> datetime | None:
        """Return until when a stage must be done, None without a start or a length."""
        start = self.start(stage)
        return deadline(start, stage.due, self.zone) if start else None

    def sent(self, stage: str) -> tuple[Act, ...]:
        """Return the submissions of a stage, the first one first."""
        return self.record.sent.get((self.regime.code, stage), ())

    def goes_on_at(self, moment: datetime) -> bool:
        """Return whether the incident was still going on at a moment."""
        return self.resolved_at is None or self.resolved_at > moment

    def is_assumed(self, stage: Stage) -> bool:
        """Return whether the start of a stage rests on a moment that nobody recorded."""
        if stage.start.kind is StartKind.DUE:
            return self.is_assumed(self.regime.stages[stage.start.of])
        on_aware = stage.start.kind is StartKind.AWARE
        return on_aware and self.aware is not None and self.aware.is_assumed


def running(case: Case, stage: Stage, *, is_advised: bool, says_done: bool) -> Clock:
    """Return how a stage stands whose duty applies, or is advised, and which nothing closed."""
    start, due = case.start(stage), case.due(stage)
    clock = Clock(
        case.regime,
        stage,
        State.RUNNING,
        start=start,
        is_assumed=case.is_assumed(stage),
        due=due,
        target=deadline(start, stage.target, case.zone) if start and stage.target else None,
        is_advised=is_advised,
    )
    hindered = _depends(case, clock) if stage.if_ongoing_at or stage.unless_ongoing else None
    if hindered:
        return hindered
    if start is None:
        return _but(clock, State.COMING, waits=WAITS[stage.start.kind])
    if says_done:
        return _but(clock, State.TO_CHECK, doubt=Doubt.SAID_DONE)
    state = timed(clock, case.now)
    if is_advised and state in (State.LATE, State.WITHOUT_DELAY):
        return _but(clock, State.TO_CHECK, doubt=Doubt.ADVISED)
    return _but(clock, state)


def timed(clock: Clock, now: datetime) -> State:
    """Return how a stage that runs stands at a moment."""
    if clock.stage.due.kind is DueKind.WITHOUT_DELAY:
        return State.WITHOUT_DELAY
    if clock.due is None or clock.start is None:
        return State.RUNNING
    if now > clock.due:
        return State.LATE
    return State.SOON if now >= clock.due - lead(clock.start, clock.due) else State.RUNNING


WAITS = {
    StartKind.AWARE: Waits.EVENT,
    StartKind.EVENT: Waits.EVENT,
    StartKind.RESOLVED: Waits.RESOLVED,
    StartKind.SENT: Waits.SENT,
    StartKind.DUE: Waits.SENT,
}


def _depends(case: Case, clock: Clock) -> Clock | None:
    """Return how a stage stands that depends on how long the incident lasts, None where it runs.

    A final report is replaced by a progress report where the incident goes on at its deadline;
    the progress report, and what follows it, wait for that day.
    Source: Directive (EU) 2022/2555, article 23(4)(d) and (e).
    """
    stage = clock.stage
    if stage.unless_ongoing:
        passed = clock.due is not None and case.now > clock.due
        goes_on = passed and clock.due is not None and case.goes_on_at(clock.due)
        return _but(clock, State.NOT_APPLICABLE, ended=Ended.REPLACED) if goes_on else None
    until = case.due(case.regime.stages[stage.if_ongoing_at])
    if until is None:
        return _but(clock, State.COMING, waits=Waits.SENT)
    if not case.goes_on_at(min(case.now, until)):
        at = case.resolved_at
        return _but(clock, State.NOT_APPLICABLE, ended=Ended.OVER, ended_at=at)
    if case.now > until:
        return None
    soon = stage.start.kind is StartKind.DUE and case.now >= until - LONGEST_LEAD
    return None if soon else _but(clock, State.COMING, waits=Waits.ONGOING)


def _but(clock: Clock, state: State, **more: Any) -> Clock:
    return replace(clock, state=state, **more)
