"""Know how somebody proved who they are in this session, and ask again before dangerous acts."""

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from vigie.accounts.guards.doors import View
from vigie.accounts.models import User

SECOND_FACTOR = "mfa"  # as the library names it in its records


def proven(view: View) -> View:
    """Ask again, before a dangerous act, for the password or the second factor of long ago.

    What was posted is kept meanwhile, then done.
    """
    guarded: View = reauthentication_required(view, app="vigie.accounts")
    return guarded


def has_second_factor(request: HttpRequest, person: User) -> bool:
    """Return whether this session was opened, or confirmed since, with a second factor."""
    return any(
        r.get("method") == SECOND_FACTOR for r in get_authentication_records(request, person)
    )


def record_second_factor(request: HttpRequest, person: User, kind: str, **facts: Any) -> None:
    """Remember in the session that the person gave a second factor."""
    record_authentication(request, person, SECOND_FACTOR, type=kind, **facts)


def is_fresh(request: HttpRequest) -> bool:
    """Return whether the last proof, signing in included, is recent."""
    person: User | AnonymousUser = request.user
    records = get_authentication_records(request, person if isinstance(person, User) else None)
    if not records:
        return False
    return bool(time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def ways_in(request: HttpRequest, person: User) -> list[str]:
    """Return what the person proved themselves with in this session, in order."""
    records = get_authentication_records(request, person)
    return list(dict.fromkeys(str(r.get("type") or r.get("method")) for r in records))
