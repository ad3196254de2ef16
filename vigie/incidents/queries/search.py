"""Lists of files: filters, orders, pages. Every list starts from what the reader may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import scoped, within
from vigie.accounts.rules import Permission
from vigie.establishments.models import Establishment
from vigie.incidents.models import Event, Incident, Sighting
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.queries.keyset import Column, Cursor, Order, Slice, page
from vigie.incidents.queries.observables import digests_known
from vigie.incidents.queries.words import has_words, holding
from vigie.incidents.rules import search
from vigie.incidents.rules.follow import DANGER_RANK, PATIENT_DANGER
from vigie.incidents.rules.observables import readings
from vigie.incidents.rules.words import OPEN, Endangerment
from vigie.inventory.models import Supplier

PAGE_SIZES = (25, 50, 100, 200)
CAP = 1000  # a list counts no further: "more than 1,000"

ID = Column("id")
NEWEST: Order = (Column("declared_at", descending=True, is_moment=True), ID.reversed)
ORDERS: dict[str, Order] = {
    "newest": NEWEST,
    "oldest": (Column("declared_at", is_moment=True), ID),
    "danger": (Column("danger_rank", descending=True), *NEWEST),
    "severity": (Column("severity", descending=True), *NEWEST),
    "due": (Column("next_action_at", is_moment=True), ID),  # open files alone have one
}
# What a list shows; the rest of a row (texts of any length) stays in the database.
SHOWN = (
    "declared_at",
    "title",
    "status",
    "is_open",
    "version",
    "endangerment",
    "danger_rank",
    "category",
    "severity",
    "major_confirmed",
    "tlp",
    "country",
    "region",
    "department",
    "next_action",
    "next_action_at",
    "waiting",
    "waiting_since",
    "event_id",
    "establishment__name",
    "site__name",
    "assignee__first_name",
    "assignee__last_name",
    "assignee__email",
    "event__title",
    "event__started_at",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is asked for; empty values ask for nothing."""

    text: str = ""
    status: str = ""  # a status, "open" or "done"
    since: date | None = None  # day of the declaration, in the nation's zone
    until: date | None = None
    region: str = ""
    type: str = ""
    origin: str = ""
    category: str = ""
    severity: int | None = None  # at least
    danger: str = ""  # an endangerment, or "any" for potential and proven
    tlp: str = ""
    supplier: int | None = None
    event: int | None = None
    assignee: str = ""  # an id, "me" or "none"
    waiting: str = ""
    late: bool = False
    order: str = "newest"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows there are; capped: at least so many, counted no further."""

    total: int
    is_capped: bool = False


def listed(reader: User) -> QuerySet[Incident]:
    """Return the incidents that a list may show the reader, in the scope they chose."""
    return visible_incidents(reader).filter(scoped(reader)).only(*SHOWN)


def exportable(reader: User) -> QuerySet[Incident]:
    """Return the listed incidents that the reader may take along."""
    return listed(reader).filter(within(reader, Permission.EXPORT))


def matching(
    incidents: QuerySet[Incident], filters: Filters, *, reader: User, now: datetime
) -> QuerySet[Incident]:
    """Return the incidents that the filters leave.

    Costs one SQL query at once when words are asked for.
    """
    conditions = [test(filters) for test in TESTS]
    left = incidents.filter(*conditions, _assignee(filters.assignee, reader))
    if filters.late:
        left = left.filter(is_open=True, next_action_at__lt=now)
    if filters.order == "due":
        left = left.filter(is_open=True)
    return _asked(left, filters.text)


def found(
    incidents: QuerySet[Incident], order: str, cursor: Cursor | None, size: int
) -> Slice[Incident]:
    """Return one page of incidents in an order. Costs at most three SQL queries."""
    return page(incidents, ORDERS[order], cursor, min(size, PAGE_SIZES[-1]))


def counted(incidents: QuerySet[Incident]) -> Counted:
    """Return how many incidents there are, counted no further than the cap."""
    total = incidents.order_by()[: CAP + 1].count()
    return Counted(min(total, CAP), is_capped=total > CAP)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that filters name by number, for the reader who sees a file with them."""

    event: Event | None = None
    supplier: Supplier | None = None


