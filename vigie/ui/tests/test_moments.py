"""Dates, durations and numbers as French and English readers write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from vigie.ui import moments
from vigie.ui.templatetags import ui

NOW = datetime(2026, 11, 22, 2, 41, tzinfo=UTC)  # Sunday, 03:41 in Paris


@pytest.fixture(autouse=True)
def in_paris():
    with timezone.override(ZoneInfo("Europe/Paris")), translation.override("fr"):
        yield


def plain(text):
    return text.replace(moments.NBSP, " ")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (NOW, "03:41"),
        (datetime(2026, 11, 21, 23, 0, tzinfo=UTC), "00:00"),  # midnight of the same day here
        (datetime(2026, 11, 21, 22, 59, tzinfo=UTC), "sam. 23:59"),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "lun. 09:00"),
        (datetime(2026, 11, 28, 8, 0, tzinfo=UTC), "sam. 09:00"),
        (datetime(2026, 11, 29, 8, 0, tzinfo=UTC), "29 nov., 09:00"),  # also a Sunday
        (datetime(2026, 11, 15, 8, 0, tzinfo=UTC), "15 nov., 09:00"),
        (datetime(2026, 7, 14, 7, 5, tzinfo=UTC), "14 juil., 09:05"),  # summer time
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), "1 janv., 00:00"),
        (datetime(2025, 12, 31, 22, 0, tzinfo=UTC), "31 déc. 2025, 23:00"),
        (date(2026, 11, 25), "mer. 25 nov."),
        (date(2025, 3, 1), "1 mars 2025"),
        (None, "–"),
    ],
)
def test_a_day_is_said_as_soon_as_it_is_not_today(value, words):
    assert plain(moments.short(value, NOW)) == words


def test_without_now_a_moment_is_said_in_full():
    assert plain(moments.short(NOW)) == "dim. 22 nov. 2026, 03:41"


def test_the_reader_s_zone_decides():
    with timezone.override(ZoneInfo("Indian/Reunion")):
        assert moments.short(NOW, NOW) == "06:41"
        assert plain(moments.full(NOW)).endswith("06:41 (UTC+4)")


def test_programs_read_a_moment_with_its_offset():
    assert moments.machine(NOW) == "2026-11-22T03:41:00+01:00"
    assert moments.machine(None) == ""


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Paris", "UTC+1"),
        ("America/Guadeloupe", "UTC-4"),
        ("Asia/Kolkata", "UTC+5:30"),
        ("America/St_Johns", "UTC-3:30"),
        ("UTC", "UTC"),
    ],
)
def test_the_offset_is_said_in_hours(zone, words):
    assert moments.offset(NOW.astimezone(ZoneInfo(zone))) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=38), "38 min"),
        (timedelta(minutes=60), "1 h 00"),
        (timedelta(hours=1, minutes=52), "1 h 52"),
        (timedelta(hours=9, minutes=59), "9 h 59"),
        (timedelta(hours=10, minutes=59), "10 h"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(hours=24), "1 j"),
        (timedelta(days=5, hours=20), "5 j"),
        (timedelta(minutes=-5), "0 min"),
    ],
)
def test_a_duration_is_as_fine_as_it_matters(length, words):
    assert plain(moments.duration(length)) == words


def test_durations_never_break_at_the_end_of_a_line():
    assert " " not in moments.duration(timedelta(hours=1, minutes=52))


def test_what_is_due_says_how_soon_and_then_how_late():
    assert plain(moments.until(NOW + timedelta(minutes=4), NOW)) == "dans 4 min"
    assert plain(moments.until(NOW - timedelta(minutes=21), NOW)) == "en retard de 21 min"
    assert moments.until(NOW, NOW) == "maintenant"
    assert moments.until(NOW - timedelta(seconds=59), NOW) == "maintenant"
    assert plain(moments.until(NOW - timedelta(seconds=60), NOW)) == "en retard de 1 min"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026", "2026"),
        ("2026-03", "mars 2026"),
        ("2026-03-14", "sam. 14 mars 2026"),
        ("2026-03-14T02:10+01:00", "sam. 14 mars 2026, 02:10 (UTC+1)"),
        ("2026-03-14T02:10-04:00", "sam. 14 mars 2026, 02:10 (UTC-4)"),  # as it was lived
        ("2026-03-14T02:10", "sam. 14 mars 2026, 02:10"),
        ("", "non saisi"),
        (None, "non saisi"),
        ("2026-13", "2026-13"),
        ("bientôt", "bientôt"),
    ],
)
def test_a_date_known_in_part_is_said_in_part(text, words):
    assert plain(moments.partial(text)) == words


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (0, "0", "0"),
        (1234567, "1 234 567", "1,234,567"),
        (12.5, "12,5", "12.5"),
        (None, "–", "–"),
    ],
)
def test_numbers_follow_the_language(value, french, english):
    assert plain(ui.number(value)) == french
    with translation.override("en"):
        assert ui.number(value) == english


def test_the_thousands_of_french_stand_on_a_space_that_the_font_draws():
    assert ui.number(1000) == "1\N{NO-BREAK SPACE}000"


def test_a_share_that_nobody_can_tell_is_not_zero():
    assert plain(ui.percent(None)) == "n. c."
    assert plain(ui.percent(0)) == "0 %"
    assert plain(ui.percent(41.25, 1)) == "41,2 %"
    assert plain(ui.percent(200 / 3, 1)) == "66,7 %"
    assert plain(ui.percent(99.6)) == "100 %"


@pytest.mark.parametrize(
    ("octets", "words"),
    [(0, "0 ko"), (1, "1 ko"), (418_000, "418 ko"), (2_100_000, "2,1 Mo"), (3e9, "3,0 Go")],
)
def test_sizes_are_said_as_people_say_them(octets, words):
    assert plain(ui.file_size(octets)) == words


def test_filters_take_now_from_the_page():
    page = Template("{% load ui %}{{ at|when:now }} {{ at|since:now }} {{ at|until:now }}")
    text = page.render(Context({"at": NOW - timedelta(minutes=10), "now": NOW}))
    assert plain(text) == "03:31 10 min en retard de 10 min"
