"""Find API tokens."""

from datetime import datetime

from django.db.models import QuerySet

from vigie.accounts import rules
from vigie.accounts.models import ApiToken, User
from vigie.accounts.rules import Permission


def token_in_force(secret: str, *, now: datetime) -> ApiToken | None:
    """Return the token of a secret with its owner, None where it is unknown, over or orphaned.

    Costs one SQL query.
    """
    if not secret.startswith(rules.MARK):
        return None
    found = ApiToken.objects.select_related("user").filter(token_hash=rules.fingerprint(secret))
    token = next(iter(found), None)  # the fingerprint is unique: nothing to put in order
    if token is None or token.revoked_at or token.expires_at <= now or not token.user.is_active:
        return None
    return token


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """Return the tokens of a person, those in force and past ones, the newest first."""
    return person.tokens.order_by("-created_at", "-id")


def permissions_held(person: User) -> frozenset[Permission]:
    """Return every permission that the person holds somewhere now."""
    return frozenset(p for p in Permission if person.may(p))
