"""Dates known only in part: a year, a month, a day, or a minute with its offset. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import total_ordering
from typing import Self

FIRST_YEAR, LAST_YEAR = 1900, 2200
MAX_LENGTH = 22  # 2026-03-14T02:10+01:00

ISO = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2})"
    r"([T ](?P<time>\d{2}:\d{2})(:\d{2}(\.\d{1,9})?)?\s?(?P<offset>Z|[+-]\d{2}:?\d{2})?)?)?)?",
    re.ASCII,
)
TYPED = re.compile(
    r"((?P<day>\d{1,2})[/. -])?(?P<month>\d{1,2})[/. -](?P<year>\d{4})"
    r"([ ,T]+(à )?(?P<time>\d{1,2}[:hH]\d{2}))?",
    re.ASCII,
)


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation without needing Django; forms translate it."""
    return text


class BadDate(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A text is no date; message is a sentence to translate, params fill its gaps."""

    def __init__(self, message: str, **params: object) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


class Precision(StrEnum):
    """How much of a date is known."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"


RANKS = {precision: rank for rank, precision in enumerate(Precision)}


@total_ordering
@dataclass(frozen=True)
class PartialDate:
    """A date in part; its text is the ISO 8601 form of reduced precision that is stored.

    Order: by first moment as if in UTC, the less precise first.
    """

    text: str
    precision: Precision
    moment: datetime  # the first moment; without a zone unless precise to the minute

    @classmethod
    def parse(cls, text: str, zone: tzinfo | None = None) -> Self:
        """Return the date that ISO text spells: 2026, 2026-03, 2026-03-14, 2026-03-14T02:10+01:00.

        zone: where a time without an offset was read; seconds are dropped.
        Raises BadDate when the text spells none, or has a time without an offset and no zone.
        """
        found = ISO.fullmatch(text.strip())
        if not found:
            raise BadDate(
                gettext_noop("« %(text)s » n’est pas une date (exemples : 2026, 2026-03-14)."),
                text=text.strip()[:40],
            )
        return cls._of(found.groupdict(), zone)

    @classmethod
    def typed(cls, text: str, zone: tzinfo) -> Self:
        """Return the date that a person typed: as for parse, or 2026, 03/2026, 14/03/2026 02:10.

        zone: where the time was read. Raises BadDate when the text is no date.
        """
        found = TYPED.fullmatch(" ".join(text.split()))
        if not found:
            return cls.parse(text, zone)
        parts = found.groupdict()
        if parts["time"] and not parts["day"]:
            raise BadDate(gettext_noop("Une heure a besoin d’un jour."))
        if parts["time"]:
            parts["time"] = parts["time"].lower().replace("h", ":").zfill(5)
        return cls._of({**parts, "offset": None}, zone)

    @classmethod
    def at(cls, moment: datetime, zone: tzinfo) -> Self:
        """Return the moment to the minute, with the offset of the zone."""
        local = moment.astimezone(zone).replace(second=0, microsecond=0)
        return cls.parse(local.isoformat(timespec="minutes"), zone)

    @classmethod
    def on(cls, day: date) -> Self:
        """Return the whole day."""
        return cls.parse(day.isoformat())

    @classmethod
    def _of(cls, parts: dict[str, str | None], zone: tzinfo | None) -> Self:
        year, month, day = (int(parts[name] or 1) for name in ("year", "month", "day"))
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise BadDate(
                gettext_noop("L’année %(year)s n’est pas entre %(first)s et %(last)s."),
                year=year,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        try:
            moment = datetime(year, month, day)  # noqa: DTZ001 - a civil date has no zone
        except ValueError as reason:
            raise BadDate(gettext_noop("Ce jour n’existe pas dans le calendrier.")) from reason
        if parts["time"]:
            moment = with_time(moment, parts["time"], parts["offset"], zone)
            return cls(moment.isoformat(timespec="minutes"), Precision.MINUTE, moment)
        if parts["day"]:
            return cls(f"{moment:%Y-%m-%d}", Precision.DAY, moment)
        if parts["month"]:
            return cls(f"{moment:%Y-%m}", Precision.MONTH, moment)
        return cls(f"{moment:%Y}", Precision.YEAR, moment)

    @property
    def year(self) -> int:
        """Return the year as written."""
        return self.moment.year

    def start(self, zone: tzinfo) -> datetime:
        """Return the first moment, in UTC; zone: where the day, month or year was lived."""
        if self.precision is Precision.MINUTE:
            return self.moment.astimezone(UTC)
        return self.moment.replace(tzinfo=zone).astimezone(UTC)

    def end(self, zone: tzinfo) -> datetime:
        """Return the first moment after it, in UTC; zone as for start."""
        if self.precision is Precision.MINUTE:
            return self.start(zone) + timedelta(minutes=1)
        return self._after().replace(tzinfo=zone).astimezone(UTC)

    def _after(self) -> datetime:
        if self.precision is Precision.DAY:
            return self.moment + timedelta(days=1)
        if self.precision is Precision.MONTH and self.moment.month < 12:
            return self.moment.replace(month=self.moment.month + 1)
        return self.moment.replace(year=self.moment.year + 1, month=1)

    def day(self, zone: tzinfo) -> date | None:
        """Return the civil day in the zone, None when it is not known."""
        if self.precision is Precision.MINUTE:
            return self.moment.astimezone(zone).date()
        return self.moment.date() if self.precision is Precision.DAY else None

    def year_in(self, zone: tzinfo) -> int:
        """Return the year by the clocks of the zone; as written unless precise to the minute."""
        return (self.day(zone) or self.moment).year

    def month_in(self, zone: tzinfo) -> int | None:
        """Return the month by the clocks of the zone, None where only the year is known."""
        if self.precision is Precision.YEAR:
            return None
        return (self.day(zone) or self.moment).month

    def surely_before(self, other: "PartialDate", zone: tzinfo) -> bool:
        """Return whether every moment of it comes before every moment of the other."""
        return self.end(zone) <= other.start(zone)

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self._rank() < other._rank()

    def _rank(self) -> tuple[datetime, int, str]:
        return (self.start(UTC), RANKS[self.precision], self.text)


def with_time(day: datetime, time: str, offset: str | None, zone: tzinfo | None) -> datetime:
    """Return the day at a time such as 02:10, with its offset or the zone's at that time.

    A time that the clocks show twice is taken the first time.
    Raises BadDate for a time that does not exist, or that has neither offset nor zone.
    """
    try:
        hour, minute = (int(part) for part in time.split(":"))
        moment = day.replace(hour=hour, minute=minute)
        if offset:
            fixed = "+00:00" if offset == "Z" else offset
            return datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M}{fixed}")
    except ValueError as reason:
        raise BadDate(gettext_noop("Cette heure n’existe pas.")) from reason
    if zone is None:
        raise BadDate(gettext_noop("L’heure a besoin de son décalage (exemple : +01:00)."))
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise BadDate(gettext_noop("Cette heure n’existe pas : passage à l’heure d’été."))
    return datetime.fromisoformat(local.isoformat(timespec="minutes"))
