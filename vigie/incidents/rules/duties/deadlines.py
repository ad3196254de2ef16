"""Work out deadlines: hours of the calendar, months of the calendar. Pure.

Hours run through week-ends, holidays and changes of the clocks: the safe side, until a lawyer says
otherwise (how Regulation 1182/71 counts them is to be checked).
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo

from vigie.reference.duties import Due, DueKind

SHORTEST_LEAD, LONGEST_LEAD = timedelta(hours=6), timedelta(hours=72)


def deadline(start: datetime, due: Due, zone: tzinfo) -> datetime | None:
    """Return until when, in UTC; None where the law gives no length of time.

    zone: in whose calendar months are counted; a month ends on its last day at the latest.
    """
    if due.kind is not DueKind.WITHIN:
        return None
    later = _months_later(start, due.months, zone) if due.months else start.astimezone(UTC)
    return later + timedelta(hours=due.hours)


def _months_later(start: datetime, months: int, zone: tzinfo) -> datetime:
    local = start.astimezone(zone)
    years, month = divmod(local.month - 1 + months, 12)
    year = local.year + years
    day = min(local.day, monthrange(year, month + 1)[1])
    # Of a time that the clocks show twice, the first one.
    return local.replace(year=year, month=month + 1, day=day, fold=0).astimezone(UTC)


def lead(start: datetime, due: datetime) -> timedelta:
    """Return how long before its end a deadline is soon due: a quarter, from 6 to 72 hours."""
    length = due - start
    if not length:
        return LONGEST_LEAD
    return min(max(length / 4, SHORTEST_LEAD), LONGEST_LEAD)
