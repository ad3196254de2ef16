"""Choose when things happened: noticed, declared, begun, over. All by the nation's clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import exp, log
from random import Random

from vigie.demo.rules.past.card import Card

DAY = timedelta(days=1)
HOURS = range(24)
# How likely something is declared at each hour of the day.
BUSY = [1, 1, 1, 1, 1, 2, 4, 8, 16, 20, 20, 18, 12, 15, 18, 18, 16, 13, 8, 5, 4, 3, 2, 1]
EVENING = 20  # later than that, the day before is nearly 24 hours ago
WEEKEND = 0.35  # of a weekday
LATEST_EVENT = date(1, 11, 20)  # so that its last declaration is of the same year
LONGEST_DELAY = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Moments:
    """When a declaration happened. over: when the incident was resolved."""

    occurred: datetime
    noticed: datetime
    declared: datetime
    over: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a year, some busier."""

    year: int
    days: tuple[date, ...]
    weights: tuple[float, ...]
    zone: tzinfo

    @classmethod
    def of(cls, year: int, zone: tzinfo, dice: Random) -> "Calendar":
        """Return the calendar of a year, with quieter and busier months."""
        months = [dice.uniform(0.75, 1.3) * (0.8 if month == 8 else 1.0) for month in range(1, 13)]
        length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        days = tuple(date(year, 1, 1) + timedelta(days=n) for n in range(length))
        weights = tuple(
            months[day.month - 1] * (WEEKEND if day.weekday() >= 5 else 1.0) for day in days
        )
        return cls(year, days, weights, zone)

    def day(self, dice: Random) -> date:
        """Return a day, the busier the likelier."""
        return dice.choices(self.days, self.weights)[0]

    def at(self, day: date, hour: int, minute: int) -> datetime:
        """Return a moment of a day."""
        return datetime.combine(day, time(hour, minute), self.zone)


def begin_events(deck: list[Card], calendar: Calendar, dice: Random) -> None:
    """Give every shared cause of the year its first moment, in the morning of a working day."""
    begun: dict[str, datetime] = {}
    for card in deck:
        if card.event is None:
            continue
        if card.event.key not in begun:
            day = calendar.day(dice)
            while day.weekday() >= 5 or day > LATEST_EVENT.replace(year=calendar.year):
                day = calendar.day(dice)
            begun[card.event.key] = calendar.at(day, dice.randint(5, 8), dice.randrange(60))
        card.starts_at = begun[card.event.key]


def moments(card: Card, before: float, calendar: Calendar, dice: Random) -> Moments:
    """Return when a declaration happened. before: hours from the first moment to the finding."""
    if card.starts_at is not None:
        noticed = card.starts_at + timedelta(minutes=dice.randint(2, 150))
        declared = noticed + _wait(card.delay, noticed, 1, calendar.zone, dice)
        occurred = card.starts_at
    else:
        hour = dice.choices(HOURS, BUSY)[0]
        if card.delay == "within_a_day":
            hour = min(hour, EVENING)
        declared = calendar.at(calendar.day(dice), hour, dice.randrange(60))
        noticed = _back(declared, _wait(card.delay, declared, -1, calendar.zone, dice))
        hours = exp(dice.gauss(log(max(before, 0.1)), 0.9))
        occurred = _back(noticed, timedelta(hours=min(hours, 24 * 200)))
    lasted = timedelta(hours=card.hours or 0.0)
    over = max(declared, noticed + lasted) + timedelta(hours=dice.uniform(0.5, 90))
    return Moments(occurred, noticed, declared, over)


def _back(moment: datetime, by: timedelta) -> datetime:
    return (moment.astimezone(UTC) - by).astimezone(moment.tzinfo)


def _wait(delay: str, moment: datetime, way: int, zone: tzinfo, dice: Random) -> timedelta:
    """Return the time between finding and declaring. way: 1 after the moment, -1 before it."""
    local = moment.astimezone(zone)
    since_midnight = timedelta(hours=local.hour, minutes=local.minute)
    room = DAY - since_midnight - timedelta(minutes=1) if way > 0 else since_midnight
    if delay == "same_day":
        wanted = timedelta(minutes=exp(dice.gauss(log(150), 0.9)))
        return wanted if wanted <= room else room * dice.random()
    if delay == "within_a_day":
        # The clocks change twice a year: an hour is left on either side.
        least, most = room + timedelta(minutes=61), DAY - timedelta(minutes=61)
        return least + (most - least) * dice.random()
    wanted = timedelta(hours=26) + timedelta(hours=exp(dice.gauss(log(60), 1.0)))
    return min(wanted, LONGEST_DELAY)
