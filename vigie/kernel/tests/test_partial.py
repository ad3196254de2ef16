from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.kernel.partial import BadDate, PartialDate, Precision

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")

years = st.integers(1900, 2200)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
offsets = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))


def spelled(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


timed = st.builds(
    lambda day, time, offset: f"{day}T{time:%H:%M}{spelled(offset)}", days, st.times(), offsets
)
texts = st.one_of(years.map(str), days.map(lambda d: str(d)[:7]), days.map(date.isoformat), timed)
dates = texts.map(PartialDate.parse)
moments = st.integers(-600_000_000, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(texts)
def test_what_is_stored_is_what_was_given(text):
    assert str(PartialDate.parse(text)) == text


@given(dates)
def test_a_date_ends_after_it_starts_and_covers_what_it_says(found):
    least = {
        Precision.MINUTE: timedelta(minutes=1),
        Precision.DAY: timedelta(hours=23),
        Precision.MONTH: timedelta(days=27),
        Precision.YEAR: timedelta(days=364),
    }
    assert found.end(PARIS) - found.start(PARIS) >= least[found.precision]


@given(dates, dates, dates)
def test_order_is_total(a, b, c):
    assert (a < b) + (b < a) + (a == b) == 1
    if a < b < c:
        assert a < c


@given(dates, dates)
def test_surely_before_never_holds_both_ways(a, b):
    assert not (a.surely_before(b, PARIS) and b.surely_before(a, PARIS))
    assert not a.surely_before(a, PARIS)


@given(moments)
def test_a_moment_keeps_its_minute_wherever_it_is_read(moment):
    found = PartialDate.at(moment, PARIS)
    assert found.start(REUNION) == moment.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("2026", Precision.YEAR),
        ("2026-03", Precision.MONTH),
        ("2026-03-14", Precision.DAY),
        ("2026-03-14T02:10+01:00", Precision.MINUTE),
    ],
)
def test_precision_follows_the_text(text, precision):
    found = PartialDate.parse(text)
    assert (found.precision, found.year) == (precision, 2026)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        (" 2026-03 ", "2026-03"),
        ("2026-03-14T02:10Z", "2026-03-14T02:10+00:00"),
        ("2026-03-14 02:10:59.123456+01:00", "2026-03-14T02:10+01:00"),
        ("2026-03-14T02:10+0100", "2026-03-14T02:10+01:00"),
    ],
)
def test_other_spellings_of_iso_come_to_one(given_text, kept):
    assert str(PartialDate.parse(given_text)) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026", "2026"),
        ("03/2026", "2026-03"),
        ("3-2026", "2026-03"),
        ("14/03/2026", "2026-03-14"),
        ("14.3.2026", "2026-03-14"),
        ("14/03/2026 02:10", "2026-03-14T02:10+01:00"),
        ("14/07/2026 à 2h10", "2026-07-14T02:10+02:00"),
        ("2026-07-14T02:10", "2026-07-14T02:10+02:00"),
        ("25/10/2026 02:30", "2026-10-25T02:30+02:00"),  # shown twice that night: the first time
    ],
)
def test_people_type_dates_their_way(typed, kept):
    assert str(PartialDate.typed(typed, PARIS)) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hier",
        "26",
        "20261",
        "2026-13",
        "2026-3",
        "2026-02-30",
        "2026-03-14T25:00+01:00",
        "2026-03-14T02:10+99:00",
        "2026-03-14T02",
        "1899",
        "9999",
        "2026-03-14T02:10",  # neither offset nor zone
        "٢٠٢٦",  # digits, but not ours
    ],
)
def test_what_is_no_date_is_refused_with_a_sentence(text):
    with pytest.raises(BadDate) as refusal:
        PartialDate.parse(text)
    assert str(refusal.value).endswith(".")
    assert "%(" not in str(refusal.value)


@pytest.mark.parametrize("text", ["29/03/2026 02:30", "03/2026 02:10", "31/02/2026"])
def test_a_time_that_no_clock_showed_is_refused(text):
    with pytest.raises(BadDate):
        PartialDate.typed(text, PARIS)


def test_a_day_begins_where_it_is_lived():
    day = PartialDate.parse("2026-03-14")
    assert day.start(PARIS) == datetime(2026, 3, 13, 23, tzinfo=UTC)
    assert day.start(REUNION) == datetime(2026, 3, 13, 20, tzinfo=UTC)
    assert day.end(PARIS) == datetime(2026, 3, 14, 23, tzinfo=UTC)


def test_the_last_month_ends_with_the_year():
    assert PartialDate.parse("2026-12").end(UTC) == PartialDate.parse("2026").end(UTC)


def test_the_day_is_that_of_the_zone():
    late = PartialDate.parse("2026-03-14T23:30+01:00")
    assert late.day(PARIS) == date(2026, 3, 14)
    assert late.day(REUNION) == date(2026, 3, 15)
    assert PartialDate.parse("2026-03").day(PARIS) is None


def test_the_same_month_is_neither_before_nor_after():
    month, day = PartialDate.parse("2026-03"), PartialDate.parse("2026-03-14")
    assert not month.surely_before(day, PARIS)
    assert not day.surely_before(month, PARIS)
    assert PartialDate.parse("2026-02").surely_before(day, PARIS)


def test_the_year_is_that_of_the_zone_only_where_the_minute_is_known():
    midnight = PartialDate.parse("2025-12-31T23:30Z")
    assert midnight.year_in(PARIS) == 2026
    assert midnight.year_in(UTC) == 2025
    assert PartialDate.parse("2025-12-31").year_in(REUNION) == 2025
    assert PartialDate.parse("2025").year_in(PARIS) == 2025
