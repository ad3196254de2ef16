"""Events for programs: what groups the files that share one cause."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema
from ninja import Status as Answer
from pydantic import StringConstraints

from vigie.accounts.guards import SignedRequest
from vigie.incidents.api.doors import FileId, absent, file_of, only
from vigie.incidents.api.follow_schemas import Said
from vigie.incidents.api.schemas import Id, IncidentOut, Strict
from vigie.incidents.models import Event, Incident
from vigie.incidents.operations import events as acts
from vigie.incidents.operations.circulars import write_to_members
from vigie.incidents.queries import events as queries
from vigie.incidents.queries.events import OneEvent
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.rules.facts import LINE_LENGTH, Line
from vigie.inventory.models import Supplier
from vigie.kernel import clock

router = Router(tags=["events"])
Why = Annotated[Line, StringConstraints(min_length=1, max_length=300)]
Title = Annotated[Line, StringConstraints(min_length=1, max_length=min(200, LINE_LENGTH))]
Files = Annotated[list[Id], Field(min_length=1, max_length=100)]


class GroupIn(Strict):
    """Files with one cause, for a new event. supplier: its number, where one is behind it."""

    incidents: Files
    title: Title
    supplier: Id | None = None
    reason: Why


class JoinIn(Strict):
    """More files for an event."""

    incidents: Files
    reason: Why


class RenameIn(Strict):
    """The name of an event, and the number of the supplier behind it."""

    title: Title
    supplier: Id | None = None


class WhyIn(Strict):
    """An act that needs its reason and nothing else."""

    reason: Why


class CircularIn(Strict):
    """A word to every file of an event. Send the same key again after a cut: written once."""

    key: UUID
    text: Said


class CircularOut(Schema):
    """What was written, and in how many files."""

    id: int
    at: datetime
    sent: int


class EventOut(Schema):
    """An event as lists show it; figures count the files that the caller may see."""

    id: int
    reference: str
    title: str
    supplier: str | None
    started_at: datetime
    closed_at: datetime | None
    files: int
    open: int
    regions: int
    proven: int
    potential: int


class EventWhole(EventOut):
    """An event with the files that the caller may see, 200 at most."""

    incidents: list[IncidentOut]


@router.get("", response=list[EventOut])
def list_events(
    request: SignedRequest,
    q: Annotated[
        str, Query(max_length=200, description="A reference, or a part of the title.")
    ] = "",
    is_open: bool | None = None,
) -> list[dict[str, Any]]:
    """Return the events of which the caller may see a file, the gravest first, 200 at most."""
    only(request, "q", "is_open")
    state = "" if is_open is None else ("open" if is_open else "closed")
    rows = queries.listed(request.user, state=state, text=q.replace("\0", " "), whole=True)
    return [_line(row) for row in rows[: queries.MOST_LISTED]]


@router.post("", response={201: EventWhole})
def group(request: SignedRequest, payload: GroupIn) -> Answer[dict[str, Any]]:
    """Open an event for files that share one cause."""
    supplier = get_object_or_404(Supplier, pk=payload.supplier) if payload.supplier else None
    event = acts.group(
        by=request.user,
        incidents=_files(request, payload.incidents),
        into=acts.NewEvent(payload.title, supplier),
        reason=payload.reason,
        now=clock.now(),
    )
    return Answer(201, _whole(request, event.pk))


@router.get("/{pk}", response=EventWhole)
def one(request: SignedRequest, pk: FileId) -> dict[str, Any]:
    """Return an event with the files that the caller may see."""
    return _whole(request, pk)


@router.post("/{pk}/incidents", response=EventWhole)
def join(request: SignedRequest, pk: FileId, payload: JoinIn) -> dict[str, Any]:
    """Put more files into an event."""
    event = _event(request, pk)
    files = _files(request, payload.incidents)
    acts.group(by=request.user, incidents=files, into=event, reason=payload.reason, now=clock.now())
    return _whole(request, pk)


@router.post("/{pk}/incidents/{incident}/remove", response={204: None})
def leave(request: SignedRequest, pk: FileId, incident: FileId, payload: WhyIn) -> Answer[None]:
    """Take a file out of an event."""
    held = file_of(request, incident)
    if held.event_id != pk:
        raise absent()
    acts.ungroup(by=request.user, incident=held, reason=payload.reason, now=clock.now())
    return Answer(204, None)


@router.put("/{pk}", response=EventWhole)
def rename(request: SignedRequest, pk: FileId, payload: RenameIn) -> dict[str, Any]:
    """Give an event another title or supplier."""
    event = _event(request, pk)
    supplier = get_object_or_404(Supplier, pk=payload.supplier) if payload.supplier else None
    acts.rename(
        by=request.user, event=event, title=payload.title, supplier=supplier, now=clock.now()
    )
    return _whole(request, pk)


@router.post("/{pk}/close", response=EventWhole)
def close(request: SignedRequest, pk: FileId, payload: WhyIn) -> dict[str, Any]:
    """End an event."""
    event = _event(request, pk)
    acts.close(by=request.user, event=event, reason=payload.reason, now=clock.now())
    return _whole(request, pk)


@router.post("/{pk}/reopen", response=EventWhole)
def reopen(request: SignedRequest, pk: FileId, payload: WhyIn) -> dict[str, Any]:
    """Open an event again."""
    event = _event(request, pk)
    acts.reopen(by=request.user, event=event, reason=payload.reason, now=clock.now())
    return _whole(request, pk)


@router.post("/{pk}/messages", response={201: CircularOut})
def write(request: SignedRequest, pk: FileId, payload: CircularIn) -> Answer[CircularOut]:
    """Write once to every file that the caller follows; none is told of another."""
    event = _event(request, pk)
    done = write_to_members(
        by=request.user, event=event, text=payload.text, key=payload.key, now=clock.now()
    )
    circular = done.circular
    return Answer(201, CircularOut(id=circular.pk, at=circular.at, sent=done.sent))


def _event(request: SignedRequest, pk: int) -> Event:
    """Return an event of which the caller may see a file. Raises Http404 for any other."""
    found = queries.one_event(request.user, pk)
    if found is None:
        raise absent()
    return found.event


def _files(request: SignedRequest, numbers: list[int]) -> list[Incident]:
    """Return files that the caller may see. Raises Http404 when one is not among them."""
    found = list(visible_incidents(request.user).filter(pk__in=numbers))
    if len(found) < len(set(numbers)):
        raise absent()
    return found


def _whole(request: SignedRequest, pk: int) -> dict[str, Any]:
    found = queries.one_event(request.user, pk)
    if found is None:
        raise absent()
    return {**_head(found), "incidents": found.members}


def _head(found: OneEvent) -> dict[str, Any]:
    event, impact = found.event, found.impact
    return {
        "id": event.pk,
        "reference": event.reference,
        "title": event.title,
        "supplier": event.supplier.name if event.supplier else None,
        "started_at": event.started_at,
        "closed_at": event.closed_at,
        "files": impact.files,
        "open": impact.open,
        "regions": impact.regions,
        "proven": impact.proven,
        "potential": impact.potential,
    }


def _line(row: dict[str, Any]) -> dict[str, Any]:
    named = Event(pk=row["event"], title=row["name"], started_at=row["started_at"])
    told = {"id": named.pk, "reference": named.reference, "title": named.title}
    return {**row, **told, "supplier": row["behind"], "closed_at": row["over_at"]}
