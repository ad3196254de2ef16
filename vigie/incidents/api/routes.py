"""The addresses under /api/v1/incidents."""

from typing import Annotated

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Path, Router

from vigie.accounts.guards import SignedRequest
from vigie.establishments.models import Establishment, Site
from vigie.incidents import operations, queries
from vigie.incidents.api import schemas
from vigie.incidents.models import Incident, Revision
from vigie.incidents.operations.declare import Person, Submission
from vigie.incidents.rules import legal
from vigie.incidents.rules.words import Channel
from vigie.kernel import clock

router = Router(tags=["incidents"])
FileId = Annotated[int, Path(ge=1, le=2**53, description="The number in the file's reference.")]


def _file(request: SignedRequest, pk: int) -> Incident:
    return get_object_or_404(queries.visible_incidents(request.user), pk=pk)


@router.post("", response={201: schemas.DeclaredOut, 200: schemas.DeclaredOut})
def declare(request: SignedRequest, payload: schemas.DeclareIn) -> tuple[int, schemas.DeclaredOut]:
    """Declare an incident: 201 once it is on disk, 200 when the same key was sent before."""
    establishment = get_object_or_404(Establishment, finess=payload.establishment)
    site = get_object_or_404(Site, finess=payload.site) if payload.site else None
    done = operations.declare(
        by=request.user,
        submission=Submission(
            key=payload.key,
            establishment=establishment,
            site=site,
            facts=payload.facts,
            declarant=Person(**payload.declarant.model_dump()),
            technical=Person(**payload.technical.model_dump()),
            channel=Channel.API,
        ),
        now=clock.now(),
    )
    out = schemas.DeclaredOut(
        id=done.incident.pk,
        reference=done.incident.reference,
        created=done.created,
        masked=done.masked,
    )
    return (201 if done.created else 200), out


@router.get("/{pk}", response=schemas.FileOut)
def read_file(request: SignedRequest, pk: FileId) -> schemas.FileOut:
    """Return a whole file; opening it is written in the journal."""
    incident = _file(request, pk)
    operations.open_file(by=request.user, incident=incident, now=clock.now())
    return _whole(incident)


def _whole(incident: Incident) -> schemas.FileOut:
    declaration = queries.declaration_of(incident)
    facts = queries.facts_in_force(declaration)
    return schemas.whole(incident, declaration, facts, legal.assess(facts))


@router.post("/{pk}/revisions", response={201: schemas.RevisionOut})
def amend(request: SignedRequest, pk: FileId, payload: schemas.AmendIn) -> tuple[int, Revision]:
    """Add a revision to the declaration. 409 keeps yours beside the newer one."""
    done = operations.amend(
        by=request.user,
        incident=_file(request, pk),
        facts=payload.facts,
        based_on=payload.based_on,
        reason=payload.reason,
        now=clock.now(),
    )
    return 201, done.revision


@router.get("/{pk}/revisions", response=list[schemas.RevisionOut])
def list_revisions(request: SignedRequest, pk: FileId) -> QuerySet[Revision]:
    """Return every state of the declaration, the newest first."""
    return queries.history(queries.declaration_of(_file(request, pk)))


@router.get("/{pk}/revisions/{number}", response=schemas.RevisionWhole)
def read_revision(
    request: SignedRequest, pk: FileId, number: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> Revision:
    """Return one past state of the declaration."""
    revisions = queries.history(queries.declaration_of(_file(request, pk)))
    return get_object_or_404(revisions, number=number)


@router.post("/{pk}/qualifications", response=schemas.FileOut)
def qualify(request: SignedRequest, pk: FileId, payload: schemas.QualifyIn) -> schemas.FileOut:
    """Say what the CERT makes of the incident."""
    decision = operations.Decision(**payload.model_dump(exclude={"version"}))
    incident = operations.qualify(
        by=request.user,
        incident=_file(request, pk),
        decision=decision,
        version=payload.version,
        now=clock.now(),
    )
    return _whole(incident)
