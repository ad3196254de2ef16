"""Invite people by a letter with a secret link, and let them in."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from vigie.accounts import queries, rules
from vigie.accounts.models import Invitation, User
from vigie.accounts.operations import mail
from vigie.accounts.operations.memberships import (
    require_governs,
    require_may_give,
    store_membership,
)
from vigie.accounts.operations.people import journal, open_account
from vigie.accounts.rules import (
    AlreadyHeld,
    BadDates,
    InvitationOver,
    Operator,
    OtherAddress,
    OwnRights,
    SignInFirst,
)
from vigie.audit.operations import record
from vigie.establishments.rules import Actor, Territory

OPEN_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with its link, and whether a mail server is asked to bring it."""

    invitation: Invitation
    link: str
    by_mail: bool


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody without an account says of themselves when accepting."""

    first_name: str
    last_name: str
    password: str | None  # None: signs in through the directory that they came from
    job: str = ""
    phone: str = ""
    language: str = "fr"


@transaction.atomic
def invite(
    *,
    by: Actor,
    email: str,
    role: str,
    territory: Territory,
    now: datetime,
    membership_until: datetime | None = None,
) -> Invited:
    """Send a letter whose link gives its address a role; an earlier one for the same is replaced.

    Raises PermissionDenied unless `by` administers people on that whole territory, OwnRights,
    UnfitRole, UnknownTerritory, BadDates, AlreadyHeld.
    """
    columns = require_may_give(by, role, territory)
    if isinstance(by, User) and by.email.lower() == email.lower():
        raise OwnRights
    if membership_until is not None and membership_until <= now:
        raise BadDates
    held = queries.memberships_of_address(email).filter(role=role, **columns)
    if held.in_force().filter(valid_to=None).exists():
        raise AlreadyHeld
    same = Invitation.objects.open().filter(email=email.lower(), role=role, **columns)
    for earlier in same:
        mail.take_back(earlier, now=now)
    same.update(revoked_at=now)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email.lower(),
        role=role,
        **columns,
        token_hash=rules.fingerprint(secret),
        invited_by=by if isinstance(by, User) else None,
        created_at=now,
        expires_at=now + OPEN_FOR,
        membership_until=membership_until,
    )
    _journal(by, "invitation.sent", invitation, now, people={"email": invitation.email})
    path = reverse("accounts:invitation", kwargs={"secret": secret})
    link = f"{settings.VIGIE_URL}{path}"
    mail.invite(invitation, link, now=now)
    return Invited(invitation, link, by_mail=bool(settings.SMTP_HOST))


@transaction.atomic
def revoke_invitation(*, by: Actor, invitation: Invitation, now: datetime) -> None:
    """Make the link of an invitation worthless. Raises PermissionDenied."""
    require_governs(by, invitation)
    if invitation.accepted_at or invitation.revoked_at:
        return
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])
    mail.take_back(invitation, now=now)
    _journal(by, "invitation.revoked", invitation, now)


@transaction.atomic
def join(*, secret: str, newcomer: Newcomer, now: datetime) -> User:
    """Open an account for the invited address and give it the role.

    Raises InvitationOver, SignInFirst when the address has an account.
    """
    invitation = _held(secret)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise SignInFirst
    person = open_account(
        invitation.email,
        newcomer.password,
        first_name=newcomer.first_name,
        last_name=newcomer.last_name,
        job=newcomer.job,
        phone=newcomer.phone,
        language=newcomer.language,
    )
    journal(person, "person.joined", person, now, people={"email": person.email})
    _accept(invitation, person, now)
    return person


@transaction.atomic
def accept_invitation(*, by: User, secret: str, now: datetime) -> None:
    """Give the signed-in person the role they were invited to.

    Raises InvitationOver, OtherAddress when the letter went to somebody else.
    """
    invitation = _held(secret)
    if invitation.email.lower() != by.email.lower():
        raise OtherAddress
    _accept(invitation, by, now)


def _held(secret: str) -> Invitation:
    """Return the open invitation of a secret, locked: a link works once."""
    found = queries.open_invitation(secret)
    if found is None:
        raise InvitationOver
    return Invitation.objects.select_for_update(of=("self",)).get(pk=found.pk)


def _accept(invitation: Invitation, person: User, now: datetime) -> None:
    giver: Actor = invitation.invited_by or Operator()
    columns = {
        "territory_kind": invitation.territory_kind,
        "territory_code": invitation.territory_code,
        "establishment": invitation.establishment,
        "site": invitation.site,
        "group": invitation.group,
    }
    store_membership(
        giver,
        person,
        invitation.role,
        columns,
        now=now,
        starts=now,
        ends=invitation.membership_until,
    )
    invitation.accepted_at, invitation.accepted_by = now, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    mail.take_back(invitation, now=now)
    _journal(person, "invitation.accepted", invitation, now)


def _journal(
    by: Actor,
    verb: str,
    invitation: Invitation,
    now: datetime,
    people: dict[str, str] | None = None,
) -> None:
    record(
        actor=by.journal_name,
        verb=verb,
        target=f"invitation:{invitation.pk}",
        at=now,
        details={"role": invitation.role, "territory": str(invitation.territory)},
        people=people,
    )
