"""Read what a person proves themselves with."""

from dataclasses import dataclass, field
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from vigie.accounts.models import User
from vigie.accounts.rules import device


@dataclass(frozen=True, slots=True)
class Key:
    """A passkey."""

    pk: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
    is_passwordless: bool


@dataclass(slots=True)
class Factors:
    """The second factors of a person."""

    application: Authenticator | None = None
    keys: list[Key] = field(default_factory=list)
    codes_left: int | None = None  # None: no recovery codes were made

    @property
    def any(self) -> bool:
        """Return whether there is a factor; recovery codes alone are none."""
        return bool(self.application or self.keys)


def second_factors(person: User) -> Factors:
    """Return the second factors of a person, keys in the order they were added."""
    found = Factors()
    for row in Authenticator.objects.filter(user=person).order_by("created_at", "id"):
        if row.type == Authenticator.Type.TOTP:
            found.application = row
        elif row.type == Authenticator.Type.RECOVERY_CODES:
            found.codes_left = len(row.wrap().get_unused_codes())
        else:
            key = row.wrap()
            can_alone = bool(key.is_passwordless)
            found.keys.append(Key(row.pk, key.name, row.created_at, row.last_used_at, can_alone))
    return found


def recovery_codes(person: User) -> list[str]:
    """Return the recovery codes that were not used yet."""
    kind = Authenticator.Type.RECOVERY_CODES
    row = Authenticator.objects.filter(user=person, type=kind).first()
    return list(row.wrap().get_unused_codes()) if row else []


def has_second_factor(person: User) -> bool:
    """Return whether the person set up a second factor."""
    codes = Authenticator.Type.RECOVERY_CODES
    return bool(Authenticator.objects.filter(user=person).exclude(type=codes).exists())


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A place where somebody is signed in."""

    key: str
    ip: str
    device: str
    created_at: datetime


def sessions_of(person: User, *, now: datetime) -> list[OpenSession]:
    """Return the sessions of a person that are open, the newest first."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = UserSession.objects.filter(user=person, session_key__in=alive)
    return [
        OpenSession(row.session_key, row.ip, device(row.user_agent), row.created_at)
        for row in rows.order_by("-created_at", "-id")
    ]


def directory_accounts(person: User) -> list[SocialAccount]:
    """Return the accounts of the directory that are linked to the person."""
    return list(SocialAccount.objects.filter(user=person).order_by("date_joined", "id"))
