from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.establishments.rules import (
    CallReason,
    OpenCall,
    Rung,
    graver,
    is_over,
    joins,
    link_hash,
    next_rung,
)

NOW = datetime(2026, 3, 14, 2, 41, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DANGER, URGENT, REPORT = CallReason.DANGER, CallReason.URGENT, CallReason.REPORT
REASONS = st.sampled_from(list(CallReason))


def made(reason, minutes_ago, taken=False):
    return OpenCall(reason, NOW - timedelta(minutes=minutes_ago), NOW if taken else None)


@pytest.mark.parametrize(
    ("reason", "other", "together"),
    [
        (REPORT, made(REPORT, 5), True),
        (URGENT, made(REPORT, 5), True),
        (REPORT, made(URGENT, 14), True),
        (REPORT, made(REPORT, 15), False),
        (REPORT, made(REPORT, 5, taken=True), True),
        (URGENT, made(REPORT, 5, taken=True), False),
    ],
)
def test_calls_are_told_together_while_one_is_fresh(reason, other, together):
    assert joins(reason, other, now=NOW, within=QUARTER) is together


@given(REASONS, st.integers(0, 60), st.booleans())
def test_danger_is_always_a_call_of_its_own(reason, minutes, taken):
    assert not joins(DANGER, made(reason, minutes, taken), now=NOW, within=QUARTER)
    assert not joins(reason, made(DANGER, minutes, taken), now=NOW, within=QUARTER)


@given(REASONS, REASONS)
def test_the_graver_reason_wins_in_either_order(one, other):
    assert graver(one, other) == graver(other, one)
    assert graver(one, DANGER) is DANGER


LADDER = [
    Rung("ej:1", 1, 10),
    Rung("ej:1", 2, 11),
    Rung("ej:1", 3, can_be_told=False),
    Rung("region:84", 1, 20),
    Rung("nation:FR", 1, 30),
]


def climb(apart=()):
    climbed = []
    while rung := next_rung(LADDER, climbed=climbed, called_apart=apart):
        climbed.append(rung.key)
    return climbed


def test_the_ladder_is_climbed_once_in_its_order():
    assert climb() == [
        ("ej:1", 1, 10),
        ("ej:1", 2, 11),
        ("region:84", 1, 20),
        ("nation:FR", 1, 30),
    ]


def test_who_has_a_call_of_their_own_is_not_called_twice():
    assert climb(apart={"region:84"})[-1] == ("nation:FR", 1, 30)
    assert len(climb(apart={"region:84"})) == 3


def test_the_next_person_on_duty_is_another_rung():
    later = [Rung("ej:1", 1, 12)]
    assert next_rung(later, climbed=[("ej:1", 1, 10)]) == later[0]


@pytest.mark.parametrize(("hours", "over"), [(23, False), (24, True), (48, True)])
def test_a_call_is_tried_for_a_day(hours, over):
    assert is_over(NOW - timedelta(hours=hours), NOW) is over


def test_a_fingerprint_does_not_hold_the_secret():
    assert link_hash("abc") == link_hash("abc")
    assert link_hash("abc") != link_hash("abd")
    assert "abc" not in link_hash("abc")
    assert len(link_hash("abc")) == 64
