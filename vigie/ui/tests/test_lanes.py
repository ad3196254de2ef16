"""The geometry of care episodes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.ui import lanes
from vigie.ui.lanes import Stretch

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 22, 2, 41, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stretch(start, end=None, activity="Urgences", words="Dégradé"):
    return Stretch(activity, "degraded", NOW - start, None if end is None else NOW - end, words)


def drawn(*stretches, first_sign=None, now=NOW, zone=PARIS):
    return lanes.draw(stretches, first_sign=first_sign, now=now, zone=zone)


def test_what_goes_on_ends_at_now():
    drawing = drawn(stretch(2 * HOUR))
    bar = drawing.bars[0]
    assert bar.x + bar.width == drawing.now.x


def test_places_are_in_proportion_to_time():
    drawing = drawn(stretch(2 * HOUR), stretch(HOUR, activity="Imagerie"))
    long, short = drawing.bars
    assert long.width == pytest.approx(2 * short.width, abs=2)


def test_each_activity_has_its_lane_in_the_order_of_its_start():
    drawing = drawn(stretch(HOUR, activity="Imagerie"), stretch(2 * HOUR, activity="Biologie"))
    assert [name.words for name in drawing.names] == ["Biologie", "Imagerie"]
    assert drawing.names[0].y < drawing.names[1].y


def test_stretches_that_follow_each_other_share_a_lane():
    drawing = drawn(stretch(3 * HOUR, 2 * HOUR), stretch(2 * HOUR, HOUR))
    assert len({bar.y for bar in drawing.bars}) == 1


def test_stretches_that_overlap_never_cover_each_other():
    drawing = drawn(stretch(3 * HOUR), stretch(2 * HOUR, HOUR))
    assert len({bar.y for bar in drawing.bars}) == 2
    assert len(drawing.names) == 1


def test_lines_stand_on_round_hours_of_the_reader():
    india = ZoneInfo("Asia/Kolkata")  # half an hour beside UTC
    drawing = drawn(stretch(4 * HOUR), zone=india)
    assert {tick.at.minute for tick in drawing.ticks} <= {0, 30}
    assert drawing.ticks[0].at.tzinfo is india


def test_lines_stand_on_midnight_also_when_the_clocks_change():
    spring = datetime(2026, 3, 31, 12, tzinfo=UTC)  # Paris went to summer time on the 29th
    long_ago = Stretch("Urgences", "degraded", spring - timedelta(days=5), None, "")
    drawing = lanes.draw([long_ago], first_sign=None, now=spring, zone=PARIS)
    assert drawing.whole_days
    assert {(tick.at.hour, tick.at.minute) for tick in drawing.ticks} == {(0, 0)}


def test_now_is_left_out_once_the_episodes_are_long_over():
    over = stretch(49 * HOUR, 48 * HOUR)
    assert drawn(over).now is None


def test_now_stays_while_the_end_is_near():
    assert drawn(stretch(5 * HOUR, HOUR)).now is not None


def test_the_first_sign_opens_the_drawing():
    drawing = drawn(stretch(HOUR), first_sign=NOW - 3 * HOUR)
    assert drawing.ticks[0].at <= NOW - 3 * HOUR
    assert drawing.first_sign.x < drawing.bars[0].x


def test_two_marks_close_together_are_written_on_two_lines():
    drawing = drawn(stretch(timedelta(minutes=2)), first_sign=NOW - timedelta(minutes=2))
    assert drawing.first_sign.words_y != drawing.now.words_y
    assert drawing.first_sign.words_y < drawing.height


@pytest.mark.parametrize(
    ("room", "cut"),
    [(500, "Dégradé, dossier papier"), (80, "Dégradé, do…"), (62, "Dégradé…"), (10, "")],
)
def test_words_are_cut_to_the_bar_and_end_neatly(room, cut):
    assert lanes._cut("Dégradé, dossier papier", room) == cut


def test_a_long_name_takes_two_lines_and_no_more():
    drawing = drawn(stretch(HOUR, activity="Réanimation, soins intensifs et continus"))
    lines = [name.words for name in drawing.names]
    assert lines == ["Réanimation, soins", "intensifs et continus"]
    assert drawing.names[0].y < drawing.names[1].y < drawing.bottom
    endless = drawn(stretch(HOUR, activity="Chirurgie ambulatoire et anesthésie " * 3))
    assert len(endless.names) == 2
    assert endless.names[1].words.endswith("…")


def test_nothing_happened_yet_is_drawn_without_lanes():
    drawing = drawn()
    assert drawing.bars == []
    assert drawing.now is not None


moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
stretches = st.builds(
    lambda activity, start, length: Stretch(
        activity, "degraded", start, None if length is None else start + length, "Dégradé"
    ),
    st.sampled_from(["Urgences", "Biologie", "Imagerie"]),
    moments,
    st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
)


@given(st.lists(stretches, max_size=12), st.none() | moments, moments)
def test_everything_stays_inside_the_drawing(rows, first_sign, now):
    drawing = lanes.draw(rows, first_sign=first_sign, now=now, zone=PARIS)
    assert len(drawing.bars) == len(rows)
    assert 2 <= len(drawing.ticks) <= 60
    for bar in drawing.bars:
        assert drawing.left <= bar.x <= lanes.RIGHT
        assert bar.x + bar.width <= lanes.RIGHT + 3
        assert bar.y + lanes.BAR <= drawing.bottom <= drawing.height


@given(st.lists(stretches, min_size=2, max_size=12), moments)
def test_no_bar_begins_inside_another_of_its_lane(rows, now):
    drawing = lanes.draw(rows, first_sign=None, now=now, zone=PARIS)
    lane = {}
    for bar in sorted(drawing.bars, key=lambda b: (b.y, b.stretch.start)):
        end = max(bar.stretch.end or now, bar.stretch.start)
        assert lane.get(bar.y, bar.stretch.start) <= bar.stretch.start
        lane[bar.y] = end
