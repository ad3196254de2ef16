"""Group the incidents that one cause shares into an event, lead it, take them out again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Declaration, Event, Incident, SetAsideGroup
from vigie.incidents.operations.counted import count_anew
from vigie.incidents.operations.version import keep, lock
from vigie.incidents.rules.words import COUNTED_OUT
from vigie.inventory.models import Supplier
from vigie.kernel import nir


class BadGroup(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """Files cannot be grouped so.

    .problem: reason, title, nothing, elsewhere, silent, ended or open.
    """

    def __init__(self, problem: str, incident: Incident | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.incident = incident


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that grouping opens."""

    title: str
    supplier: Supplier | None = None


@transaction.atomic
def group(
    *,
    by: User,
    incidents: Sequence[Incident],
    into: Event | NewEvent,
    reason: str,
    now: datetime,
) -> Event:
    """Put incidents into one event, opened now or before; those that are in it stay.

    The reason is kept with each. Statistics count the event once from now on.
    Raises PermissionDenied when the person may not follow one of them, and BadGroup when the
    reason or the title is missing, or one is in another event or set aside.
    """
    for incident in incidents:
        require(by, Permission.FOLLOW, at=incident.place)
    if not reason.strip():
        raise BadGroup("reason")
    held = [lock(pk) for pk in sorted({incident.pk for incident in incidents})]
    event = _still(into) if isinstance(into, Event) else _open(by, into, held, now)
    why = nir.mask(reason.strip())[0]
    for incident in held:
        _check(incident, event)
        if incident.event_id != event.pk:
            incident.event_reason = why
            _put(by, incident, event, "incident.grouped", now)
    return event


@transaction.atomic
def ungroup(*, by: User, incident: Incident, reason: str, now: datetime) -> Incident:
    """Take an incident out of its event.

    Raises PermissionDenied, BadGroup when it is in none or the reason is missing.
    """
    require(by, Permission.FOLLOW, at=incident.place)
    held = lock(incident.pk)
    if held.event is None:
        raise BadGroup("nothing", held)
    if not reason.strip():
        raise BadGroup("reason")
    held.event_reason = nir.mask(reason.strip())[0]
    return _put(by, held, None, "incident.ungrouped", now)


@transaction.atomic
def rename(
    *, by: User, event: Event, title: str, supplier: Supplier | None, now: datetime
) -> Event:
    """Give an event another title or supplier; its structures read both.

    Raises PermissionDenied unless the person follows every file of it, BadGroup without a title.
    """
    held = _hold(by, event)
    if not title.strip():
        raise BadGroup("title")
    before = held.title
    held.title, held.supplier = nir.mask(title.strip())[0], supplier
    held.save(update_fields=["title", "supplier"])
    record(
        actor=by.journal_name,
        verb="event.renamed",
        target=f"event:{held.pk}",
        at=now,
        details={"supplier": supplier.pk if supplier else None},
        # A title is free words, and words may name people.
        people={"before": before, "after": held.title},
    )
    return held


@transaction.atomic
def close(*, by: User, event: Event, reason: str, now: datetime) -> Event:
    """End an event: no file joins it any more; its files go their own ways.

    Raises PermissionDenied unless the person follows every file of it, and BadGroup when the
    reason is missing or it is over already.
    """
    held = _hold(by, event)
    if not reason.strip():
        raise BadGroup("reason")
    if held.closed_at is not None:
        raise BadGroup("ended")
    held.closed_at, held.closed_reason = now, nir.mask(reason.strip())[0]
    held.save(update_fields=["closed_at", "closed_reason"])
    _journal(by, held, "event.closed", now)
    return held


@transaction.atomic
def reopen(*, by: User, event: Event, reason: str, now: datetime) -> Event:
    """Let files join an event again.

    Raises PermissionDenied unless the person follows every file of it, and BadGroup when the
    reason is missing or it is not over.
    """
    held = _hold(by, event)
    if not reason.strip():
        raise BadGroup("reason")
    if held.closed_at is None:
        raise BadGroup("open")
    held.closed_at, held.closed_reason = None, ""
    held.save(update_fields=["closed_at", "closed_reason"])
    _journal(by, held, "event.reopened", now, {"reason": nir.mask(reason.strip())[0]})
    return held


@transaction.atomic
def set_aside(*, by: User, basis: str, incidents: Sequence[Incident], now: datetime) -> None:
    """Keep that a likely group is none, so that it is not offered again.

    Raises PermissionDenied when the person may not follow one of the files.
    """
    for incident in incidents:
        require(by, Permission.FOLLOW, at=incident.place)
    members = sorted(incident.pk for incident in incidents)
    if not members:
        raise BadGroup("nothing")
    SetAsideGroup.objects.create(basis=basis, members=members, at=now, by=by)
    record(
        actor=by.journal_name,
        verb="event.likely_set_aside",
        target="incidents:list",
        at=now,
        details={"incidents": members, "basis": basis},
    )


def _hold(by: User, event: Event) -> Event:
    """Return the event, locked. Raises PermissionDenied unless the person follows all its files."""
    held = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    members = list(Incident.objects.filter(event=held))
    for incident in members:
        require(by, Permission.FOLLOW, at=incident.place)
    if not members and not by.may(Permission.FOLLOW):
        raise PermissionDenied(f"{by.journal_name} follows nothing")
    return held


def _journal(
    by: User,
    event: Event,
    verb: str,
    now: datetime,
    people: dict[str, str] | None = None,
) -> None:
    record(actor=by.journal_name, verb=verb, target=f"event:{event.pk}", at=now, people=people)


def _open(by: User, new: NewEvent, incidents: Sequence[Incident], now: datetime) -> Event:
    if not new.title.strip():
        raise BadGroup("title")
    if not incidents:
        raise BadGroup("nothing")
    event = Event.objects.create(
        title=nir.mask(new.title.strip())[0],
        supplier=new.supplier,
        started_at=min(incident.declared_at for incident in incidents),
    )
    record(
        actor=by.journal_name,
        verb="event.opened",
        target=f"event:{event.pk}",
        at=now,
        details={"incidents": [incident.pk for incident in incidents]},
    )
    return event


def _still(event: Event) -> Event:
    """Return the event as it is now, locked: it may have been closed since it was read."""
    return Event.objects.select_for_update(of=("self",)).get(pk=event.pk)


def _check(incident: Incident, event: Event) -> None:
    if incident.event_id not in (None, event.pk):
        raise BadGroup("elsewhere", incident)
    if incident.status in COUNTED_OUT:
        raise BadGroup("silent", incident)
    if event.closed_at is not None:
        raise BadGroup("ended")


def _put(by: User, incident: Incident, event: Event | None, verb: str, now: datetime) -> Incident:
    """Write the event into the file and its declaration, which statistics read."""
    was = incident.event_id
    incident.event = event
    Declaration.objects.filter(incident=incident).update(event=event)
    record(
        actor=by.journal_name,
        verb=verb,
        target=f"incident:{incident.pk}",
        at=now,
        details={"event": event.pk if event else was},
    )
    keep(incident, "event", "event_reason")
    count_anew(incident, now)
    return incident
