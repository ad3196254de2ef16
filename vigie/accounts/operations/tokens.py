"""Make, use and revoke the secrets of programs."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts import queries, rules
from vigie.accounts.models import ApiToken, User
from vigie.accounts.rules import BadDates, Permission, TooLong, TooMuch
from vigie.audit.operations import record

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and its secret, which is shown once and stored nowhere."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_token(
    *,
    by: User,
    name: str,
    scopes: Iterable[Permission],
    expires_at: datetime,
    now: datetime,
    actor: str = "",
) -> NewToken:
    """Make a token for a program that acts as the person, for some of what they may do now.

    actor: who did it where it was not the person, such as "system:cli".
    Raises PermissionDenied when a program asks, TooMuch when a scope is none of the person's
    permissions, BadDates, TooLong.
    """
    if by.token_scopes is not None:
        raise PermissionDenied("a program makes no tokens")
    wanted = frozenset(scopes)
    if not wanted or not wanted <= queries.permissions_held(by):
        raise TooMuch
    if expires_at <= now:
        raise BadDates
    if expires_at > now + LONGEST:
        raise TooLong
    secret = rules.MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=by,
        name=name,
        token_hash=rules.fingerprint(secret),
        hint=secret[: rules.HINT_LENGTH],
        scopes=sorted(wanted),
        created_at=now,
        expires_at=expires_at,
    )
    record(
        actor=actor or by.journal_name,
        verb="token.created",
        target=by.journal_name,
        at=now,
        details={
            "token": token.pk,
            "scopes": sorted(wanted),
            "until": expires_at.isoformat(timespec="minutes"),
        },
    )
    return NewToken(token, secret)


def note_token_use(*, token: ApiToken, now: datetime) -> None:
    """Keep the day on which a token was last used, once a day."""
    if token.last_used_on == now.date():
        return  # no transaction: on SQLite it would make every reader wait for the writers
    with transaction.atomic():
        token.last_used_on = now.date()
        token.save(update_fields=["last_used_on"])
        record(
            actor=token.user.journal_name,
            verb="token.used",
            target=token.user.journal_name,
            at=now,
            details={"token": token.pk},
        )


@transaction.atomic
def revoke_token(*, by: User, token: ApiToken, now: datetime) -> None:
    """End a token for good: its owner may, and whoever manages its owner.

    Raises PermissionDenied for anybody else.
    """
    if token.user_id != by.pk and not queries.manages(by, token.user):
        raise PermissionDenied(f"{by.journal_name} may not revoke token:{token.pk}")
    if token.revoked_at:
        return
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record(
        actor=by.journal_name,
        verb="token.revoked",
        target=token.user.journal_name,
        at=now,
        details={"token": token.pk},
    )
