"""Steer a file: its one next action, who follows it, how far it may be told, who gives support."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import may, require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Declaration, Incident
from vigie.incidents.operations.amend import amend
from vigie.incidents.operations.counted import count_anew
from vigie.incidents.operations.version import hold, keep, lock
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.follow import BadAction, ForbiddenMove, NextAction
from vigie.incidents.rules.words import Helper, Tlp, Waiting
from vigie.kernel import nir

PLANNED = ("next_action", "next_action_at", "waiting", "waiting_since")


class BadAssignee(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The person may not follow the file, so it cannot be theirs."""


@transaction.atomic
def plan(
    *,
    by: User,
    incident: Incident,
    action: NextAction,
    version: int,
    now: datetime,
    done: bool = False,
) -> Incident:
    """Say what comes next in a file, by when and who must act.

    done: the action that stood there before is done; otherwise it is replaced.
    Raises PermissionDenied, StaleFile, BadAction, ForbiddenMove when the file is not open.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    action.check()
    held = _open(incident, version)
    before = held.next_action
    put(held, action, now, waits_anew=done)
    record(
        actor=by.journal_name,
        verb="action.done" if done else "action.planned",
        target=f"incident:{held.pk}",
        at=now,
        details={"due": action.due, "waiting": action.waiting},
        # Words of an action may name people: they stand where they can be erased.
        people={"action": before if done else held.next_action},
    )
    return keep(held, *PLANNED)


def put(incident: Incident, action: NextAction, now: datetime, *, waits_anew: bool) -> None:
    """Write a next action into the row; the caller saves the columns of PLANNED."""
    if waits_anew or incident.waiting != action.waiting:
        incident.waiting_since = now
    incident.next_action = nir.mask(action.text.strip())[0]
    incident.next_action_at, incident.waiting = action.due, action.waiting


@transaction.atomic
def postpone(
    *, by: User, incident: Incident, until: datetime, reason: str, version: int, now: datetime
) -> Incident:
    """Give the next action another time.

    Raises PermissionDenied, StaleFile, BadAction when the time is past, ForbiddenMove when the
    file is not open.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    if until <= now:
        raise BadAction("due", "is past")
    held = _open(incident, version)
    record(
        actor=by.journal_name,
        verb="action.postponed",
        target=f"incident:{held.pk}",
        at=now,
        details={"from": held.next_action_at, "to": until},
        people={"action": held.next_action, "reason": nir.mask(reason.strip())[0]},
    )
    held.next_action_at = until
    return keep(held, *PLANNED)


@transaction.atomic
def assign(
    *, by: User, incident: Incident, to: User | None, version: int, now: datetime
) -> Incident:
    """Give a file to a person of the desk, or to nobody.

    Raises PermissionDenied, StaleFile, BadAssignee when the person may not follow it.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    if to is not None and not may(to, Permission.FOLLOW, at=incident.place):
        raise BadAssignee(f"{to.journal_name} may not follow {incident.reference}")
    held = hold(incident, version)
    held.assignee = to
    record(
        actor=by.journal_name,
        verb="incident.assigned",
        target=f"incident:{held.pk}",
        at=now,
        details={"to": to.journal_name if to else None},
    )
    return keep(held, "assignee")


@transaction.atomic
def confirm_tlp(*, by: User, incident: Incident, tlp: Tlp, version: int, now: datetime) -> Incident:
    """Say how far the file may be told. Raises PermissionDenied, StaleFile."""
    require(by, Permission.FOLLOW, at=incident.place)
    held = hold(incident, version)
    record(
        actor=by.journal_name,
        verb="tlp.confirmed",
        target=f"incident:{held.pk}",
        at=now,
        details={"from": held.tlp, "to": tlp},
    )
    held.tlp, held.tlp_confirmed_at = tlp, now
    return keep(held, "tlp", "tlp_confirmed_at")


@transaction.atomic
def give_support(
    *, by: User, incident: Incident, helpers: Sequence[Helper], version: int, now: datetime
) -> Incident:
    """Record who gives support; an empty list says that nobody does any more.

    Raises PermissionDenied, StaleFile.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    held = hold(incident, version)
    held.support_given = [str(helper) for helper in Helper if helper in helpers]
    held.support_given_at = now if held.support_given else None
    record(
        actor=by.journal_name,
        verb="support.given",
        target=f"incident:{held.pk}",
        at=now,
        details={"helpers": held.support_given},
    )
    keep(held, "support_given", "support_given_at")
    count_anew(held, now)
    return held


@transaction.atomic
def ask_support(*, by: User, incident: Incident, nature: str, now: datetime) -> Incident:
    """Ask the CERT for support, in the name of the structure: its declaration says so from now on.

    Raises PermissionDenied when the person may not amend there, ForbiddenMove when the file is
    not open.
    """
    require(by, Permission.AMEND, at=incident.place)
    if not lock(incident.pk).is_open:
        raise ForbiddenMove("the file is not open")
    declaration = Declaration.objects.get(incident=incident)
    number = declaration.revision_number
    facts = Facts.model_validate(declaration.revisions.get(number=number).facts)
    asked = facts.model_copy(update={"support_requested": True, "support_nature": nature.strip()})
    amend(by=by, incident=incident, facts=asked, based_on=number, reason="", now=now)
    held = lock(incident.pk)
    if held.waiting != Waiting.CERT:
        held.waiting, held.waiting_since = Waiting.CERT, now
    held.support_asked_at = now
    record(actor=by.journal_name, verb="support.asked", target=f"incident:{held.pk}", at=now)
    return keep(held, "support_asked_at", "waiting", "waiting_since")


def _open(incident: Incident, version: int) -> Incident:
    held = hold(incident, version)
    if not held.is_open:
        raise ForbiddenMove("the file is not open")
    return held
