"""Narrow lists to the one territory that a reader chose to look at."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.accounts import rules
from vigie.accounts.models import Membership, User
from vigie.accounts.queries.rights import any_of, in_nation, members_of, names_of
from vigie.establishments.rules import Territory, TerritoryKind

STEPS_DOWN = {
    (TerritoryKind.NATION, TerritoryKind.REGION),
    (TerritoryKind.REGION, TerritoryKind.DEPARTMENT),
}
GEOGRAPHIC = (TerritoryKind.REGION, TerritoryKind.DEPARTMENT)
COLUMNS = {
    TerritoryKind.NATION: "country",
    TerritoryKind.REGION: "region",
    TerritoryKind.DEPARTMENT: "department",
    TerritoryKind.GROUP: "establishment",
    TerritoryKind.EJ: "establishment",
    TerritoryKind.ET: "site",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """One territory that a reader may look at alone."""

    territory: Territory
    label: str
    row: int | None = None  # id of the group, the establishment or the site

    @property
    def code(self) -> str:
        """Return the territory as it is stored with the person."""
        return str(self.territory)


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """A line of the switch on every page; an empty code stands for all together."""

    code: str
    label: str
    is_current: bool


def scopes(reader: User) -> list[Scope]:
    """Return the territories that the reader may look at alone: their own, then parts of them.

    Costs two SQL queries for the whole page, one more where the reader serves a group.
    """
    own = [scope for m in reader.memberships_shown for scope in _own(m)]
    lent = [
        Scope(
            Territory(TerritoryKind.EJ, d.establishment.code),
            str(d.establishment),
            d.establishment_id,
        )
        for d in reader.delegations_shown
    ]
    grouped = [
        Scope(Territory(TerritoryKind.EJ, found.code), str(found), found.pk)
        for found in reader.establishments_of_groups
    ]
    parts = [scope for m in reader.memberships_in_force for scope in _parts(m)]
    return list({scope.code: scope for scope in (*own, *lent, *grouped, *parts)}.values())


def scope_of(reader: User) -> Scope | None:
    """Return the territory that the reader chose, None for all together.

    A choice that is no longer theirs counts as none. Programs are never narrowed.
    """
    if not reader.scope or reader.token_scopes is not None:
        return None
    return next((scope for scope in scopes(reader) if scope.code == reader.scope), None)


def scope_choices(reader: User) -> list[ScopeChoice]:
    """Return the lines of the switch, none where there is nothing to choose between."""
    found = scopes(reader)
    if len(found) < 2:
        return []
    if len(reader.memberships_in_force) == 1 and not reader.delegations_in_force:
        found = found[1:]  # the one territory is the same as all together
    current = scope_of(reader)
    everything = ScopeChoice("", _("Tous ensemble"), current is None)
    return [everything, *(ScopeChoice(s.code, s.label, s == current) for s in found)]


def scoped(reader: User, **columns: str) -> Q:
    """Return the predicate that narrows a list to the chosen territory; all rows without one.

    columns: as for `within`, beside which it stands: it never opens what `within` closes.
    """
    chosen = scope_of(reader)
    if chosen is None:
        return Q()
    kind = chosen.territory.kind
    column = names_of(columns)[COLUMNS[kind]]
    if not column:
        return Q()
    if kind is TerritoryKind.GROUP:
        return Q(**{f"{column}__in": members_of([chosen.row]).values("establishment")})
    if kind in GEOGRAPHIC:
        near = in_nation(names_of(columns), kind, {chosen.territory.code})
        return any_of(near)
    return Q(**{column: chosen.row or chosen.territory.code})


def _own(membership: Membership) -> Iterator[Scope]:
    territory = membership.territory
    row = membership.establishment_id or membership.site_id or membership.group_id
    yield Scope(territory, membership.territory_name, row)


def _parts(membership: Membership) -> Iterator[Scope]:
    """Yield the regions of a nation and the departments of a region."""
    kind = TerritoryKind(membership.territory_kind)
    language = get_language() or "fr"
    for inside in rules.geographies_inside(kind, membership.territory_code):
        if (kind, inside.kind) in STEPS_DOWN:
            yield Scope(inside.territory, inside.title.in_(language))
