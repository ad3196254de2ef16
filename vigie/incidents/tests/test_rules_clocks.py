"""Clocks: what sets them running, until when, across months, zones and changes of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.rules.duties import deadlines
from vigie.incidents.rules.duties.clocks import Ended, State, Waits
from vigie.incidents.rules.duties.record import Act, ActKind, BadAct, Channel
from vigie.incidents.tests.law import (
    ATTACK,
    ENTITY,
    KNEW,
    LEAK,
    PARIS,
    SIGNIFICANT,
    act,
    after,
    answer,
    clocks,
)
from vigie.reference.duties import Due, DueKind

WITHIN = DueKind.WITHIN
ZONES = st.sampled_from(
    ["Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Auckland", "UTC"]
).map(ZoneInfo)
MOMENTS = st.integers(-3_000_000, 30_000_000).map(lambda minutes: after(minutes=minutes))


def in_paris(*parts):
    return datetime(*parts, tzinfo=PARIS)


def shown(moment, zone=PARIS):
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


# lengths


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        (in_paris(2026, 3, 28, 2, 10), 72, "2026-03-31 03:10"),  # an hour is lost
        (in_paris(2026, 10, 24, 2, 10), 72, "2026-10-27 01:10"),  # an hour comes twice
        (in_paris(2026, 7, 1, 2, 10), 24, "2026-07-02 02:10"),
        (in_paris(2026, 12, 24, 18, 0), 72, "2026-12-27 18:00"),  # through Christmas
    ],
)
def test_hours_are_hours_of_the_calendar_across_changes_of_the_clocks(start, hours, expected):
    assert shown(deadlines.deadline(start, Due(WITHIN, hours=hours), PARIS)) == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (in_paris(2026, 1, 31, 9, 0), 1, "2026-02-28 09:00"),
        (in_paris(2028, 1, 31, 9, 0), 1, "2028-02-29 09:00"),
        (in_paris(2026, 3, 15, 9, 0), 1, "2026-04-15 09:00"),  # by the clocks on the wall
        (in_paris(2026, 12, 5, 23, 30), 1, "2027-01-05 23:30"),
        (in_paris(2026, 11, 30, 9, 0), 3, "2027-02-28 09:00"),
    ],
)
def test_months_are_months_of_the_calendar_of_the_place(start, months, expected):
    assert shown(deadlines.deadline(start, Due(WITHIN, months=months), PARIS)) == expected


def test_a_month_is_counted_where_the_incident_is():
    start = datetime(2026, 1, 31, 21, 0, tzinfo=UTC)  # the first of February in La Réunion
    reunion = ZoneInfo("Indian/Reunion")
    due = deadlines.deadline(start, Due(WITHIN, months=1), reunion)
    assert shown(due, reunion) == "2026-03-01 01:00"


def test_without_hours_there_is_no_deadline():
    assert deadlines.deadline(KNEW, Due(DueKind.WITHOUT_DELAY), PARIS) is None
    assert deadlines.deadline(KNEW, Due(DueKind.NONE), PARIS) is None


@given(MOMENTS, ZONES, st.integers(0, 24 * 60), st.integers(0, 24))
def test_nothing_is_due_before_its_start(start, zone, hours, months):
    due = deadlines.deadline(start, Due(WITHIN, hours=hours, months=months), zone)
    assert due >= start
    assert due - start >= timedelta(hours=hours)


@given(MOMENTS, ZONES, ZONES, st.integers(1, 24 * 60))
def test_hours_do_not_depend_on_the_zone(start, one, other, hours):
    due = Due(WITHIN, hours=hours)
    elsewhere = start.astimezone(other)
    assert deadlines.deadline(start, due, one) == deadlines.deadline(elsewhere, due, other)


@given(MOMENTS, ZONES, st.integers(1, 24))
def test_a_month_later_is_the_same_hour_of_the_same_day_or_the_last_of_its_month(
    start, zone, months
):
    due = deadlines.deadline(start, Due(WITHIN, months=months), zone)
    was, will = start.astimezone(zone), due.astimezone(zone)
    assert (will.year * 12 + will.month) - (was.year * 12 + was.month) == months
    assert will.day == was.day or (will + timedelta(days=1)).month != will.month
    # An hour that the clocks skip comes an hour later.
    assert (will.hour - was.hour) % 24 in {0, 1}


@given(MOMENTS, st.integers(0, 24 * 60))
def test_soon_comes_within_the_time_that_there_is_unless_that_is_short(start, hours):
    due = start + timedelta(hours=hours)
    lead = deadlines.lead(start, due)
    assert timedelta(hours=6) <= lead <= timedelta(hours=72)
    assert lead <= due - start or hours < 6


# states


@pytest.mark.parametrize(
    ("hours", "state"),
    [(0, "running"), (53, "running"), (54, "soon"), (72, "soon"), (72.1, "late"), (900, "late")],
)
def test_a_clock_runs_then_is_soon_due_then_late(hours, state):
    assert clocks(LEAK, now=after(hours=hours))["RGPD33.INIT"].state == state


def test_time_left_and_gone():
    clock = clocks(LEAK, now=after(hours=18))["RGPD33.INIT"]
    assert clock.left(after(hours=18)) == timedelta(hours=54)
    assert clock.share(after(hours=18)) == 25
    assert clock.share(after(days=-1)) == 0
    assert clock.share(after(days=9)) == 100


AWARE = act("aware", "RGPD33", at=KNEW)


@pytest.mark.parametrize(("hours", "in_time"), [(71, True), (72, True), (72.1, False)])
def test_what_was_sent_is_in_time_by_its_first_sending(hours, in_time):
    sent = [
        act("sent", "RGPD33", "INIT", at=after(hours=hours + 100)),
        act("sent", "RGPD33", "INIT", at=after(hours=hours)),
    ]
    clock = clocks(LEAK, acts=[AWARE, *sent], now=after(days=99))["RGPD33.INIT"]
    assert clock.state is State.DONE
    assert clock.first_sent is sent[1]
    assert clock.in_time(after(days=99)) is in_time


def test_figures_take_what_is_late_and_nothing_that_is_assumed():
    late = after(days=4)
    assert clocks(LEAK, acts=[AWARE], now=late)["RGPD33.INIT"].in_time(late) is False
    assert clocks(LEAK, acts=[AWARE], now=KNEW)["RGPD33.INIT"].in_time(KNEW) is None
    assert clocks(LEAK, now=late)["RGPD33.INIT"].in_time(late) is None


# NIS 2


def nis2(*acts, **more):
    return clocks({}, acts=[SIGNIFICANT, *acts], **ENTITY | more)


SENT_LATE = act("sent", "NIS2", "IN", at=after(days=10))


def test_the_final_report_runs_from_the_submission_of_the_72_hour_notice():
    assert nis2()["NIS2.FR"].waits is Waits.SENT
    found = nis2(SENT_LATE, now=after(days=11))["NIS2.FR"]
    assert found.start == after(days=10)
    # 24 March 02:00 in Paris, so 24 April 02:00 in Paris, where clocks changed in between.
    assert shown(found.due) == "2026-04-24 02:00"


def test_both_first_stages_run_from_the_knowledge_that_it_is_significant():
    aware = act("aware", "NIS2", at=after(hours=20))
    found = nis2(aware, now=after(hours=21))
    assert found["NIS2.EW"].due == after(hours=44)
    assert found["NIS2.IN"].due == after(hours=92)


def test_a_report_on_request_starts_with_the_request():
    assert nis2()["NIS2.IR"].waits is Waits.EVENT
    asked = act("event", "NIS2", "IR", at=after(days=2))
    found = nis2(asked, now=after(days=3))["NIS2.IR"]
    assert (found.state, found.start, found.due) == (State.RUNNING, after(days=2), None)


FINAL_DUE = in_paris(2026, 4, 24, 2, 0)


def test_an_incident_that_is_over_needs_a_final_report_and_no_progress_report():
    over = {"resolved_at": after(days=12), "now": after(days=13)}
    found = nis2(SENT_LATE, **over)
    assert found["NIS2.FR"].state is State.RUNNING
    for key in ("NIS2.PR", "NIS2.FR2"):
        assert (found[key].state, found[key].ended) == (State.NOT_APPLICABLE, Ended.OVER), key


def test_an_incident_that_goes_on_needs_a_progress_report_then_a_final_one():
    before = nis2(SENT_LATE, now=FINAL_DUE - timedelta(days=9))
    assert (before["NIS2.PR"].state, before["NIS2.PR"].waits) == (State.COMING, Waits.ONGOING)
    assert before["NIS2.PR"].due == FINAL_DUE
    soon = nis2(SENT_LATE, now=FINAL_DUE - timedelta(hours=71))
    assert soon["NIS2.PR"].state is State.SOON
    past = nis2(SENT_LATE, now=FINAL_DUE + timedelta(hours=1))
    assert past["NIS2.FR"].ended is Ended.REPLACED
    assert past["NIS2.PR"].state is State.LATE
    assert past["NIS2.FR2"].waits is Waits.RESOLVED
    end = FINAL_DUE + timedelta(days=20)
    ended = nis2(SENT_LATE, now=end + timedelta(days=1), resolved_at=end)
    assert ended["NIS2.FR"].ended is Ended.REPLACED
    assert shown(ended["NIS2.FR2"].due) == "2026-06-14 02:00"


def test_people_served_are_told_where_they_are_affected():
    assert nis2()["NIS2.REC"].state is State.TO_CHECK
    told = nis2(answer("service_recipients_affected", "yes"))["NIS2.REC"]
    assert told.state is State.WITHOUT_DELAY
    assert "NIS2.REC" not in nis2(answer("service_recipients_affected", "no"))


# anything that people may record

HOURS = st.integers(-500, 5_000)


def moment(draw):
    return after(hours=draw(HOURS))


@st.composite
def recorded(draw):
    """Anything that people may record of NIS 2 and of the data breach."""
    pairs = [("NIS2", code) for code in ("EW", "IN", "IR", "FR", "PR", "FR2", "REC")]
    pairs += [("RGPD33", "INIT"), ("RGPD33", "COMPL")]
    kinds = st.sampled_from(["aware", "event", "sent", "not_applicable", "stopped"])
    acts = [SIGNIFICANT, answer("service_recipients_affected", "yes")]
    for _ in range(draw(st.integers(0, 8))):
        regime, stage = draw(st.sampled_from(pairs))
        acts.append(act(draw(kinds), regime, stage, at=moment(draw), reason="x"))
    return acts


@given(recorded(), HOURS, st.none() | HOURS, ZONES)
def test_whatever_is_recorded_no_stage_is_due_before_its_start(acts, hours, resolved, zone):
    end = None if resolved is None else after(hours=resolved)
    found = clocks(LEAK, acts=acts, now=after(hours=hours), resolved_at=end, zone=zone, **ENTITY)
    for clock in found.values():
        assert clock.start is None or clock.due is None or clock.due >= clock.start
        if clock.state is State.LATE:
            assert clock.due < after(hours=hours)
        if clock.state in (State.SOON, State.RUNNING) and clock.due:
            assert clock.due >= after(hours=hours)


@given(recorded(), HOURS, ZONES)
def test_a_knowledge_that_is_amended_moves_its_own_regime_alone(acts, hours, zone):
    said = {"now": after(hours=9_000), "zone": zone} | ENTITY
    before = clocks(LEAK, acts=acts, **said)
    amended = [*acts, act("aware", "RGPD33", at=after(hours=hours))]
    now = clocks(LEAK, acts=amended, **said)
    assert now["RGPD33.INIT"].start == after(hours=hours)
    assert now["RGPD33.INIT"].due == after(hours=hours + 72)
    elsewhere = [key for key in before if not key.startswith("RGPD33.")]
    assert {key: before[key] for key in elsewhere} == {key: now[key] for key in elsewhere}


@given(recorded(), HOURS)
def test_a_sending_settles_a_stage_for_good(acts, hours):
    sent = act("sent", "RGPD33", "INIT", at=after(hours=hours))
    clock = clocks(LEAK, acts=[*acts, sent], now=after(hours=9_000))["RGPD33.INIT"]
    assert clock.state is State.DONE


@given(recorded(), st.integers(0, 5_000))
def test_time_alone_never_makes_a_clock_vanish(acts, hours):
    first = clocks(LEAK | ATTACK, acts=acts, **ENTITY)
    later = clocks(LEAK | ATTACK, acts=acts, now=after(hours=hours), **ENTITY)
    assert first.keys() == later.keys()


# what is recorded must hold together


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("sent", {"channel": None}, "channel"),
        ("not_applicable", {}, "reason"),
        ("stopped", {"reason": "  "}, "reason"),
        ("retracted", {}, "reason"),
        ("answer", {}, "answer"),
        ("aware", {"at": after(hours=1)}, "at"),
    ],
)
def test_a_record_that_lacks_something_is_refused(kind, more, field):
    with pytest.raises(BadAct) as refused:
        act(kind, "RGPD33", "INIT", **more).check(KNEW)
    assert refused.value.field == field


def test_a_clock_ten_minutes_ahead_is_another_clock():
    Act(ActKind.SENT, after(minutes=9), channel=Channel.MAIL).check(KNEW)
