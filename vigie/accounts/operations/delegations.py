"""Let another person declare for an establishment, and take it back."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts import queries
from vigie.accounts.models import Delegation, User
from vigie.accounts.operations import mail
from vigie.accounts.queries import may, require
from vigie.accounts.rules import BadDates, NotHere, OwnRights, Permission, TooLong
from vigie.audit.operations import record
from vigie.establishments.models import Establishment
from vigie.establishments.rules import Actor

LONGEST = timedelta(days=366)


@transaction.atomic
def delegate(
    *,
    by: User,
    to: User,
    establishment: Establishment,
    until: datetime,
    now: datetime,
    since: datetime | None = None,
    purpose: str = Delegation.Purpose.DECLARE,
) -> Delegation:
    """Let a person who works there declare under the director's authority, until a moment.

    Raises PermissionDenied, OwnRights, NotHere, BadDates, TooLong.
    """
    require(by, Permission.DELEGATE, at=establishment.place)
    starts = since or now
    if to == by:
        raise OwnRights
    if not queries.works_at(to, establishment):
        raise NotHere
    if until <= max(starts, now):
        raise BadDates
    if until > starts + LONGEST:
        raise TooLong
    row = Delegation.objects.create(
        establishment=establishment,
        by=by,
        to=to,
        purpose=purpose,
        valid_from=starts,
        valid_to=until,
    )
    _journal(by, "delegation.given", row, now)
    mail.tell_of_delegation(row, now=now)
    return row


@transaction.atomic
def revoke_delegation(*, by: User, delegation: Delegation, now: datetime) -> None:
    """End a delegation: whoever gave it may, who received it, and who may delegate there.

    Raises PermissionDenied for anybody else.
    """
    place = delegation.establishment.place
    concerned = by.pk in {delegation.by_id, delegation.to_id}
    if not concerned and not may(by, Permission.DELEGATE, at=place):
        raise PermissionDenied(f"{by.journal_name} may not revoke delegation:{delegation.pk}")
    _revoke(by, delegation, now)


def revoke_all_given(*, by: Actor, giver: User, now: datetime) -> None:
    """End what a person delegated where they may delegate no more; the caller checked who may."""
    fresh = User.objects.get(pk=giver.pk)  # its roles as they are after the change
    for row in giver.delegations_given.filter(revoked_at=None, valid_to__gt=now).order_by("id"):
        if not fresh.may(Permission.DELEGATE, at=row.establishment.place):
            _revoke(by, row, now)


def _revoke(by: Actor, row: Delegation, now: datetime) -> None:
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    _journal(by, "delegation.revoked", row, now)


def _journal(by: Actor, verb: str, row: Delegation, now: datetime) -> None:
    record(
        actor=by.journal_name,
        verb=verb,
        target=row.to.journal_name,
        at=now,
        details={
            "delegation": row.pk,
            "establishment": row.establishment_id,
            "purpose": row.purpose,
            "until": row.valid_to.isoformat(timespec="minutes"),
        },
    )
