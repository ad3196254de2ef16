"""Say when, how long ago and how soon, in the reader's language and time zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, gettext, pgettext

NBSP = "\N{NO-BREAK SPACE}"
NOTHING = "–"
WEEK = timedelta(days=6)  # beyond, the name of a day could mean two days
PARTIAL = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<time>\d\d:\d\d).*)?)?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """How one language says moments. Read from its catalogue once: a page says dozens of them."""

    weekdays: tuple[str, ...]  # from Monday
    months: tuple[str, ...]
    in_full: str
    in_week: str
    in_year: str
    in_another_year: str
    day_in_full: str
    day_in_year: str
    day_in_another_year: str
    day_of_year: str


@lru_cache
def _spoken(_language: str | None) -> Spoken:
    """Return the words of the language that is spoken now."""
    return Spoken(
        weekdays=(
            pgettext("jour abrégé", "lun."),
            pgettext("jour abrégé", "mar."),
            pgettext("jour abrégé", "mer."),
            pgettext("jour abrégé", "jeu."),
            pgettext("jour abrégé", "ven."),
            pgettext("jour abrégé", "sam."),
            pgettext("jour abrégé", "dim."),
        ),
        months=(
            pgettext("mois abrégé", "janv."),
            pgettext("mois abrégé", "févr."),
            pgettext("mois abrégé", "mars"),
            pgettext("mois abrégé", "avr."),
            pgettext("mois abrégé", "mai"),
            pgettext("mois abrégé", "juin"),
            pgettext("mois abrégé", "juil."),
            pgettext("mois abrégé", "août"),
            pgettext("mois abrégé", "sept."),
            pgettext("mois abrégé", "oct."),
            pgettext("mois abrégé", "nov."),
            pgettext("mois abrégé", "déc."),
        ),
        in_full=pgettext("format de date", "%(weekday)s %(day)d %(month)s %(year)d, %(time)s"),
        in_week=pgettext("format de date", "%(weekday)s %(time)s"),
        in_year=pgettext("format de date", "%(day)d %(month)s, %(time)s"),
        in_another_year=pgettext("format de date", "%(day)d %(month)s %(year)d, %(time)s"),
        day_in_full=pgettext("format de date", "%(weekday)s %(day)d %(month)s %(year)d"),
        day_in_year=pgettext("format de date", "%(weekday)s %(day)d %(month)s"),
        day_in_another_year=pgettext("format de date", "%(day)d %(month)s %(year)d"),
        day_of_year=pgettext("format de date", "%(day)d %(month)s"),
    )


def spoken() -> Spoken:
    """Return how the reader's language says moments."""
    return _spoken(get_language())


def short(value: date | datetime | None, now: datetime | None = None) -> str:
    """Return 03:41 today, « lun. 09:00 » within the week, else the day too; in full without now."""
    if value is None:
        return NOTHING
    if not isinstance(value, datetime):
        return _day(value, now)
    zone = timezone.get_current_timezone()
    local = timezone.localtime(value, zone)
    here = timezone.localtime(now, zone) if now else None
    return _formatted(local, _pattern(local, here))


def _pattern(local: datetime, here: datetime | None) -> str:
    """Return how much of a moment to say to somebody who reads it at another."""
    if here is None:
        return spoken().in_full
    if local.date() == here.date():
        return "%(time)s"
    if abs(local.date() - here.date()) <= WEEK:
        return spoken().in_week
    if local.year == here.year:
        return spoken().in_year
    return spoken().in_another_year


def full(value: date | datetime | None) -> str:
    """Return the day, the time and the offset: « dim. 22 nov. 2026, 03:41 (UTC+1) »."""
    if value is None:
        return NOTHING
    if not isinstance(value, datetime):
        return _formatted(value, spoken().day_in_full)
    local = timezone.localtime(value)
    return f"{_in_full(local)} ({offset(local)})"


def machine(value: datetime | None) -> str:
    """Return a moment as programs read it, in the reader's zone: 2026-11-22T03:41:00+01:00."""
    return timezone.localtime(value).isoformat() if value else ""


def time_of_day(value: datetime) -> str:
    """Return 03:41."""
    return _formatted(value, "%(time)s")


def day_of_year(value: date) -> str:
    """Return « 22 nov. »."""
    return _formatted(value, spoken().day_of_year)


def offset(value: datetime) -> str:
    """Return the offset of an aware moment: UTC, UTC+1, UTC-3:30."""
    minutes = int((value.utcoffset() or timedelta()) / timedelta(minutes=1))
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


def duration(length: timedelta) -> str:
    """Return 38 min, 1 h 52 up to ten hours, then 14 h, then 5 j; never below zero."""
    minutes = max(0, int(length / timedelta(minutes=1)))
    hours, rest = divmod(minutes, 60)
    if minutes < 60:
        words = gettext("%(minutes)d min") % {"minutes": minutes}
    elif hours < 10:
        words = gettext("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": rest}
    elif hours < 24:
        words = gettext("%(hours)d h") % {"hours": hours}
    else:
        words = gettext("%(days)d j") % {"days": hours // 24}
    return words.replace(" ", NBSP)


def since(value: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was."""
    return NOTHING if value is None else duration(now - value)


def until(value: datetime | None, now: datetime) -> str:
    """Return how soon a moment comes, or how late it is."""
    if value is None:
        return NOTHING
    if abs(value - now) < timedelta(minutes=1):
        return gettext("maintenant")
    if value > now:
        return gettext("dans %(duration)s") % {"duration": duration(value - now)}
    return gettext("en retard de %(duration)s") % {"duration": duration(now - value)}


def partial(text: str | None) -> str:
    """Return in words a date known in part: 2026, 2026-03, 2026-03-14, 2026-03-14T02:10+01:00.

    A time is shown as it was lived, with the offset that was stored.
    """
    text = str(text or "").strip()
    if not text:
        return gettext("non saisi")
    found = PARTIAL.fullmatch(text)
    try:
        return _partial(text, found.groupdict()) if found else text
    except ValueError:  # a month 13 was stored elsewhere: show it as it is
        return text


def _partial(text: str, parts: dict[str, str]) -> str:
    if parts["time"]:
        lived = datetime.fromisoformat(text)
        words = _in_full(lived)
        return f"{words} ({offset(lived)})" if lived.tzinfo else words
    if parts["day"]:
        return _formatted(date.fromisoformat(text), spoken().day_in_full)
    if parts["month"]:
        return date_format(date(int(parts["year"]), int(parts["month"]), 1), "F Y")
    return parts["year"]


def _day(value: date, now: datetime | None) -> str:
    same_year = now is not None and timezone.localtime(now).year == value.year
    return _formatted(value, spoken().day_in_year if same_year else spoken().day_in_another_year)


def _in_full(value: datetime) -> str:
    return _formatted(value, spoken().in_full)


def _formatted(value: date | datetime, pattern: str) -> str:
    """Return the moment in a pattern; its spaces do not break."""
    names = spoken()
    parts = {
        "weekday": names.weekdays[value.weekday()],
        "day": value.day,
        "month": names.months[value.month - 1],
        "year": value.year,
        "time": f"{value:%H:%M}" if isinstance(value, datetime) else "",
    }
    return (pattern % parts).replace(" ", NBSP)
