"""What lists, reminders and figures keep of a clock, and how it reads at a moment. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vigie.incidents.rules.duties.clocks import TO_DO, Clock, State
from vigie.incidents.rules.duties.deadlines import lead
from vigie.reference.duties import DueKind

NO_HOURS = timedelta(hours=1)  # after which somebody is reminded of what is without delay
TOO_OLD = timedelta(hours=24)  # beyond, a reminder tells nothing new


class Phase(StrEnum):
    """How a stage stands, whatever the time."""

    OPEN = "open"  # somebody must act
    TO_CHECK = "to_check"
    COMING = "coming"
    DONE = "done"
    CLOSED = "closed"


class Moment(StrEnum):
    """When somebody is reminded."""

    BEFORE = "before"
    AT = "at"


PHASES = {
    State.TO_CHECK: Phase.TO_CHECK,
    State.COMING: Phase.COMING,
    State.DONE: Phase.DONE,
    State.NOT_APPLICABLE: Phase.CLOSED,
    **dict.fromkeys(TO_DO, Phase.OPEN),
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """When to remind whom of a stage. of: the deadline, or the start where there is none."""

    moment: Moment
    at: datetime
    of: datetime


def phase(clock: Clock) -> Phase:
    """Return how a stage stands, whatever the time."""
    return PHASES[clock.state]


def soon_at(clock: Clock) -> datetime | None:
    """Return from when on a stage is soon due."""
    if clock.start is None or clock.due is None:
        return None
    return clock.due - lead(clock.start, clock.due)


def reminders(clock: Clock) -> list[Reminder]:
    """Return when somebody is reminded of a stage that is to do, the earliest first.

    Before the deadline and at it. What is without delay has no deadline: an hour after its start,
    and at Vigie's own target where there is one.
    """
    soon = soon_at(clock)
    if not clock.is_to_do or clock.start is None:
        return []
    if clock.due and soon:
        before = Reminder(Moment.BEFORE, max(soon, clock.start), clock.due)
        return [before, Reminder(Moment.AT, clock.due, clock.due)]
    if clock.stage.due.kind is not DueKind.WITHOUT_DELAY:
        return []
    found = [Reminder(Moment.BEFORE, clock.start + NO_HOURS, clock.start)]
    if clock.target:
        found.append(Reminder(Moment.AT, clock.target, clock.start))
    return found


def next_reminder(
    clock: Clock,
    given: Collection[tuple[Moment, datetime]],
    *,
    declared_at: datetime,
    now: datetime,
) -> Reminder | None:
    """Return the reminder to give next, None where all went out or are too old to tell anything.

    given: the moments and deadlines of those that went out. What was past when the incident was
    declared counts from the declaration.
    """
    for one in reminders(clock):
        told_from = max(one.at, declared_at)
        if (one.moment, one.of) not in given and now - told_from < TOO_OLD:
            return one
    return None


def state_at(
    phase: Phase,
    *,
    due_at: datetime | None,
    soon_at: datetime | None,
    hurry: bool,
    advised: bool,
    now: datetime,
) -> State:
    """Return how a kept clock reads now. hurry: it is without delay; advised: it does not bind."""
    if phase is not Phase.OPEN:
        return next(state for state, found in PHASES.items() if found is phase)
    if hurry:
        return State.WITHOUT_DELAY
    if due_at is None or soon_at is None:
        return State.RUNNING
    if now > due_at:
        return State.TO_CHECK if advised else State.LATE
    return State.SOON if now >= soon_at else State.RUNNING
