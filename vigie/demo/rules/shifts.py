"""Plan who is on call in the fictitious nation. Pure: a day in, shifts out."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

WEEKS = 3  # the one under way and the two that follow
MORNING, EVENING = time(8), time(20)
FRIDAY = 4
SATURDAY = 5


class Shift(NamedTuple):
    """From a moment until another; turn: whose it is, counted from the first."""

    start: datetime
    end: datetime
    turn: int


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone)


def _days(today: date) -> list[date]:
    sunday = today - timedelta(days=today.weekday() + 1)  # whose shift ends on Monday
    return [sunday + timedelta(days=number) for number in range(7 * WEEKS + 1)]


def round_the_clock(today: date, zone: tzinfo) -> Iterator[Shift]:
    """Give two shifts a day, day and night: nobody is ever missing."""
    for number, day in enumerate(_days(today)):
        yield Shift(_at(day, MORNING, zone), _at(day, EVENING, zone), 2 * number)
        tomorrow = day + timedelta(days=1)
        yield Shift(_at(day, EVENING, zone), _at(tomorrow, MORNING, zone), 2 * number + 1)


def by_the_day(today: date, zone: tzinfo) -> Iterator[Shift]:
    """Give one shift a day, with nobody from Saturday evening to Sunday morning next week."""
    for number, day in enumerate(_days(today)):
        is_hole = number // 7 == 1 and day.weekday() == SATURDAY
        end = _at(day, EVENING, zone) if is_hole else _at(day + timedelta(days=1), MORNING, zone)
        yield Shift(_at(day, MORNING, zone), end, number)


def office_hours(today: date, zone: tzinfo) -> Iterator[Shift]:
    """Give the days of the week from eight to eight: nights and week-ends go higher up."""
    for number, day in enumerate(_days(today)):
        if day.weekday() <= FRIDAY:
            yield Shift(_at(day, MORNING, zone), _at(day, EVENING, zone), number)
