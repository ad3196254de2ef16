"""Say when, how long ago and how soon, in the reader's language and time zone."""

import re
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext, pgettext, pgettext_lazy

NBSP = "\N{NO-BREAK SPACE}"
NOTHING = "–"
WEEK = timedelta(days=6)  # beyond, the name of a day could mean two days
WEEKDAYS = (
    pgettext_lazy("jour abrégé", "lun."),
    pgettext_lazy("jour abrégé", "mar."),
    pgettext_lazy("jour abrégé", "mer."),
    pgettext_lazy("jour abrégé", "jeu."),
    pgettext_lazy("jour abrégé", "ven."),
    pgettext_lazy("jour abrégé", "sam."),
    pgettext_lazy("jour abrégé", "dim."),
)
MONTHS = (
    pgettext_lazy("mois abrégé", "janv."),
    pgettext_lazy("mois abrégé", "févr."),
    pgettext_lazy("mois abrégé", "mars"),
    pgettext_lazy("mois abrégé", "avr."),
    pgettext_lazy("mois abrégé", "mai"),
    pgettext_lazy("mois abrégé", "juin"),
    pgettext_lazy("mois abrégé", "juil."),
    pgettext_lazy("mois abrégé", "août"),
    pgettext_lazy("mois abrégé", "sept."),
    pgettext_lazy("mois abrégé", "oct."),
    pgettext_lazy("mois abrégé", "nov."),
    pgettext_lazy("mois abrégé", "déc."),
)
PARTIAL = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<time>\d\d:\d\d).*)?)?)?", re.ASCII
)


def short(value: date | datetime | None, now: datetime | None = None) -> str:
    """Return 03:41 today, « lun. 09:00 » within the week, else the day too; in full without now."""
    if value is None:
        return NOTHING
    if not isinstance(value, datetime):
        return _day(value, now)
    local = timezone.localtime(value)
    here = timezone.localtime(now) if now else None
    return _formatted(local, _pattern(local, here))


def _pattern(local: datetime, here: datetime | None) -> str:
    """Return how much of a moment to say to somebody who reads it at another."""
    if here is None:
        return pgettext("format de date", "%(weekday)s %(day)d %(month)s %(year)d, %(time)s")
    if local.date() == here.date():
        return "%(time)s"
    if abs(local.date() - here.date()) <= WEEK:
        return pgettext("format de date", "%(weekday)s %(time)s")
    if local.year == here.year:
        return pgettext("format de date", "%(day)d %(month)s, %(time)s")
    return pgettext("format de date", "%(day)d %(month)s %(year)d, %(time)s")


def full(value: date | datetime | None) -> str:
    """Return the day, the time and the offset: « dim. 22 nov. 2026, 03:41 (UTC+1) »."""
    if value is None:
        return NOTHING
    if not isinstance(value, datetime):
        return _formatted(
            value, pgettext("format de date", "%(weekday)s %(day)d %(month)s %(year)d")
        )
    local = timezone.localtime(value)
    return f"{_in_full(local)} ({offset(local)})"


def time_of_day(value: datetime) -> str:
    """Return 03:41."""
    return _formatted(value, "%(time)s")


def day_of_year(value: date) -> str:
    """Return « 22 nov. »."""
    return _formatted(value, pgettext("format de date", "%(day)d %(month)s"))


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
        return _formatted(
            date.fromisoformat(text),
            pgettext("format de date", "%(weekday)s %(day)d %(month)s %(year)d"),
        )
    if parts["month"]:
        return date_format(date(int(parts["year"]), int(parts["month"]), 1), "F Y")
    return parts["year"]


def _day(value: date, now: datetime | None) -> str:
    same_year = now is not None and timezone.localtime(now).year == value.year
    if same_year:
        return _formatted(value, pgettext("format de date", "%(weekday)s %(day)d %(month)s"))
    return _formatted(value, pgettext("format de date", "%(day)d %(month)s %(year)d"))


def _in_full(value: datetime) -> str:
    pattern = pgettext("format de date", "%(weekday)s %(day)d %(month)s %(year)d, %(time)s")
    return _formatted(value, pattern)


def _formatted(value: date | datetime, pattern: str) -> str:
    """Return the moment in a pattern; its spaces do not break."""
    parts = {
        "weekday": WEEKDAYS[value.weekday()],
        "day": value.day,
        "month": MONTHS[value.month - 1],
        "year": value.year,
        "time": f"{value:%H:%M}" if isinstance(value, datetime) else "",
    }
    return (pattern % parts).replace(" ", NBSP)
