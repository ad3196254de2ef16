"""Move a file along its path: contained, resolved, closed, set aside, merged, and back."""

from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Declaration, Incident
from vigie.incidents.operations.calling import stop_calls
from vigie.incidents.operations.counted import count_anew
from vigie.incidents.operations.version import hold, keep
from vigie.incidents.rules import follow
from vigie.incidents.rules.follow import ForbiddenMove
from vigie.incidents.rules.words import COUNTED_OUT, OPEN, Endangerment, Status, Waiting
from vigie.kernel import nir

REACHED_AT = {
    Status.QUALIFIED: "qualified_at",
    Status.CONTAINED: "contained_at",
    Status.RESOLVED: "resolved_at",
    Status.CLOSED: "closed_at",
    Status.REJECTED: "closed_at",
    Status.DUPLICATE: "closed_at",
}
MOVED = (
    "status",
    "is_open",
    "status_reason",
    "qualified_at",
    "contained_at",
    "resolved_at",
    "closed_at",
    "next_action",
    "next_action_at",
    "waiting",
    "waiting_since",
)


class BadTarget(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A file cannot be merged into this one. .problem: itself, silent or leads."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@transaction.atomic
def move(
    *,
    by: User,
    incident: Incident,
    to: Status,
    version: int,
    now: datetime,
    reason: str = "",
    lessons: str = "",
) -> Incident:
    """Give a file its next status, or take it one step back with a reason.

    A new file is qualified, and a duplicate merged, by acts of their own.
    Raises PermissionDenied, StaleFile, and ForbiddenMove when the rules say no, a reason is
    missing, or a file is to be closed without lessons.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    held = hold(incident, version)
    old = Status(held.status)
    if to is Status.DUPLICATE or (to is Status.QUALIFIED and old is Status.RECEIVED):
        raise ForbiddenMove(f"{old} -> {to}: by an act of its own")
    if old in COUNTED_OUT:
        raise ForbiddenMove(f"{old} -> {to}: restore the file first")
    follow.check_move(old, to, reason=reason)
    if to is Status.CLOSED:
        if not lessons.strip():
            raise ForbiddenMove(f"{old} -> {to}: lessons are needed")
        held.lessons = nir.mask(lessons.strip())[0]
    arrive(held, to, reason=reason, now=now)
    stop_calls(held, now)
    _journal(by, held, "incident.moved", now, {"from": old, "to": to})
    return keep_moved(held, now, "lessons")


@transaction.atomic
def merge(
    *, by: User, incident: Incident, into: Incident, reason: str, version: int, now: datetime
) -> Incident:
    """Set a file aside as a duplicate of another, where its follow-up goes on.

    Its declaration stays readable and counts no more.
    Raises PermissionDenied, StaleFile, ForbiddenMove, and BadTarget when the other is the file
    itself or set aside, or when duplicates of the file lead to it.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    require(by, Permission.FOLLOW, at=into.place)
    # Both rows in one order: two people merging both ways wait for each other, and do not lock up.
    both = Incident.objects.select_for_update(of=("self",)).filter(pk__in=[incident.pk, into.pk])
    locked = {row.pk: row for row in both.order_by("pk")}
    held = hold(incident, version)
    follow.check_move(Status(held.status), Status.DUPLICATE, reason=reason)
    _check_target(held, locked[into.pk])
    old = held.status
    held.merged_into = locked[into.pk]
    arrive(held, Status.DUPLICATE, reason=reason, now=now)
    stop_calls(held, now)
    _journal(by, held, "incident.merged", now, {"from": old, "into": into.pk})
    _journal(by, into, "incident.received_duplicate", now, {"duplicate": held.pk})
    return keep_moved(held, now, "merged_into")


@transaction.atomic
def restore(*, by: User, incident: Incident, reason: str, version: int, now: datetime) -> Incident:
    """Undo a rejection or a merging: the file is open and its declaration counts again.

    Raises PermissionDenied, StaleFile, ForbiddenMove when it was not set aside or the reason is
    missing.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    held = hold(incident, version)
    old = Status(held.status)
    if old not in COUNTED_OUT:
        raise ForbiddenMove(f"{old}: nothing to restore")
    to = follow.restored(was_qualified=held.qualified_at is not None)
    follow.check_move(old, to, reason=reason)
    held.merged_into = None
    arrive(held, to, reason=reason, now=now)
    _journal(by, held, "incident.restored", now, {"from": old, "to": to})
    return keep_moved(held, now, "merged_into")


def arrive(incident: Incident, to: Status, *, reason: str, now: datetime) -> None:
    """Write into the row what being at a status means; the caller saves the columns of MOVED.

    The declaration counts, or counts no more, as the status says.
    """
    was_open, counted = incident.is_open, incident.status not in COUNTED_OUT
    incident.status, incident.is_open = to, to in OPEN
    incident.status_reason = nir.mask(reason.strip())[0]
    _stamp(incident, to, now)
    if not incident.is_open:
        incident.next_action, incident.next_action_at = "", None
        incident.waiting, incident.waiting_since = Waiting.NOBODY, None
    elif not was_open:
        action = follow.action_after_reopening(Endangerment(incident.endangerment), now)
        incident.next_action, incident.next_action_at = action.text, action.due
        incident.waiting, incident.waiting_since = action.waiting, now
    if counted != (to not in COUNTED_OUT):
        Declaration.objects.filter(incident=incident).update(counts=not counted)


def keep_moved(incident: Incident, now: datetime, *columns: str) -> Incident:
    """Write what moving a file changed, and what is counted of it from now on."""
    keep(incident, *MOVED, *columns)
    count_anew(incident, now)
    return incident


def _stamp(incident: Incident, to: Status, now: datetime) -> None:
    """Set when the status was reached; forget the times of the steps that are undone."""
    column = REACHED_AT.get(to)
    if to in follow.PATH:
        for later in follow.PATH[follow.PATH.index(to) + 1 :]:
            setattr(incident, REACHED_AT[later], None)
        if column and getattr(incident, column) is not None:
            return  # back to a step that was reached before
    if column:
        setattr(incident, column, now)


def _check_target(incident: Incident, into: Incident) -> None:
    if into.pk == incident.pk:
        raise BadTarget("itself")
    if into.status in COUNTED_OUT:
        raise BadTarget("silent")
    if incident.duplicates.exists():
        raise BadTarget("leads")


def _journal(
    by: User, incident: Incident, verb: str, now: datetime, details: dict[str, object]
) -> None:
    record(
        actor=by.journal_name,
        verb=verb,
        target=f"incident:{incident.pk}",
        at=now,
        details=details,
    )
