"""The desk's queue: open files by danger for patients, then next action; events counted once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import scoped, within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Event, Incident
from vigie.incidents.queries.keyset import Column, Cursor, Order, Slice, page
from vigie.incidents.queries.search import SHOWN, Counted, Filters, matching
from vigie.incidents.rules.follow import DANGER_RANK, PATIENT_DANGER
from vigie.incidents.rules.words import Endangerment, Waiting

ORDER: Order = (
    Column("danger_rank", descending=True),
    Column("next_action_at", is_moment=True),
    Column("id"),
)
PAGE = 100
SILENCE = timedelta(days=4)  # a file that waits longer is named at the foot
MOST_EVENTS = 100
MOST_COUNTED = 5000  # open files; beyond, every figure reads "at least"
MOST_UNFOLDED = 50  # files shown under an event
RANKS = tuple(sorted(DANGER_RANK.values(), reverse=True))
CHIPS = ("", "danger", "late", "mine", "unassigned")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the queue holds."""

    open: Counted
    danger: Counted
    late: Counted
    mine: Counted
    unassigned: Counted
    for_cert: Counted
    silent: Counted  # waiting longer than SILENCE
    by_rank: dict[int, Counted]  # after the chip
    waits_since: datetime | None  # of the file that waits longest
    danger_waits_since: datetime | None  # likewise among those with danger for patients


@dataclass(slots=True)
class Banner:
    """An event in the queue: its files count once and stand folded under one line."""

    event: Event
    files: int
    regions: int
    by_rank: dict[int, int]
    lead: Incident  # the file whose next action comes first
    unfolded: list[Incident] = field(default_factory=list)
    is_banner: bool = True  # for templates: a line of the queue is this or a file

    @property
    def key(self) -> tuple[int, datetime]:
        """Return its place in the order: gravest danger, first action."""
        rank = max(rank for rank, files in self.by_rank.items() if files)
        return -rank, self.lead.next_action_at  # type: ignore[return-value]

    @property
    def rank(self) -> int:
        """Return the rank of the gravest danger among its files."""
        return -self.key[0]

    @property
    def more(self) -> int:
        """Return how many files are not among the unfolded ones."""
        return self.files - len(self.unfolded)

    @property
    def proven(self) -> int:
        """Return how many files tell of proven danger."""
        return self.by_rank[DANGER_RANK[Endangerment.PROVEN]]

    @property
    def potential(self) -> int:
        """Return how many files tell of potential danger."""
        return self.by_rank[DANGER_RANK[Endangerment.POTENTIAL]]


