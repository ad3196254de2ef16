"""Observables for programs: those of a file, and all that the caller may see."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Query, Router, Schema
from ninja import Status as Answer
from pydantic import StringConstraints

from vigie.accounts.guards import SignedRequest
from vigie.incidents.api.doors import FileId, Number, absent, file_of, only
from vigie.incidents.api.follow_schemas import Said
from vigie.incidents.api.schemas import Strict
from vigie.incidents.models import Sighting
from vigie.incidents.operations import observables as acts
from vigie.incidents.operations.exchange import open_file
from vigie.incidents.queries import observables as queries
from vigie.incidents.rules.facts import Line
from vigie.incidents.rules.observables import LONGEST, BadObservable, Named, Sort, named, typed
from vigie.incidents.rules.words import SightingSource, Tlp
from vigie.kernel import clock

router = Router(tags=["observables"])
everywhere = Router(tags=["observables"])
Value = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]


class ItemIn(Strict):
    """An observable, defanged or not. sort: recognised by its shape where it is left out."""

    value: Value
    sort: Sort | None = None
    is_own: bool = False  # the structure's own, not an attacker's


class ObservablesIn(Strict):
    """What was seen in a file. tlp: by default the file's."""

    items: Annotated[list[ItemIn], Field(min_length=1, max_length=acts.MOST_AT_ONCE)]
    tlp: Tlp | None = None
    note: Annotated[Line, StringConstraints(max_length=acts.NOTE_LENGTH)] = ""


class SightingOut(Schema):
    """An observable in a file. elsewhere: in how many other files that the caller may see."""

    id: int
    key: UUID
    sort: str
    value: str
    shown: str
    mark: str
    is_own: bool
    tlp: str
    source: str
    note: str
    at: datetime
    by: str
    elsewhere: int


class ObservableOut(Schema):
    """An observable, and in how many files that the caller may see."""

    key: UUID
    sort: str
    value: str
    shown: str
    mark: str
    files: int
    first_at: datetime
    last_at: datetime


class WhereOut(Schema):
    """A file in which an observable was seen."""

    incident: int
    reference: str
    tlp: str
    note: str
    at: datetime


class OneObservableOut(Schema):
    """An observable with the files in which the caller may see it, the newest first."""

    key: UUID
    sort: str
    value: str
    shown: str
    mark: str
    files: int
    seen_in: list[WhereOut]


class RetireIn(Strict):
    """Why an observable is taken back."""

    reason: Annotated[Said, StringConstraints(max_length=acts.NOTE_LENGTH)]


@router.get("/{pk}/observables", response=list[SightingOut])
def list_of_file(request: SignedRequest, pk: FileId) -> list[dict[str, Any]]:
    """Return the observables of a file, by kind; the journal says who asked."""
    incident = file_of(request, pk)
    open_file(by=request.user, incident=incident, now=clock.now(), part="observables")
    return [_sighting(row) for row in queries.of_file(request.user, incident)]


@router.post("/{pk}/observables", response={201: list[SightingOut]})
def add(request: SignedRequest, pk: FileId, payload: ObservablesIn) -> Answer[list[dict[str, Any]]]:
    """Note observables in a file and return those that it did not hold yet."""
    incident = file_of(request, pk)
    added = acts.add_sightings(
        by=request.user,
        incident=incident,
        seen=[acts.Seen(_named(item), item.is_own) for item in payload.items],
        source=SightingSource.API,
        tlp=payload.tlp,
        note=payload.note,
        now=clock.now(),
    )
    fresh = {sighting.pk for sighting in added}
    rows = queries.of_file(request.user, incident).filter(pk__in=fresh)
    return Answer(201, [_sighting(row) for row in rows])


@router.post("/{pk}/observables/{number}/retire", response={204: None})
def retire(request: SignedRequest, pk: FileId, number: Number, payload: RetireIn) -> Answer[None]:
    """Take an observable back; it stays readable in the file."""
    sighting = queries.sighting_of(request.user, pk, number)
    if sighting is None:
        raise absent()
    acts.retire_sighting(by=request.user, sighting=sighting, reason=payload.reason, now=clock.now())
    return Answer(204, None)


@everywhere.get("", response=list[ObservableOut])
def list_all(
    request: SignedRequest,
    q: Annotated[str, Query(max_length=200, description="An observable or a part of one.")] = "",
    sort: Sort | None = None,
) -> list[dict[str, Any]]:
    """Return the observables that the caller may see, the last seen first, 200 at most."""
    only(request, "q", "sort")
    rows = queries.listed(request.user, sort=str(sort or ""), text=q.replace("\0", " "), whole=True)
    return [
        {**row, **_told(Named(Sort(row["sort"]), row["value"]))}
        for row in rows[: queries.MOST_LISTED]
    ]


@everywhere.get("/{key}", response=OneObservableOut)
def one(request: SignedRequest, key: UUID) -> dict[str, Any]:
    """Return an observable and where it was seen."""
    found = queries.one_observable(request.user, key)
    if found is None:
        raise absent()
    return {
        "key": found.observable.key,
        **_told(found.observable.named),
        "files": found.files,
        "seen_in": [
            {
                "incident": row.incident_id,
                "reference": row.incident.reference,
                "tlp": row.tlp,
                "note": row.note,
                "at": row.at,
            }
            for row in found.sightings
        ],
    }


def _named(item: ItemIn) -> Named:
    """Return the observable that an item spells. Raises BadObservable."""
    if item.sort is not None:
        return named(item.sort, item.value)
    found = typed(item.value)
    if found is None:
        raise BadObservable(item.value)
    return found


def _told(one: Named) -> dict[str, str]:
    return {"sort": one.sort, "value": one.value, "shown": one.shown, "mark": one.mark}


def _sighting(row: Sighting) -> dict[str, Any]:
    return {
        "id": row.pk,
        "key": row.observable.key,
        **_told(row.observable.named),
        "is_own": row.is_own,
        "tlp": row.tlp,
        "source": row.source,
        "note": row.note,
        "at": row.at,
        "by": row.by.full_name,
        "elsewhere": row.elsewhere if queries.says_more(row) else 0,  # type: ignore[attr-defined]
    }
