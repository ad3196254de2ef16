"""Qualify and follow: what the CERT does with a file. Each answers the file as it stands then."""

from django.contrib.auth import get_user_model
from django.shortcuts import get_object_or_404
from ninja import Router

from vigie.accounts.guards import SignedRequest
from vigie.incidents import operations
from vigie.incidents.api import follow_schemas, schemas
from vigie.incidents.api.doors import FileId, WholeFile, file_of, whole
from vigie.incidents.operations import follow, steps
from vigie.incidents.rules.follow import NextAction
from vigie.kernel import clock

router = Router(tags=["follow-up"])


@router.post("/{pk}/qualifications", response=schemas.FileOut)
def qualify(request: SignedRequest, pk: FileId, payload: follow_schemas.QualifyIn) -> WholeFile:
    """Say what the CERT makes of the incident; a new file is qualified by it."""
    changed = operations.qualify(
        by=request.user,
        incident=file_of(request, pk),
        decision=operations.Decision(**payload.model_dump(exclude={"version"})),
        version=payload.version,
        now=clock.now(),
    )
    return whole(changed)


@router.post("/{pk}/moves", response=schemas.FileOut)
def move(request: SignedRequest, pk: FileId, payload: follow_schemas.MoveIn) -> WholeFile:
    """Give a file its next status, take it one step back, or reject it."""
    changed = follow.move(
        by=request.user,
        incident=file_of(request, pk),
        to=payload.to,
        version=payload.version,
        reason=payload.reason,
        lessons=payload.lessons,
        now=clock.now(),
    )
    return whole(changed)


@router.post("/{pk}/merge", response=schemas.FileOut)
def merge(request: SignedRequest, pk: FileId, payload: follow_schemas.MergeIn) -> WholeFile:
    """Set a file aside as a duplicate of another."""
    changed = follow.merge(
        by=request.user,
        incident=file_of(request, pk),
        into=file_of(request, payload.into),
        reason=payload.reason,
        version=payload.version,
        now=clock.now(),
    )
    return whole(changed)


@router.post("/{pk}/restore", response=schemas.FileOut)
def restore(request: SignedRequest, pk: FileId, payload: follow_schemas.RestoreIn) -> WholeFile:
    """Undo a rejection or a merging."""
    changed = follow.restore(
        by=request.user,
        incident=file_of(request, pk),
        reason=payload.reason,
        version=payload.version,
        now=clock.now(),
    )
    return whole(changed)


@router.put("/{pk}/next-action", response=schemas.FileOut)
def plan(request: SignedRequest, pk: FileId, payload: follow_schemas.NextActionIn) -> WholeFile:
    """Say what comes next in a file, by when, and whose turn it is."""
    changed = steps.plan(
        by=request.user,
        incident=file_of(request, pk),
        action=NextAction(payload.text, payload.due, payload.waiting),
        version=payload.version,
        done=payload.done,
        now=clock.now(),
    )
    return whole(changed)


@router.put("/{pk}/assignee", response=schemas.FileOut)
def assign(request: SignedRequest, pk: FileId, payload: follow_schemas.AssignIn) -> WholeFile:
    """Give a file to a person of the desk, or to nobody."""
    to = get_object_or_404(get_user_model(), pk=payload.to) if payload.to else None
    changed = steps.assign(
        by=request.user,
        incident=file_of(request, pk),
        to=to,
        version=payload.version,
        now=clock.now(),
    )
    return whole(changed)


@router.put("/{pk}/tlp", response=schemas.FileOut)
def confirm_tlp(request: SignedRequest, pk: FileId, payload: follow_schemas.TlpIn) -> WholeFile:
    """Say how far the file may be told."""
    changed = steps.confirm_tlp(
        by=request.user,
        incident=file_of(request, pk),
        tlp=payload.tlp,
        version=payload.version,
        now=clock.now(),
    )
    return whole(changed)


@router.put("/{pk}/support", response=schemas.FileOut)
def give_support(
    request: SignedRequest, pk: FileId, payload: follow_schemas.SupportIn
) -> WholeFile:
    """Record who gives support now."""
    changed = steps.give_support(
        by=request.user,
        incident=file_of(request, pk),
        helpers=payload.helpers,
        version=payload.version,
        now=clock.now(),
    )
    return whole(changed)
