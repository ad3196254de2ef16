"""Give roles on territories, and end them."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from vigie.accounts import queries, rules
from vigie.accounts.models import Membership, OnTerritory, User
from vigie.accounts.operations.delegations import revoke_all_given
from vigie.accounts.rules import (
    AlreadyHeld,
    BadDates,
    Operator,
    OwnRights,
    Permission,
    UnfitRole,
)
from vigie.audit.operations import record
from vigie.establishments.rules import Actor, Territory


@transaction.atomic
def give_membership(
    *,
    by: Actor,
    person: User,
    role: str,
    territory: Territory,
    now: datetime,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Membership:
    """Give a person a role on a territory, from now or later, until a moment or for good.

    Raises PermissionDenied unless `by` administers people on that whole territory and knows the
    person from there, OwnRights, UnfitRole, UnknownTerritory, BadDates, AlreadyHeld.
    """
    if isinstance(by, User) and not queries.knows(by, person):
        raise PermissionDenied(f"{by.journal_name} does not know {person.journal_name}")
    columns = require_may_give(by, role, territory, to=person)
    return store_membership(
        by, person, role, columns, now=now, starts=valid_from or now, ends=valid_to
    )


def require_may_give(
    by: Actor, role: str, territory: Territory, *, to: User | None = None
) -> dict[str, Any]:
    """Return the columns of the territory when `by` may give the role on the whole of it.

    Raises PermissionDenied, OwnRights, UnfitRole, UnknownTerritory.
    """
    if not rules.fits(role, territory.kind):
        raise UnfitRole
    columns = queries.columns_of(territory)
    require_governs(by, Membership(**columns))
    if to is not None and to == by:
        raise OwnRights
    return columns


def require_governs(by: Actor, row: OnTerritory) -> None:
    """Raise PermissionDenied unless `by` administers people on the whole territory."""
    if isinstance(by, Operator):
        return
    if not isinstance(by, User) or not queries.governs(by, Permission.MANAGE_PEOPLE, row):
        raise PermissionDenied(f"{by.journal_name} gives no roles on {row.territory}")


def store_membership(
    by: Actor,
    person: User,
    role: str,
    columns: dict[str, Any],
    *,
    now: datetime,
    starts: datetime,
    ends: datetime | None,
) -> Membership:
    """Store the role; the caller has checked who may. Raises BadDates, AlreadyHeld."""
    if ends is not None and ends <= max(starts, now):
        raise BadDates
    same = Membership.objects.filter(user=person, role=role, **columns)
    if same.filter(Q(valid_to=None) | Q(valid_to__gt=starts)).exists():
        raise AlreadyHeld
    row = Membership.objects.create(
        user=person,
        role=role,
        **columns,
        valid_from=starts,
        valid_to=ends,
        given_by=by.journal_name,
    )
    _journal(by, "membership.given", row, now)
    return row


@transaction.atomic
def end_membership(*, by: Actor, membership: Membership, now: datetime) -> None:
    """End a role now; what a director delegated with it ends too.

    Raises PermissionDenied, OwnRights.
    """
    require_governs(by, membership)
    if membership.user == by:
        raise OwnRights
    if membership.valid_to is not None and membership.valid_to <= now:
        return
    membership.valid_to = max(now, membership.valid_from)
    membership.save(update_fields=["valid_to"])
    if rules.grants(membership.role, Permission.DELEGATE):
        revoke_all_given(by=by, giver=membership.user, now=now)
    _journal(by, "membership.ended", membership, now)


def _journal(by: Actor, verb: str, row: Membership, now: datetime) -> None:
    details = {"role": row.role, "territory": str(row.territory)}
    if row.valid_from > now:
        details["since"] = row.valid_from.isoformat(timespec="minutes")
    if row.valid_to is not None and row.valid_to > now:
        details["until"] = row.valid_to.isoformat(timespec="minutes")
    record(
        actor=by.journal_name,
        verb=verb,
        target=row.user.journal_name,
        at=now,
        details=dict(details),
    )
