"""Read establishments within the reader's rights, for the pages of the register."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import scoped, within
from vigie.accounts.queries.journal import readable_events
from vigie.accounts.rules import Permission
from vigie.audit import queries as audit
from vigie.audit.queries import EventPage
from vigie.establishments import queries as establishments
from vigie.establishments.models import (
    Designation,
    Establishment,
    Group,
    GroupMember,
    Site,
    Today,
    Ward,
)
from vigie.establishments.rules import TerritoryKind

READ, MANAGE = Permission.READ_ESTABLISHMENTS, Permission.MANAGE_ESTABLISHMENTS
SEAT = {"establishment": "pk", "site": ""}
FOUND = 50  # hits of a search; who wants more types more
JOURNAL = 20
PAGE = 50
COUNTED = 1000  # rows after which a total says "more than"
LAST_PAGE = 400  # who leafs so far is better served by a filter


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of the register a reader wants. Empty = no limit."""

    text: str = ""
    region: str = ""
    structure_type: str = ""
    designation: str = ""
    state: str = ""  # "" open, closed, all
    by_size: bool = False


def visible_establishments(reader: User) -> QuerySet[Establishment]:
    """Return the establishments of which the reader may see the seat or a site, unordered."""
    return Establishment.objects.filter(_held(reader, READ))


def visible_sites(reader: User) -> QuerySet[Site]:
    """Return the sites of the establishments that the reader may see, unordered."""
    return Site.objects.filter(establishment__in=visible_establishments(reader).values("pk"))


def _held(reader: User, permission: Permission) -> Q:
    sites = Site.objects.filter(within(reader, permission, site="pk"))
    seat = within(reader, permission, **SEAT)
    held = reader.memberships_with(permission)
    if any(m.territory_kind == TerritoryKind.NATION for m in held):
        # Nearly every seat lies inside: the few others are asked one by one.
        return seat | Q(Exists(sites.filter(establishment=OuterRef("pk"))))
    return seat | Q(pk__in=sites.values("establishment"))


def _in_scope(reader: User) -> Q:
    chosen = scoped(reader, site="pk")
    if not chosen:  # all territories together
        return Q()
    sites = Site.objects.filter(chosen)
    return scoped(reader, **SEAT) | Q(pk__in=sites.values("establishment"))


def knows_designations(reader: User, establishment: Establishment) -> bool:
    """Return whether the reader may know what authorities made of an establishment.

    Lists of essential and vital operators are not public: reading incidents there is needed.
    """
    place = establishment.place
    return reader.may(Permission.READ_INCIDENTS, at=place) or reader.may(MANAGE, at=place)


def _designated(reader: User) -> QuerySet[Designation]:
    """Return the designations in force that the reader may know of."""
    columns = {
        "country": "establishment__country",
        "region": "establishment__region",
        "department": "establishment__department",
        "site": "",
    }
    known = within(reader, Permission.READ_INCIDENTS, **columns) | within(reader, MANAGE, **columns)
    return Designation.objects.in_force().filter(known)


def listed(reader: User, asked: Asked) -> QuerySet[Establishment]:
    """Return the visible establishments of a part of the register, in order."""
    rows = Establishment.objects.filter(_held(reader, READ)).filter(_in_scope(reader))
    if asked.state == "closed":
        rows = rows.filter(closed_on__lte=Today())
    elif not asked.state:
        rows = rows.in_force()
    if asked.region:
        sites = Site.objects.filter(region=asked.region)
        rows = rows.filter(Q(region=asked.region) | Q(pk__in=sites.values("establishment")))
    if asked.structure_type:
        rows = rows.filter(structure_type=asked.structure_type)
    if asked.designation:
        known = _designated(reader).filter(kind=asked.designation)
        rows = rows.filter(pk__in=known.values("establishment"))
    return rows.order_by("-beds", "-id") if asked.by_size else rows.order_by("name", "id")


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a long list. total: how many there are, no further than `capped` says."""

    rows: list[Establishment]
    number: int
    total: int
    capped: bool
    has_next: bool


def part_of(rows: QuerySet[Establishment], number: int) -> Part:
    """Return the page of a list with this number. Costs two queries, however long the list."""
    number = min(max(number, 1), LAST_PAGE)
    start = (number - 1) * PAGE
    shown = list(rows[start : start + PAGE + 1])
    total = rows[: COUNTED + 1].count()
    return Part(shown[:PAGE], number, min(total, COUNTED), total > COUNTED, len(shown) > PAGE)


def found(reader: User, asked: Asked) -> list[Establishment]:
    """Return what the words mean in a part of the register, the best first."""
    among = listed(reader, asked)
    return establishments.search(asked.text, among=among, limit=FOUND)


@dataclass(frozen=True, slots=True)
class Line:
    """One establishment of a list; designations: those in force that the reader may know."""

    establishment: Establishment
    sites: int
    designations: list[str]


def lines(reader: User, rows: Iterable[Establishment]) -> list[Line]:
    """Return what a list says of some establishments, in their order. Costs two queries."""
    shown = list(rows)
    ids = [row.pk for row in shown]
    counted = Site.objects.in_force().filter(establishment__in=ids).values("establishment")
    sites = dict(counted.annotate(many=Count("pk")).order_by().values_list("establishment", "many"))
    known: dict[int, list[str]] = {}
    for found in _designated(reader).filter(establishment__in=ids).order_by("kind", "id"):
        known.setdefault(found.establishment_id, []).append(found.kind)
    return [Line(row, sites.get(row.pk, 0), known.get(row.pk, [])) for row in shown]


def sites_of(establishment: Establishment) -> list[Site]:
    """Return the sites, open ones first, big ones first, each with its wards."""
    wards = Prefetch("wards", queryset=Ward.objects.order_by("name", "id"))
    sites = Site.objects.filter(establishment=establishment).prefetch_related(wards)
    return sorted(sites, key=lambda s: (s.closed_on is not None, -s.beds, s.name, s.pk))


def groups_of(establishment: Establishment) -> QuerySet[GroupMember]:
    """Return the memberships in groups, present ones first."""
    rows = GroupMember.objects.filter(establishment=establishment).select_related("group")
    return rows.order_by("left_on", "group__name", "id")


def designations_of(reader: User, establishment: Establishment) -> list[Designation]:
    """Return what authorities made of an establishment, past ones too; [] if not for the reader."""
    if not knows_designations(reader, establishment):
        return []
    rows = Designation.objects.filter(establishment=establishment)
    return list(rows.order_by("valid_to", "kind", "id"))


def visible_groups(reader: User) -> QuerySet[Group]:
    """Return the groups with a member that the reader may see, or that the reader manages."""
    members = GroupMember.objects.filter(
        group=OuterRef("pk"), establishment__in=visible_establishments(reader).values("pk")
    )
    own = within(reader, MANAGE, region="", department="", establishment="", site="")
    size = Count("members", filter=Q(members__left_on=None), distinct=True)
    return Group.objects.annotate(size=size).filter(Exists(members) | own).order_by("name", "id")


def members_of(reader: User, group: Group) -> QuerySet[GroupMember]:
    """Return the members of a group that the reader may see, present ones first."""
    visible = visible_establishments(reader).values("pk")
    rows = GroupMember.objects.filter(group=group, establishment__in=visible)
    return rows.select_related("establishment").order_by("left_on", "establishment__name", "id")


def journal_of(reader: User, *targets: str) -> EventPage | None:
    """Return the last entries about some targets, None for who may not read the journal."""
    if not reader.may(Permission.READ_JOURNAL):
        return None
    return audit.events(targets=targets, size=JOURNAL, among=readable_events(reader))
