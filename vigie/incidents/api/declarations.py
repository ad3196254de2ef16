"""Declare, read, amend: what a structure says."""

from typing import Annotated

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja import Status as Answer

from vigie.accounts.guards import SignedRequest
from vigie.establishments.models import Establishment, Site
from vigie.incidents import operations, queries
from vigie.incidents.api import follow_schemas, schemas
from vigie.incidents.api.doors import FileId, Number, WholeFile, absent, file_of, whole
from vigie.incidents.models import Revision
from vigie.incidents.operations import exchange
from vigie.incidents.operations.declare import Person, Submission
from vigie.incidents.queries import keyset, search
from vigie.incidents.rules.words import Channel, Status
from vigie.kernel import clock

router = Router(tags=["declarations"])
Limit = Annotated[int, Query(ge=1, le=200, description="How many files a page holds.")]
After = Annotated[str, Query(max_length=200, description="`next` of the page before.")]
Words = Annotated[str, Query(max_length=200, description="A reference, a FINESS number or words.")]


@router.get("", response=follow_schemas.IncidentPage)
def list_incidents(
    request: SignedRequest,
    limit: Limit = 25,
    after: After = "",
    q: Words = "",
    status: Status | None = None,
    is_open: bool | None = None,
    region: Annotated[str, Query(max_length=10)] = "",
) -> dict[str, object]:
    """Return the files that the caller may see, the newest declaration first."""
    wanted = str(status or "")
    if not wanted and is_open is not None:
        wanted = "open" if is_open else "done"
    filters = search.Filters(text=q.replace("\0", " "), status=wanted, region=region)
    cursor = keyset.read_cursor(after, search.NEWEST, backwards=False) if after else None
    left = search.matching(
        queries.visible_incidents(request.user), filters, reader=request.user, now=clock.now()
    )
    page = keyset.page(left, search.NEWEST, cursor, limit)
    return {"items": list(page), "next": str(page.following) if page.following else None}


@router.post("", response={201: schemas.DeclaredOut, 200: schemas.DeclaredOut})
def declare(request: SignedRequest, payload: schemas.DeclareIn) -> Answer[schemas.DeclaredOut]:
    """Declare an incident: 201 once it is on disk, 200 when the same key was sent before."""
    found = Establishment.objects.filter(finess=payload.establishment)
    establishment = next(iter(found), None)
    site = get_object_or_404(Site, finess=payload.site) if payload.site else None
    if establishment is None:
        raise absent()
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
    return Answer(201 if done.created else 200, out)


@router.get("/{pk}", response=schemas.FileOut)
def read_file(request: SignedRequest, pk: FileId) -> WholeFile:
    """Return a whole file; opening it is written in the journal."""
    incident = file_of(request, pk)
    exchange.open_file(by=request.user, incident=incident, now=clock.now())
    return whole(incident)


@router.get("/{pk}/revisions", response=list[schemas.RevisionOut])
def list_revisions(request: SignedRequest, pk: FileId) -> QuerySet[Revision]:
    """Return every state of the declaration, the newest first."""
    return queries.history(queries.declaration_of(file_of(request, pk)))


@router.post("/{pk}/revisions", response={201: schemas.RevisionOut})
def amend(request: SignedRequest, pk: FileId, payload: schemas.AmendIn) -> Answer[Revision]:
    """Add a revision to the declaration. 409 keeps yours beside the newer one."""
    done = operations.amend(
        by=request.user,
        incident=file_of(request, pk),
        facts=payload.facts,
        based_on=payload.based_on,
        reason=payload.reason,
        now=clock.now(),
    )
    return Answer(201, done.revision)


@router.get("/{pk}/revisions/{number}", response=schemas.RevisionWhole)
def read_revision(request: SignedRequest, pk: FileId, number: Number) -> Revision:
    """Return one past state of the declaration."""
    revisions = queries.history(queries.declaration_of(file_of(request, pk)))
    return get_object_or_404(revisions, number=number)


@router.get("/{pk}/legal-declarations", response=list[follow_schemas.ProofOut])
def list_proofs(request: SignedRequest, pk: FileId) -> object:
    """Return the proofs that the legal declaration was sent where the law wants it."""
    return queries.legal_declarations(declaration=file_of(request, pk).declaration.pk)


@router.post("/{pk}/legal-declarations", response={201: follow_schemas.ProofOut})
def record_proof(
    request: SignedRequest, pk: FileId, payload: follow_schemas.ProofIn
) -> Answer[object]:
    """Record who sent the legal declaration, when, and its receipt. The same receipt once."""
    proof = operations.record_legal_declaration(
        by=request.user,
        incident=file_of(request, pk),
        proof=operations.Proof(**payload.model_dump()),
        now=clock.now(),
    )
    return Answer(201, proof)
