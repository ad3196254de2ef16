"""Answer who may do what and where, from memberships in force. Rights are SQL predicates."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from vigie.accounts import rules
from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.establishments.models import GroupMember
from vigie.establishments.rules import Place, TerritoryKind

NOTHING = Q(pk__in=[])  # the ORM answers it without asking the database
GEOGRAPHY = (TerritoryKind.NATION, TerritoryKind.REGION, TerritoryKind.DEPARTMENT)


def roles_with(permission: Permission) -> list[str]:
    """Return the roles that hold a permission."""
    return [role for role in rules.ROLES if rules.grants(role, permission)]


def may(user: User | AnonymousUser, permission: Permission, *, at: Place | None = None) -> bool:
    """Return whether the person holds the permission: at one place, or anywhere.

    Costs no SQL query once the memberships are read, one where only a group could allow it.
    """
    return isinstance(user, User) and user.may(permission, at=at)


def require(user: User, permission: Permission, *, at: Place) -> None:
    """Raise PermissionDenied unless the person holds the permission at the place."""
    if not may(user, permission, at=at):
        raise PermissionDenied(f"{user.journal_name} lacks {permission}")


def members_of(groups: Iterable[int | None]) -> Any:
    """Return the memberships in force of establishments in these groups."""
    return GroupMember.objects.in_force().filter(group__in=list(groups))


def names_of(columns: dict[str, str]) -> dict[str, str]:
    """Return the column of each kind of place: the usual names but for those given."""
    return {name: name for name in ("country", "region", "department", "establishment", "site")} | (
        columns
    )


@dataclass(frozen=True, slots=True)
class Held:
    """The territories on which a reader holds a permission: few, never the rows they open."""

    codes: tuple[tuple[TerritoryKind, tuple[str, ...]], ...]  # of geography, kinds without any too
    establishments: tuple[int, ...]
    sites: tuple[int, ...]
    groups: tuple[int, ...]

    @property
    def ids(self) -> dict[str, tuple[int, ...]]:
        """Return the structures, which a prepared question is asked with: Held(codes, **ids)."""
        return {"establishments": self.establishments, "sites": self.sites, "groups": self.groups}


def held(reader: User, permission: Permission) -> Held:
    """Return where the reader holds the permission. Costs no SQL query once they are read."""
    rows = reader.memberships_with(permission)
    own = {m.establishment_id for m in rows if m.territory_kind == TerritoryKind.EJ}
    lent = {d.establishment_id for d in reader.delegations_with(permission)}
    return Held(
        codes=tuple(
            (kind, tuple(sorted({m.territory_code for m in rows if m.territory_kind == kind})))
            for kind in GEOGRAPHY
        ),
        establishments=_sorted(own | lent),
        sites=_sorted({m.site_id for m in rows if m.territory_kind == TerritoryKind.ET}),
        groups=_sorted({m.group_id for m in rows if m.territory_kind == TerritoryKind.GROUP}),
    )


def _sorted(ids: set[int | None]) -> tuple[int, ...]:
    return tuple(sorted(pk for pk in ids if pk))


def within(reader: User, permission: Permission, **columns: str) -> Q:
    """Return the SQL predicate of the rows where the reader holds the permission.

    columns: the row's names for country, region, department, establishment and site, where
    they differ. An empty column name leaves that kind of territory out.
    """
    return within_held(held(reader, permission), **columns)


def within_held(where: Held, **columns: str) -> Q:
    """Return the SQL predicate of the rows on some territories; columns as for `within`."""
    names, codes = names_of(columns), dict(where.codes)
    parts = [
        among(names["country"], codes[TerritoryKind.NATION]),
        *in_nation(names, TerritoryKind.REGION, codes[TerritoryKind.REGION]),
        *in_nation(names, TerritoryKind.DEPARTMENT, codes[TerritoryKind.DEPARTMENT]),
        among(names["establishment"], where.establishments),
        among(names["site"], where.sites),
    ]
    if where.groups and names["establishment"]:
        inside = members_of(where.groups).values("establishment")
        parts.append(Q(**{f"{names['establishment']}__in": inside}))
    return any_of(parts)


def within_rota(reader: User, permission: Permission, rota: str = "") -> Q:
    """Return the predicate of the rotas, or of rows that name one, where the permission is held.

    rota: the path from the row to its rota, such as "rota__"; empty for the rotas themselves.
    """
    return rotas_held(held(reader, permission), rota)


def rotas_held(where: Held, rota: str = "") -> Q:
    """Return the predicate of the rotas on some territories; rota as for `within_rota`.

    A rota belongs to a nation or a region, whose codes it has, or to a structure.
    """
    geography = {"country": f"{rota}country", "region": f"{rota}region"}
    none = {"department": "", "establishment": "", "site": ""}
    return (
        within_held(where, **none | geography)
        | _at_structure(where, f"{rota}establishment")
        | _at_structure(where, f"{rota}site", owner=f"{rota}site__establishment")
    )


def _at_structure(where: Held, row: str, owner: str = "") -> Q:
    columns = {name: f"{row}__{name}" for name in ("country", "region", "department")}
    columns |= {"establishment": owner or row, "site": row if owner else ""}
    return within_held(where, **columns)


def in_nation(names: dict[str, str], kind: TerritoryKind, codes: Iterable[str]) -> list[Q | None]:
    """Return the predicates of the rows in some regions or departments, each in its own nation."""
    nations: dict[str, set[str]] = {}
    for code in codes:
        nations.setdefault(rules.nation_of(kind, code), set()).add(code)
    found = [(nation, among(names[kind.value], own)) for nation, own in sorted(nations.items())]
    country = names["country"]
    return [
        part & Q(**{country: nation}) if part and country else part
        for nation, part in found
        if nation
    ]


def among(column: str, values: Iterable[Any]) -> Q | None:
    """Return the predicate that a column holds one of the values, None where nothing can."""
    values = {value for value in values if value}
    return Q(**{f"{column}__in": sorted(values)}) if column and values else None


def any_of(parts: Iterable[Q | None]) -> Q:
    """Return the predicate that one of the parts holds; without parts no row does."""
    found = [part for part in parts if part is not None]
    if not found:
        return NOTHING
    whole = found[0]
    for part in found[1:]:
        whole |= part
    return whole
