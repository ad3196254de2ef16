from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.establishments.rules import (
    BadSlot,
    Level,
    Slot,
    check_slot,
    gaps,
    later_by_weeks,
    month_weeks,
    week_of,
)

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 3, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK_HOURS = 7 * 24
# Weeks in which clocks go forward (29 March) and back (25 October), and a plain one.
WEEKS = st.sampled_from([date(2026, 3, 26), date(2026, 10, 22), date(2026, 6, 10)])


def slot(begins, ends, level=1, key=None):
    """Return a duty from one hour to another, counted from START."""
    return Slot(START + begins * HOUR, START + ends * HOUR, level, key)


@st.composite
def slots(draw):
    begins = draw(st.integers(-30, WEEK_HOURS + 30))
    return slot(begins, begins + draw(st.integers(1, 80)), draw(st.sampled_from([1, 2])))


def covered(shifts, at):
    return any(shift.start <= at < shift.end for shift in shifts)


@given(st.lists(slots(), max_size=12))
def test_every_hour_has_somebody_or_lies_in_a_gap(shifts):
    end = START + WEEK_HOURS * HOUR
    holes = gaps(shifts, START, end)
    for number in range(WEEK_HOURS):
        at = START + number * HOUR
        assert covered(shifts, at) != any(hole.start <= at < hole.end for hole in holes)


@given(st.lists(slots(), max_size=12))
def test_gaps_come_in_order_apart_and_inside(shifts):
    end = START + WEEK_HOURS * HOUR
    edges = [edge for hole in gaps(shifts, START, end) for edge in (hole.start, hole.end)]
    assert edges == sorted(set(edges))
    assert all(START <= edge <= end for edge in edges)


def test_an_empty_rota_is_one_gap():
    (hole,) = gaps([], START, START + HOUR)
    assert (hole.start, hole.end) == (START, START + HOUR)


def test_a_deputy_alone_leaves_no_gap():
    assert gaps([slot(0, 24, Level.DEPUTY)], START, START + 24 * HOUR) == []


@given(st.lists(slots(), max_size=8), slots())
def test_a_duty_is_refused_exactly_where_its_level_is_taken(others, new):
    hours = range(-30, WEEK_HOURS + 120)
    same = [other for other in others if other.level == new.level]
    clash = any(covered(same, START + h * HOUR) and covered([new], START + h * HOUR) for h in hours)
    with pytest.raises(BadSlot) if clash else nullcontext() as refused:
        check_slot(new, others)
    if clash:
        assert refused.value.problem == "overlap"
        assert refused.value.other in same


def test_a_duty_may_be_moved_over_itself():
    check_slot(slot(2, 12, key=7), [slot(0, 10, key=7)])
    with pytest.raises(BadSlot, match="overlap"):
        check_slot(slot(2, 12, key=8), [slot(0, 10, key=7)])


@pytest.mark.parametrize(
    ("begins", "ends", "problem"), [(5, 5, "order"), (5, 4, "order"), (0, 24 * 31 + 1, "long")]
)
def test_a_duty_has_a_reasonable_length(begins, ends, problem):
    with pytest.raises(BadSlot) as refused:
        check_slot(slot(begins, ends), [])
    assert refused.value.problem == problem


@given(WEEKS, st.integers(1, 26), st.integers(0, WEEK_HOURS - 1), st.integers(1, 72))
def test_a_repeated_duty_keeps_the_time_on_the_clock(day, weeks, begins, lasts):
    monday = week_of(day, PARIS).start
    first = Slot(monday + begins * HOUR, monday + (begins + lasts) * HOUR, 2, 7)
    again = later_by_weeks(first, weeks, PARIS)
    assert (again.level, again.key) == (2, None)
    assert again.start < again.end
    for before, after in ((first.start, again.start), (first.end, again.end)):
        here, there = before.astimezone(PARIS), after.astimezone(PARIS)
        assert there.date() - here.date() == timedelta(days=7 * weeks)
        if here.hour not in {2, 3}:  # the hour that is missing or there twice
            assert (there.hour, there.minute) == (here.hour, here.minute)


def test_the_night_of_the_change_is_an_hour_short_in_march():
    night = Slot(
        datetime(2026, 3, 21, 20, tzinfo=PARIS).astimezone(UTC),
        datetime(2026, 3, 22, 8, tzinfo=PARIS).astimezone(UTC),
    )
    again = later_by_weeks(night, 1, PARIS)
    assert night.end - night.start == 12 * HOUR
    assert again.end - again.start == 11 * HOUR


@given(WEEKS)
def test_weeks_follow_each_other_without_a_seam(day):
    here, after = week_of(day, PARIS), week_of(day + timedelta(days=7), PARIS)
    assert here.end == after.start
    assert here.start.astimezone(PARIS).strftime("%a %H:%M") == "Mon 00:00"


def test_a_week_in_which_clocks_change_is_an_hour_shorter_or_longer():
    lengths = {
        day: week_of(day, PARIS).end.astimezone(UTC) - week_of(day, PARIS).start.astimezone(UTC)
        for day in (date(2026, 3, 26), date(2026, 10, 22), date(2026, 6, 10))
    }
    assert [length // HOUR - WEEK_HOURS for length in lengths.values()] == [-1, 1, 0]


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_the_weeks_of_a_month_hold_all_its_days(day):
    weeks = month_weeks(day, PARIS)
    first, last = weeks[0].start.date(), weeks[-1].end.date()
    assert first <= day.replace(day=1)
    assert first.month != day.month or first.day == 1
    assert (last - timedelta(days=7)).month == day.month
    assert last > day
    assert len(weeks) in {4, 5, 6}
