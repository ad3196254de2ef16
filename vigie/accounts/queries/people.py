"""Find people: whom a reader may administer, with their roles and what happened to them."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from vigie.accounts.models import Membership, OnTerritory, User
from vigie.accounts.queries.rights import any_of, members_of
from vigie.accounts.rules import Permission, geographies_inside
from vigie.establishments.rules import TerritoryKind


def governs(reader: User, permission: Permission, territory: OnTerritory) -> bool:
    """Return whether the reader holds the permission on the whole of a territory."""
    if territory.territory_kind == TerritoryKind.GROUP:
        groups = {m.group_id for m in reader.memberships_with(permission)}
        if territory.group_id in groups:
            return True
    return reader.may(permission, at=territory.place)


def governed(reader: User, permission: Permission) -> Q:
    """Return the predicate of the memberships and invitations whose whole territory is governed.

    It says of each row what `governs` says.
    """
    held = reader.memberships_with(permission)
    parts = [part for m in held for part in _inside(m)]
    return any_of(parts)


def _inside(membership: Membership) -> list[Q | None]:
    kind, code = TerritoryKind(membership.territory_kind), membership.territory_code
    if kind is TerritoryKind.ET:
        return [Q(site=membership.site_id)]
    if kind is TerritoryKind.EJ:
        row = membership.establishment_id
        return [Q(establishment=row), Q(site__establishment=row)]
    if kind is TerritoryKind.GROUP:
        inside = members_of([membership.group_id]).values("establishment")
        own = Q(group=membership.group_id)
        return [own, Q(establishment__in=inside), Q(site__establishment__in=inside)]
    return _inside_geography(kind, code)


def _inside_geography(kind: TerritoryKind, code: str) -> list[Q | None]:
    """Return the predicates of territories inside a nation, a region or a department."""
    column = {"nation": "country", "region": "region", "department": "department"}[kind]
    structures = [Q(**{f"establishment__{column}": code}), Q(**{f"site__{column}": code})]
    if kind is TerritoryKind.NATION:
        structures.append(Q(group__country=code))
    codes: dict[TerritoryKind, set[str]] = {}
    for one in geographies_inside(kind, code):
        codes.setdefault(one.kind, set()).add(one.code)
    geography = [Q(territory_kind=k, territory_code__in=sorted(c)) for k, c in codes.items()]
    return [*structures, *geography]


def people_governed(
    reader: User, permission: Permission = Permission.MANAGE_PEOPLE
) -> QuerySet[User]:
    """Return the people with a role, past or present, whose whole territory the reader governs."""
    roles = Membership.objects.filter(governed(reader, permission), user=OuterRef("pk"))
    return User.objects.filter(Exists(roles))


def manages(reader: User, person: User) -> bool:
    """Return whether the reader administers a person: every role they hold lies in their reach.

    Whoever holds one role beyond cannot be locked out or stripped from within.
    """
    rows = person.memberships.in_force().select_related("establishment", "site", "group")
    held = list(rows) or list(person.memberships.select_related("establishment", "site", "group"))
    return bool(held) and all(governs(reader, Permission.MANAGE_PEOPLE, m) for m in held)
