"""Keep what happens around signing in: who came in how, what changed in how they do."""

from datetime import datetime
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.operations import mail
from vigie.accounts.operations.people import journal


@transaction.atomic
def note_sign_in(*, person: User, ways: list[str], now: datetime) -> None:
    """Journal that a person signed in. ways: what they proved themselves with."""
    journal(person, "person.signed_in", person, now, details={"ways": ways})


@transaction.atomic
def note_security(*, person: User, event: str, now: datetime) -> None:
    """Journal what a person changed in how they sign in, and write to them about it.

    event: one of those that letters have words for.
    """
    journal(person, f"person.{event}", person, now)
    mail.tell(person, event, now=now)


@transaction.atomic
def keep_directory_claims(*, account: SocialAccount, claims: dict[str, Any]) -> None:
    """Keep of what the directory said only what Vigie uses."""
    account.extra_data = claims
    if account.pk:
        account.save(update_fields=["extra_data"])


@transaction.atomic
def choose_scope(*, by: User, scope: str) -> None:
    """Narrow the person's lists to one territory, "" for all together. A preference: no journal."""
    by.scope = scope
    by.save(update_fields=["scope"])
