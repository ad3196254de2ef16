"""Find the territories on which a role may be given."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language

from vigie.accounts.models import Membership, User
from vigie.accounts.queries.people import governs
from vigie.accounts.queries.rights import within
from vigie.accounts.rules import Permission, UnknownTerritory, geographies
from vigie.establishments import queries as establishments
from vigie.establishments.models import Establishment, Group, Site
from vigie.establishments.rules import Territory, TerritoryKind, fold

MOST = 12  # of each kind


@dataclass(frozen=True, slots=True)
class Found:
    """A territory that a search brought up."""

    territory: Territory
    name: str
    where: str = ""  # commune, department: what tells two of the same name apart

    @property
    def code(self) -> str:
        """Return the territory as text."""
        return str(self.territory)


def columns_of(territory: Territory) -> dict[str, Any]:
    """Return the columns that name the territory in a membership or an invitation.

    Raises UnknownTerritory when nothing bears the code.
    """
    kind, code = territory.kind, territory.code
    if kind in {TerritoryKind.NATION, TerritoryKind.REGION, TerritoryKind.DEPARTMENT}:
        if (kind, code) not in geographies():
            raise UnknownTerritory
        return {"territory_kind": kind, "territory_code": code}
    rows: dict[TerritoryKind, tuple[str, Any]] = {
        TerritoryKind.GROUP: ("group", Group.objects.filter(code=code)),
        TerritoryKind.EJ: ("establishment", Establishment.objects.filter(_coded(code))),
        TerritoryKind.ET: ("site", Site.objects.filter(_coded(code))),
    }
    column, found = rows[kind]
    row = found.first()
    if row is None:
        raise UnknownTerritory
    return {"territory_kind": kind, column: row}


def _coded(code: str) -> Q:
    """Return the rows with a FINESS number, or with an own code such as id42."""
    own = code.lower().removeprefix("id")
    if code.lower().startswith("id") and own.isdecimal():
        return Q(pk=int(own), finess=None)
    return Q(finess=code)


def governed_territories(reader: User, text: str) -> list[Found]:
    """Return the territories that a text names and in which the reader administers people.

    Nations, regions and departments first, then groups, establishments and sites.
    """
    if len(fold(text)) < 2:
        return []
    return [*_geography(reader, text), *_groups(reader, text), *_structures(reader, text)]


def _geography(reader: User, text: str) -> list[Found]:
    language, wanted = get_language() or "fr", fold(text)
    found = [
        Found(one.territory, one.title.in_(language), one.code)
        for one in geographies().values()
        if fold(one.title.in_(language)).startswith(wanted) or one.code.lower() == wanted
        if reader.may(Permission.MANAGE_PEOPLE, at=one.place)
    ]
    return found[:MOST]


def _groups(reader: User, text: str) -> list[Found]:
    rows = Group.objects.filter(Q(name__icontains=text.strip()) | Q(code__iexact=text.strip()))
    return [
        Found(Territory(TerritoryKind.GROUP, row.code), row.name, row.code)
        for row in rows.order_by("name", "id")[: 3 * MOST]
        if governs(
            reader,
            Permission.MANAGE_PEOPLE,
            Membership(territory_kind=TerritoryKind.GROUP, group=row),
        )
    ][:MOST]


def _structures(reader: User, text: str) -> list[Found]:
    entities = Establishment.objects.in_force().filter(
        within(reader, Permission.MANAGE_PEOPLE, establishment="id", site="")
    )
    sites = Site.objects.in_force().filter(within(reader, Permission.MANAGE_PEOPLE, site="id"))
    return [
        *(
            Found(Territory(TerritoryKind.EJ, row.code), row.name, _whereabouts(row))
            for row in establishments.search(text, among=entities, limit=MOST)
        ),
        *(
            Found(Territory(TerritoryKind.ET, row.code), row.name, _whereabouts(row))
            for row in establishments.search_sites(text, among=sites, limit=MOST)
        ),
    ]


def _whereabouts(row: Establishment | Site) -> str:
    return " · ".join(part for part in (row.commune, row.department, row.finess) if part)


def own_territories(reader: User) -> list[Found]:
    """Return the territories on which the reader administers people, as their roles name them."""
    held = {m.pk for m in reader.memberships_with(Permission.MANAGE_PEOPLE)}
    return [Found(m.territory, m.territory_name) for m in reader.memberships_shown if m.pk in held]


def may_give_roles_on(reader: User, territory: Territory) -> bool:
    """Return whether the reader administers people on the whole of a territory that exists."""
    try:
        row = Membership(**columns_of(territory))
    except UnknownTerritory:
        return False
    return governs(reader, Permission.MANAGE_PEOPLE, row)


def name_of(territory: Territory) -> str:
    """Return the name of a territory. Raises UnknownTerritory."""
    return Membership(**columns_of(territory)).territory_name
