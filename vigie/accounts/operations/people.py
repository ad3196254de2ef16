"""Open, correct and close the accounts of people."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from vigie.accounts import queries
from vigie.accounts.models import User
from vigie.accounts.operations import mail
from vigie.accounts.operations.delegations import revoke_all_given
from vigie.accounts.rules import AddressTaken, Operator, OwnRights
from vigie.audit.operations import record
from vigie.establishments.rules import Actor

DETAILS = ("first_name", "last_name", "job", "phone")
PREFERENCES = ("language", "theme", "time_zone")


@transaction.atomic
def create_user(
    *,
    by: Operator,
    email: str,
    now: datetime,
    password: str | None = None,
    language: str = "fr",
    **details: str,
) -> User:
    """Open an account from the command line; pages only ever invite.

    details: first_name, last_name, job, phone. Without a password the person resets it by mail.
    Raises AddressTaken when the address has an account.
    """
    person = open_account(email, password, language=language, **details)
    journal(by, "person.created", person, now, people={"email": person.email})
    return person


def open_account(email: str, password: str | None, **columns: str) -> User:
    """Store a new person; the act that calls it writes the journal. Raises AddressTaken."""
    if User.objects.filter(email__iexact=email).exists():
        raise AddressTaken
    unknown = set(columns) - {*DETAILS, *PREFERENCES}
    if unknown:
        raise TypeError(f"a person has no {', '.join(sorted(unknown))}")
    columns.setdefault("time_zone", timezone.get_default_timezone_name())
    person = User(email=email.lower(), **columns)
    person.set_password(password)
    person.save()
    return person


@transaction.atomic
def change_profile(*, by: User, now: datetime, **changes: str) -> None:
    """Change what a person says of themselves, and how pages look to them.

    changes: first_name, last_name, job, phone, language, theme, time_zone.
    """
    changed = _changed(by, {*DETAILS, *PREFERENCES}, changes)
    if not changed:
        return
    by.save(update_fields=changed)
    # How pages look to somebody is nobody's business: only what others see is journalled.
    if shown := [name for name in changed if name in DETAILS]:
        named = {name: str(getattr(by, name)) for name in shown}
        journal(by, "person.changed", by, now, details={"fields": shown}, people=named)


@transaction.atomic
def correct_person(*, by: Actor, person: User, now: datetime, **changes: str) -> None:
    """Correct the name, the job, the phone or the address of a person one administers.

    A new address ends the sessions: it is what the person signs in with.
    Raises PermissionDenied, AddressTaken.
    """
    require_manages(by, person)
    if "email" in changes:
        changes["email"] = changes["email"].lower()
        if User.objects.filter(email__iexact=changes["email"]).exclude(pk=person.pk).exists():
            raise AddressTaken
    changed = _changed(person, {*DETAILS, "email"}, changes)
    if not changed:
        return
    person.save(update_fields=changed)
    if "email" in changed:
        _end_sessions(person)
    named = {name: str(getattr(person, name)) for name in changed}
    journal(by, "person.corrected", person, now, details={"fields": changed}, people=named)


@transaction.atomic
def deactivate_person(*, by: Actor, person: User, now: datetime) -> None:
    """Close an account at once: sessions end, tokens stop, delegations they gave are revoked.

    Raises PermissionDenied unless `by` administers all that the person does, OwnRights.
    """
    require_manages(by, person)
    if not person.is_active:
        return
    person.is_active = False
    person.save(update_fields=["is_active"])
    _end_sessions(person)
    revoke_all_given(by=by, giver=person, now=now)
    journal(by, "person.deactivated", person, now)


@transaction.atomic
def reactivate_person(*, by: Actor, person: User, now: datetime) -> None:
    """Open a closed account again; what it may do follows from its roles."""
    require_manages(by, person)
    if person.is_active:
        return
    person.is_active = True
    person.save(update_fields=["is_active"])
    journal(by, "person.reactivated", person, now)


@transaction.atomic
def reset_second_factor(*, by: Actor, person: User, now: datetime) -> None:
    """Remove the second factors of a person who lost them; the next sign-in sets up new ones."""
    require_manages(by, person)
    lost, _ = Authenticator.objects.filter(user=person).delete()
    _end_sessions(person)
    journal(by, "person.second_factor_reset", person, now, details={"removed": lost})
    mail.tell(person, "second_factor_reset", now=now)


@transaction.atomic
def end_sessions(*, by: Actor, person: User, now: datetime) -> None:
    """Sign a person out everywhere."""
    require_manages(by, person)
    ended = _end_sessions(person)
    journal(by, "person.sessions_ended", person, now, details={"sessions": ended})


@transaction.atomic
def end_other_sessions(*, by: User, kept: str, now: datetime) -> int:
    """Sign oneself out everywhere but in the session of a key; return how many ended."""
    ended = _end_sessions(by, kept=kept)
    if ended:
        journal(by, "person.sessions_ended", by, now, details={"sessions": ended})
    return ended


def require_manages(by: Actor, person: User) -> None:
    """Raise PermissionDenied unless `by` administers the person, OwnRights on oneself."""
    if isinstance(by, Operator):
        return
    if not isinstance(by, User) or not queries.manages(by, person):
        raise PermissionDenied(f"{by.journal_name} does not administer {person.journal_name}")
    if by.pk == person.pk:
        raise OwnRights


def journal(
    by: Actor,
    verb: str,
    person: User,
    now: datetime,
    *,
    details: dict[str, object] | None = None,
    people: dict[str, str] | None = None,
) -> None:
    """Write what was done to a person in the journal."""
    record(
        actor=by.journal_name,
        verb=verb,
        target=person.journal_name,
        at=now,
        details=details,
        people=people,
    )


def _changed(person: User, allowed: set[str], changes: dict[str, str]) -> list[str]:
    """Set what differs and return its names, sorted."""
    if unknown := set(changes) - allowed:
        raise TypeError(f"not to be changed here: {', '.join(sorted(unknown))}")
    found = sorted(name for name, value in changes.items() if getattr(person, name) != value)
    for name in found:
        setattr(person, name, changes[name])
    return found


def _end_sessions(person: User, kept: str = "") -> int:
    sessions = list(UserSession.objects.filter(user=person).exclude(session_key=kept))
    for session in sessions:
        session.end()
    return len(sessions)
