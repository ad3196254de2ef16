"""Find people: whom a reader may administer, with their roles and what happened to them."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from vigie.accounts.models import (
    Delegation,
    Invitation,
    InvitationQuerySet,
    Membership,
    MembershipQuerySet,
    OnTerritory,
    User,
)
from vigie.accounts.queries.rights import any_of, members_of, within
from vigie.accounts.rules import Permission, fingerprint, geographies_inside
from vigie.establishments.models import Establishment, GroupMember
from vigie.establishments.rules import TerritoryKind

MOST_WORDS = 6
AT_ESTABLISHMENT = {
    "country": "establishment__country",
    "region": "establishment__region",
    "department": "establishment__department",
    "site": "",
}


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


def knows(reader: User, person: User) -> bool:
    """Return whether the person has, or had, a role where the reader administers people."""
    return people_governed(reader).filter(pk=person.pk).exists()


def works_at(person: User, establishment: Establishment) -> bool:
    """Return whether the person has a role in the establishment, one of its sites or its groups."""
    return workers_at(establishment).filter(pk=person.pk).exists()


def workers_at(establishment: Establishment) -> QuerySet[User]:
    """Return the active people with a role in the establishment, its sites or its groups."""
    return workers_at_any(Establishment.objects.filter(pk=establishment.pk))


def search_people(reader: User, text: str = "", role: str = "") -> QuerySet[User]:
    """Return the people whom the reader administers in part or whole, by name.

    text: words that must all stand in the name, the address or the job.
    """
    people = people_governed(reader)
    for word in text.split()[:MOST_WORDS]:
        people = people.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
            | Q(job__icontains=word)
        )
    if role:
        held = Membership.objects.in_force().filter(
            governed(reader, Permission.MANAGE_PEOPLE), user=OuterRef("pk"), role=role
        )
        people = people.filter(Exists(held))
    shown = visible_memberships(reader)
    return people.prefetch_related(Prefetch("memberships", shown, to_attr="shown")).order_by(
        "last_name", "first_name", "id"
    )


def visible_memberships(reader: User) -> QuerySet[Membership]:
    """Return the roles, past ones too, on territories where the reader administers people."""
    rows = Membership.objects.filter(governed(reader, Permission.MANAGE_PEOPLE))
    return rows.select_related("establishment", "site", "group").order_by("-valid_from", "-id")


def memberships_of_address(email: str) -> MembershipQuerySet:
    """Return the roles of whoever signs in with an address."""
    return Membership.objects.filter(user__email__iexact=email)


def visible_invitations(reader: User) -> InvitationQuerySet:
    """Return the invitations to territories where the reader administers, the newest first."""
    rows = Invitation.objects.filter(governed(reader, Permission.MANAGE_PEOPLE))
    return rows.select_related("establishment", "site", "group", "invited_by").order_by(
        "-created_at", "-id"
    )


def open_invitation(secret: str) -> Invitation | None:
    """Return the invitation of a link, None where it is over or its sender may invite no more."""
    rows = Invitation.objects.open().select_related("establishment", "site", "group", "invited_by")
    found = rows.filter(token_hash=fingerprint(secret)).first()
    if found is None or found.invited_by is None:
        return found
    sender = found.invited_by
    return found if governs(sender, Permission.MANAGE_PEOPLE, found) else None


def delegations_at(reader: User) -> QuerySet[Delegation]:
    """Return the delegations that the reader gave, received, or may end, the newest first."""
    rows = Delegation.objects.filter(
        Q(by=reader) | Q(to=reader) | within(reader, Permission.DELEGATE, **AT_ESTABLISHMENT)
    )
    return rows.select_related("establishment", "by", "to").order_by("-valid_from", "-id")


def establishments_to_delegate(reader: User) -> QuerySet[Establishment]:
    """Return the establishments for which the reader may delegate, by name."""
    rows = Establishment.objects.in_force().filter(
        within(reader, Permission.DELEGATE, establishment="id", site="")
    )
    return rows.order_by("name", "id")


def has_account(email: str) -> bool:
    """Return whether an address signs somebody in."""
    return User.objects.filter(email__iexact=email).exists()


def workers_at_any(establishments: QuerySet[Establishment]) -> QuerySet[User]:
    """Return the active people with a role in one of the establishments, a site or a group."""
    places = establishments.order_by().values("pk")
    groups = GroupMember.objects.in_force().filter(establishment__in=places).values("group")
    there = Q(establishment__in=places) | Q(site__establishment__in=places)
    roles = Membership.objects.in_force().filter(there | Q(group__in=groups), user=OuterRef("pk"))
    people = User.objects.filter(Exists(roles), is_active=True)
    return people.order_by("last_name", "first_name", "id")
