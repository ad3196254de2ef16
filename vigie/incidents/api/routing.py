"""Whom the CERT tells of a file: what the rules ask for, what was done, with the proof."""

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from ninja import Status as Answer
from pydantic import AwareDatetime, StringConstraints

from vigie.accounts.guards import SignedRequest
from vigie.incidents import queries
from vigie.incidents.api.doors import FileId, Number, absent, file_of
from vigie.incidents.api.follow_schemas import Said
from vigie.incidents.api.schemas import Strict
from vigie.incidents.models import Incident, PartyTold
from vigie.incidents.operations import exchange
from vigie.incidents.operations import routing as acts
from vigie.incidents.queries.routing import Line, Routed, around, routed, told_in
from vigie.incidents.rules.facts import Line as ShortText
from vigie.incidents.rules.routing import (
    BY_HAND,
    NAME_LENGTH,
    PROOF_LENGTH,
    REASON_LENGTH,
    Means,
    Outcome,
    Telling,
)
from vigie.kernel import clock

router = Router(tags=["routing"])
Proof = Annotated[ShortText, StringConstraints(max_length=PROOF_LENGTH)]
Why = Annotated[ShortText, StringConstraints(max_length=REASON_LENGTH)]


class TellIn(Strict):
    """That a party was told, with means and proof; or that it need not be, with the reason.

    rule: `rule` of a task, or "by_hand" with a party and a reason for whom no rule asks for.
    """

    rule: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,60}$")]
    party: Annotated[str, StringConstraints(pattern=r"^[a-z]{0,12}$")] = ""
    party_name: Annotated[ShortText, StringConstraints(max_length=NAME_LENGTH)] = ""
    outcome: Outcome
    at: AwareDatetime
    means: Means | None = None
    proof: Proof = ""
    reason: Why = ""


class RetractIn(Strict):
    """Why a record is taken back."""

    reason: Annotated[Said, StringConstraints(max_length=REASON_LENGTH)]


class PartyOut(Schema):
    """One party of a file. state: due, to_check, told or not_needed; id: of what was recorded."""

    id: int | None
    rule: str
    party: str
    name: str
    why: str
    law: str
    because: list[str]
    state: str
    since: datetime | None
    at: datetime | None
    means: str
    proof: str
    reason: str
    recorded_by: str
    recorded_at: datetime | None


@router.get("/{pk}/routing", response=list[PartyOut])
def list_parties(request: SignedRequest, pk: FileId) -> list[PartyOut]:
    """Return whom to tell of a file and who was told; reading is written in the journal."""
    incident = file_of(request, pk)
    exchange.open_file(by=request.user, incident=incident, now=clock.now(), part="routing")
    return [_out(line) for line in _routed(incident).lines]


@router.post("/{pk}/routing", response={201: PartyOut})
def record_told(request: SignedRequest, pk: FileId, payload: TellIn) -> Answer[PartyOut]:
    """Record that a party was told, or need not be. 409 when somebody recorded it before."""
    incident = file_of(request, pk)
    line = _routed(incident).line(payload.rule)
    party = line.party if line and payload.rule != BY_HAND else payload.party
    told = acts.record_told(
        by=request.user,
        incident=incident,
        telling=Telling(**payload.model_dump() | {"party": party}),
        now=clock.now(),
        due_since=line.task.since if line and line.task else None,
    )
    return Answer(201, _again(incident, told))


@router.post("/{pk}/routing/{number}/retraction", response=list[PartyOut])
def retract_told(
    request: SignedRequest, pk: FileId, number: Number, payload: RetractIn
) -> list[PartyOut]:
    """Take back a record made by mistake; the answer is the routing as it stands then."""
    incident = file_of(request, pk)
    if number not in {told.pk for told in told_in(incident=incident.pk)}:
        raise absent()
    acts.retract_told(
        by=request.user, incident=incident, pk=number, reason=payload.reason, now=clock.now()
    )
    return [_out(line) for line in _routed(incident).lines]


def _routed(incident: Incident) -> Routed:
    declaration = queries.declaration_of(incident)
    return routed(incident, declaration, queries.facts_in_force(declaration), around(incident))


def _again(incident: Incident, told: PartyTold) -> PartyOut:
    lines = _routed(incident).lines
    found = next((line for line in lines if line.told and line.told.pk == told.pk), None)
    if found is None:
        raise absent()
    return _out(found)


def _out(line: Line) -> PartyOut:
    task, told = line.task, line.told
    return PartyOut(
        id=told.pk if told else None,
        rule=line.key,
        party=line.party,
        name=line.who,
        why=line.why,
        law=line.text,
        because=list(task.because) if task else [],
        state=line.state,
        since=(told.due_since if told else None) or (task.since if task else None),
        at=told.at if told else None,
        means=told.means if told else "",
        proof=told.proof if told else "",
        reason=told.reason if told else "",
        recorded_by=told.by.full_name if told else "",
        recorded_at=told.recorded_at if told else None,
    )