@dataclass(frozen=True, slots=True)
class Group:
    """The part of the queue with the same danger."""

    rank: int
    total: Counted
    in_events: int
    events: list[Event]
    start: int  # lines of the page before it
    items: list[Incident | Banner]


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue."""

    figures: Figures
    groups: list[Group]
    rows: Slice[Incident]
    banners: list[Banner]

    @property
    def lines(self) -> int:
        """Return how many lines the page has, unfolded files left out."""
        return sum(len(group.items) for group in self.groups)

    @property
    def folded(self) -> int:
        """Return how many files stand behind the events, on every page."""
        return sum(banner.files for banner in self.banners)


def open_files(reader: User) -> QuerySet[Incident]:
    """Return the open files that the reader may follow, whatever the scope they chose."""
    return Incident.objects.filter(within(reader, Permission.FOLLOW), is_open=True)


def queue(
    reader: User,
    filters: Filters,
    *,
    now: datetime,
    chip: str = "",
    unfold: int | None = None,
    cursor: Cursor | None = None,
    size: int = PAGE,
    whole: bool = False,
) -> Queue:
    """Return one page of the queue with its figures.

    chip: one of CHIPS. unfold: the event whose files are shown one by one. whole: without the
    scope that the reader chose.
    Costs at most six SQL queries, one more when words are asked for.
    """
    own = open_files(reader) if whole else open_files(reader).filter(scoped(reader))
    asked = matching(own, filters, reader=reader, now=now)
    chosen = asked.filter(_chip(chip, reader, now))
    counts = figures(reader, asked, chip, now)
    banners = _banners(chosen)
    folded = [banner.event.pk for banner in banners]
    single = chosen.filter(Q(event=None) | ~Q(event__in=folded)) if folded else chosen
    rows = page(_shown(single), ORDER, cursor, size)
    here = [banner for banner in banners if _is_here(banner, rows)]
    for banner in here:
        if banner.event.pk == unfold:
            members = _shown(chosen.filter(event=unfold))
            banner.unfolded = list(page(members, ORDER, None, MOST_UNFOLDED))
    return Queue(counts, list(_groups(rows, here, banners, counts)), rows, banners)


def _chip(chip: str, reader: User, now: datetime) -> Q:
    conditions = {
        "danger": Q(danger_rank__gte=PATIENT_DANGER),
        "late": Q(next_action_at__lt=now),
        "mine": Q(assignee=reader.pk),
        "unassigned": Q(assignee=None),
    }
    return conditions.get(chip, Q())


def _shown(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    return incidents.select_related("establishment", "site", "assignee", "event").only(*SHOWN)


def figures(reader: User, asked: QuerySet[Incident], chip: str, now: datetime) -> Figures:
    """Return the figures of a queue in one SQL query over its first MOST_COUNTED files.

    asked: the open files before a chip is chosen.
    """
    chosen = _chip(chip, reader, now)
    parts = {
        "for_cert": Q(waiting=Waiting.CERT),
        "silent": Q(waiting_since__lte=now - SILENCE),
        **{name: _chip(name, reader, now) for name in CHIPS if name},
        **{f"rank_{rank}": chosen & Q(danger_rank=rank) for rank in RANKS},
    }
    ordered = asked.order_by(*(column.term for column in ORDER))
    row = ordered[: MOST_COUNTED + 1].aggregate(
        open=Count("pk"),
        waits_since=Min("waiting_since"),
        danger_waits_since=Min("waiting_since", filter=_chip("danger", reader, now)),
        **{name: Count("pk", filter=condition) for name, condition in parts.items()},
    )
    all_seen = row["open"] <= MOST_COUNTED
    count = {name: Counted(row[name], is_capped=not all_seen) for name in ("open", *parts)}
    return Figures(
        by_rank={rank: count.pop(f"rank_{rank}") for rank in RANKS},
        waits_since=row["waits_since"],
        danger_waits_since=row["danger_waits_since"],
        **count,
    )


def _banners(chosen: QuerySet[Incident]) -> list[Banner]:
    """Return the events with two files or more, in the order of the queue. Two SQL queries."""
    counted: Any = (
        chosen.filter(event__isnull=False)
        .values("event")
        .annotate(
            files=Count("pk"),
            regions=Count("region", distinct=True),
            due=Min("next_action_at"),
            gravest=Max("danger_rank"),
            **{f"rank_{rank}": Count("pk", filter=Q(danger_rank=rank)) for rank in RANKS},
        )
        .filter(files__gte=2)
        .order_by("-gravest", "due", "event")[:MOST_EVENTS]
    )
    found = {line["event"]: line for line in counted}
    leads = _leads(chosen, list(found.values()))
    banners = [
        Banner(
            event=leads[pk].event,  # type: ignore[arg-type]
            files=line["files"],
            regions=line["regions"],
            by_rank={rank: line[f"rank_{rank}"] for rank in RANKS},
            lead=leads[pk],
        )
        for pk, line in found.items()
        if pk in leads
    ]
    return sorted(banners, key=lambda banner: (*banner.key, banner.event.pk))


def _leads(chosen: QuerySet[Incident], lines: Sequence[dict[str, Any]]) -> dict[int, Incident]:
    """Return, for each event, the file whose next action comes first."""
    if not lines:
        return {}
    first = reduce(or_, (Q(event=line["event"], next_action_at=line["due"]) for line in lines))
    rows = _shown(chosen.filter(first)).order_by("-id")
    return {row.event_id: row for row in rows if row.event_id is not None}


def _is_here(banner: Banner, rows: Slice[Incident]) -> bool:
    """Return whether an event stands on this page: right after the last row that comes before it.

    The first page shows those that come before every row.
    """
    if rows.beyond is not None and banner.key > _key(rows.beyond):
        return False
    if rows.previous is None:
        return True
    return banner.key > _key_of(rows[0])


def _key(values: Sequence[Any]) -> tuple[int, datetime]:
    return -values[0], values[1]


def _key_of(incident: Incident) -> tuple[int, datetime]:
    return -incident.danger_rank, incident.next_action_at  # type: ignore[return-value]


def _groups(
    rows: Slice[Incident], here: list[Banner], banners: list[Banner], counts: Figures
) -> Iterator[Group]:
    """Yield the groups that the page shows, gravest first, each item at its place."""
    lines: list[Incident | Banner] = [*rows, *here]
    lines.sort(key=lambda line: line.key if isinstance(line, Banner) else _key_of(line))
    start = 0
    for rank in RANKS:
        items = [line for line in lines if _rank(line) == rank]
        if not items:
            continue
        inside = [banner for banner in banners if banner.by_rank[rank]]
        yield Group(
            rank=rank,
            total=counts.by_rank[rank],
            in_events=sum(banner.by_rank[rank] for banner in inside),
            events=[banner.event for banner in inside],
            start=start,
            items=items,
        )
        start += len(items)


def _rank(line: Incident | Banner) -> int:
    return line.rank if isinstance(line, Banner) else line.danger_rank
