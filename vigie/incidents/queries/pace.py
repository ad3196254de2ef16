"""How the desk stands: what waits for whom, how old, how loaded, how fast."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from vigie.accounts.models import User
from vigie.accounts.queries import scoped, within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Incident, Message
from vigie.incidents.queries.search import zone
from vigie.incidents.rules.follow import PATIENT_DANGER
from vigie.incidents.rules.pace import BANDS, quantile
from vigie.incidents.rules.words import Channel, Waiting

DAYS = 14  # of the chart
ANSWERED_IN = timedelta(days=28)  # files whose first answer is measured
MOST_MEASURED = 5_000
MOST_CATEGORIES = 12


@dataclass(frozen=True, slots=True)
class Load:
    """What one person of the desk has open; None: what nobody has."""

    person: User | None
    open: int
    danger: int
    late: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of the nation: files opened, files closed or set aside."""

    day: date
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class Answers:
    """How soon the CERT first wrote to structures."""

    files: int  # declared in the period
    answered: int
    half: timedelta | None  # median
    most: timedelta | None  # nine out of ten


@dataclass(frozen=True, slots=True)
class Pace:
    """How the desk stands."""

    open: int
    danger: int
    late: int
    waiting: list[tuple[str, int]]
    bands: list[tuple[timedelta | None, int]]  # up to which age, how many
    loads: list[Load]
    categories: list[tuple[str, int]]
    days: list[DayCount]
    answers: Answers


def pace(reader: User, now: datetime) -> Pace:
    """Return how the desk stands, within what the reader may follow. Costs six SQL queries."""
    own = Incident.objects.filter(within(reader, Permission.FOLLOW), scoped(reader))
    opened = own.filter(is_open=True)
    row = opened.order_by().aggregate(
        open=Count("pk"),
        danger=Count("pk", filter=_danger()),
        late=Count("pk", filter=Q(next_action_at__lt=now)),
        **{f"waits_{side}": Count("pk", filter=Q(waiting=side)) for side in Waiting},
        **{f"band_{n}": Count("pk", filter=_aged(n, now)) for n in range(len(BANDS))},
    )
    return Pace(
        open=row["open"],
        danger=row["danger"],
        late=row["late"],
        waiting=[(str(side), row[f"waits_{side}"]) for side in Waiting if row[f"waits_{side}"]],
        bands=[(limit, row[f"band_{n}"]) for n, limit in enumerate(BANDS)],
        loads=_loads(opened, now),
        categories=_categories(opened),
        days=_days(own, now),
        answers=_answers(own, now),
    )


def _danger() -> Q:
    return Q(danger_rank__gte=PATIENT_DANGER)


def _aged(number: int, now: datetime) -> Q:
    """Return the files in a band of age: younger than its end, as old as the one before."""
    end, start = BANDS[number], BANDS[number - 1] if number else None
    younger = Q(declared_at__gt=now - end) if end else Q()
    return younger & Q(declared_at__lte=now - start) if start else younger


def _loads(opened: QuerySet[Incident], now: datetime) -> list[Load]:
    rows: Any = (
        opened.order_by()
        .values("assignee")
        .annotate(
            open=Count("pk"),
            danger=Count("pk", filter=_danger()),
            late=Count("pk", filter=Q(next_action_at__lt=now)),
            first_name=F("assignee__first_name"),
            last_name=F("assignee__last_name"),
            email=F("assignee__email"),
        )
    )
    found = [Load(_person(row), row["open"], row["danger"], row["late"]) for row in rows]
    return sorted(found, key=lambda load: (load.person is not None, -load.open, str(load.person)))


def _person(row: dict[str, Any]) -> User | None:
    if row["assignee"] is None:
        return None
    names = {name: row[name] for name in ("first_name", "last_name", "email")}
    return User(pk=row["assignee"], **names)


def _categories(opened: QuerySet[Incident]) -> list[tuple[str, int]]:
    rows: Any = opened.order_by().values("category").annotate(n=Count("pk"))
    return [
        (row["category"], row["n"]) for row in rows.order_by("-n", "category")[:MOST_CATEGORIES]
    ]


def _days(own: QuerySet[Incident], now: datetime) -> list[DayCount]:
    today = now.astimezone(zone()).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    start = datetime.combine(days[0], datetime.min.time(), zone())
    live = own.exclude(declaration__channel=Channel.IMPORT)
    opened, closed = _by_day(live, "declared_at", start), _by_day(live, "closed_at", start)
    return [DayCount(day, opened.get(day, 0), closed.get(day, 0)) for day in days]


def _by_day(own: QuerySet[Incident], column: str, start: datetime) -> dict[date, int]:
    rows: Any = own.filter(**{f"{column}__gte": start}).order_by()
    dated = rows.annotate(day=TruncDate(column, tzinfo=zone())).values("day")
    return {row["day"]: row["n"] for row in dated.annotate(n=Count("pk"))}


def _answers(own: QuerySet[Incident], now: datetime) -> Answers:
    first = Message.objects.filter(incident=OuterRef("pk"), from_desk=True).order_by("at", "id")
    recent = own.filter(declared_at__gt=now - ANSWERED_IN)
    rows = recent.exclude(declaration__channel=Channel.IMPORT).order_by("-declared_at", "-id")
    told = list(
        rows.annotate(answered_at=Subquery(first.values("at")[:1])).values_list(
            "declared_at", "answered_at"
        )[:MOST_MEASURED]
    )
    delays = [answered - declared for declared, answered in told if answered is not None]
    return Answers(len(told), len(delays), quantile(delays, 0.5), quantile(delays, 0.9))