def chosen(reader: User, filters: Filters) -> Chosen:
    """Return what the numbers in the filters stand for. Costs one SQL query for each."""
    visible = visible_incidents(reader).order_by()
    event, supplier = None, None
    if filters.event is not None:
        grouped = visible.filter(event=filters.event).values("event")
        event = Event.objects.filter(pk=filters.event, pk__in=grouped).first()
    if filters.supplier is not None:
        named = visible.filter(supplier=filters.supplier).values("supplier")
        supplier = Supplier.objects.filter(pk=filters.supplier, pk__in=named).first()
    return Chosen(event, supplier)


def _same(column: str, name: str) -> Callable[[Filters], Q]:
    """Return the test that a column holds the value of a filter."""

    def test(filters: Filters) -> Q:
        value = getattr(filters, name)
        return Q(**{column: value}) if value else Q()

    return test


def _status(filters: Filters) -> Q:
    if filters.status in ("open", "done"):
        return Q(is_open=filters.status == "open")
    # The index of open files serves their statuses too.
    opened = Q(is_open=True) if filters.status in OPEN else Q()
    return opened & Q(status=filters.status) if filters.status else Q()


def _period(filters: Filters) -> Q:
    since = Q(declared_at__gte=_midnight(filters.since)) if filters.since else Q()
    if not filters.until:
        return since
    return since & Q(declared_at__lt=_midnight(filters.until + timedelta(days=1)))


def zone() -> ZoneInfo:
    """Return the nation's time zone, in which days, years and shifts are counted."""
    return ZoneInfo(settings.TIME_ZONE)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def _type(filters: Filters) -> Q:
    if not filters.type:
        return Q()
    # EXISTS is tested row by row in the order of the list; IN would gather thousands first.
    own = Establishment.objects.filter(pk=OuterRef("establishment"), structure_type=filters.type)
    return Q(Exists(own))


def _severity(filters: Filters) -> Q:
    return Q() if filters.severity is None else Q(severity__gte=filters.severity)


def _danger(filters: Filters) -> Q:
    if filters.danger == "any":
        return Q(danger_rank__gte=PATIENT_DANGER)
    return Q(danger_rank=DANGER_RANK[Endangerment(filters.danger)]) if filters.danger else Q()


def _waiting(filters: Filters) -> Q:
    # Closed files wait for nobody.
    return Q(is_open=True, waiting=filters.waiting) if filters.waiting else Q()


def _assignee(wish: str, reader: User) -> Q:
    if not wish:
        return Q()
    if wish == "none":
        return Q(assignee=None)
    return Q(assignee=reader.pk if wish == "me" else int(wish))


TESTS: tuple[Callable[[Filters], Q], ...] = (
    _status,
    _period,
    _type,
    _severity,
    _danger,
    _same("region", "region"),
    _same("origin", "origin"),
    _same("category", "category"),
    _same("tlp", "tlp"),
    _same("supplier", "supplier"),
    _same("event", "event"),
    _waiting,
)


def _asked(incidents: QuerySet[Incident], text: str) -> QuerySet[Incident]:
    """Return the incidents that a typed question asks for."""
    wanted = search.wanted(text)
    if not text.strip():
        return incidents
    if wanted.file is not None and wanted.year is not None:
        return incidents.filter(_of_year(wanted.year), pk=_in_range(wanted.file))
    if wanted.event is not None:
        return incidents.filter(event=_in_range(wanted.event))
    if wanted.finess:
        of_structure = Q(establishment__finess=wanted.finess)
        return incidents.filter(of_structure | Q(site__finess=wanted.finess))
    return _holding(incidents, text, wanted.words)


def _holding(incidents: QuerySet[Incident], text: str, words: Sequence[str]) -> QuerySet[Incident]:
    """Return the incidents whose text holds the words, or in which that observable was seen."""
    rows = digests_known(readings(text))
    if not rows:
        return holding(incidents, words) if words else incidents.none()
    seen = Sighting.objects.filter(observable__in=rows, retired_at=None).values("incident")
    told = Q(has_words(words)) if words else Q(pk__in=[])
    return incidents.filter(Q(pk__in=seen) | told)


def _of_year(year: int) -> Q:
    """Return the files whose reference bears the year."""
    return Q(
        declared_at__gte=_midnight(date(year, 1, 1)),
        declared_at__lt=_midnight(date(year + 1, 1, 1)),
    )


def _in_range(number: int) -> int:
    """Return a key that the database can hold."""
    return min(number, 2**63 - 1)
