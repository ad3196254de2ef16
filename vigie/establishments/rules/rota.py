"""Say who may stand in a rota, and when nobody does. Pure: moments in, moments out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntEnum

WEEK = timedelta(days=7)
LONGEST_DUTY = timedelta(days=31)  # beyond that it is a mistake of typing
MOST_WEEKS = 26  # that one week is repeated at once


class Level(IntEnum):
    """In which order people on duty are called."""

    FIRST = 1
    DEPUTY = 2
    STANDING = 3  # the permanent contact, when people on duty do not answer or nobody is


@dataclass(frozen=True, slots=True)
class Stretch:
    """From a moment until another, itself excluded."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """The time of one duty. key: of the stored duty, None before it is stored."""

    start: datetime
    end: datetime
    level: int = Level.FIRST
    key: int | None = None


class BadSlot(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A duty cannot stand in the rota. .problem: order, long or overlap; .other is in its way."""

    def __init__(self, problem: str, other: Slot | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.other = other


def check_slot(slot: Slot, others: Iterable[Slot]) -> None:
    """Raise BadSlot unless the duty has a length and no other of its level is in its way."""
    if slot.end <= slot.start:
        raise BadSlot("order")
    if slot.end - slot.start > LONGEST_DUTY:
        raise BadSlot("long")
    for other in others:
        if not fits(slot, other):
            raise BadSlot("overlap", other)


def fits(slot: Slot, other: Slot) -> bool:
    """Return whether two duties can stand in one rota: one person a level at a time."""
    if slot.level != other.level or (slot.key is not None and slot.key == other.key):
        return True
    return slot.end <= other.start or other.end <= slot.start


def gaps(slots: Iterable[Slot], start: datetime, end: datetime) -> list[Stretch]:
    """Return the stretches between two moments in which nobody of any level is on duty."""
    found, covered_until = [], start
    for slot in sorted(slots, key=lambda slot: slot.start):
        if covered_until >= end:
            break
        if slot.start > covered_until:
            found.append(Stretch(covered_until, min(slot.start, end)))
        covered_until = max(covered_until, slot.end)
    if covered_until < end:
        found.append(Stretch(covered_until, end))
    return found


def later_by_weeks(slot: Slot, weeks: int, zone: tzinfo) -> Slot:
    """Return the same duty some weeks later, by the clocks of the zone.

    A night in which clocks change is an hour longer or shorter than the one it repeats. Where the
    change would turn a short duty inside out, its length is kept instead.
    """
    start, end = (_later(at, weeks, zone) for at in (slot.start, slot.end))
    if end <= start:
        end = start + (slot.end - slot.start)
    return replace(slot, start=start, end=end, key=None)


def _later(at: datetime, weeks: int, zone: tzinfo) -> datetime:
    return (at.astimezone(zone) + weeks * WEEK).astimezone(UTC)


def week_of(day: date, zone: tzinfo) -> Stretch:
    """Return the week, from Monday 00:00 to Monday 00:00 in the zone, in which a day lies."""
    monday = day - timedelta(days=day.weekday())
    return Stretch(_midnight(monday, zone), _midnight(monday + WEEK, zone))


def month_weeks(day: date, zone: tzinfo) -> list[Stretch]:
    """Return the weeks that hold the days of the month in which a day lies."""
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    monday = first - timedelta(days=first.weekday())
    count = -(-(after - monday).days // 7)
    return [week_of(monday + number * WEEK, zone) for number in range(count)]


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)
