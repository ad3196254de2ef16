"""The duties of a file: which apply and why, their clocks, what was recorded of them."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Router, Schema
from ninja import Status as Answered
from pydantic import AwareDatetime, StringConstraints

from vigie.accounts.guards import SignedRequest
from vigie.incidents import queries
from vigie.incidents.api.doors import FileId, Number, absent, file_of, only
from vigie.incidents.api.schemas import Strict
from vigie.incidents.models import DutyAct, Incident
from vigie.incidents.models.duty_words import fact_said, said
from vigie.incidents.operations import duties as acts
from vigie.incidents.operations import exchange
from vigie.incidents.queries import duties_due
from vigie.incidents.queries.duties import FileDuties, duties_of
from vigie.incidents.rules.duties.clocks import Clock, State
from vigie.incidents.rules.duties.reading import Duty, Standing
from vigie.incidents.rules.duties.record import (
    JOB_LENGTH,
    REASON_LENGTH,
    RECEIPT_LENGTH,
    Act,
    ActKind,
    Channel,
)
from vigie.incidents.rules.facts import Line
from vigie.incidents.rules.legal import Answer
from vigie.kernel import clock

router = Router(tags=["duties"])
everywhere = Router(tags=["duties"])
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{0,40}$")]
Recorded = Literal["aware", "event", "answer", "sent", "not_applicable", "stopped"]
Wanted = Literal["late", "without_delay", "soon", "running", "to_check"]
Why = Annotated[Line, StringConstraints(max_length=REASON_LENGTH)]


class RecordIn(Strict):
    """What happened to a duty.

    aware: when the structure knew, as the regime means it. event: what starts a stage. answer: to
    the question `fact`. sent: a notice went out. not_applicable, stopped: with the reason; without
    a stage they close the whole regime.
    """

    kind: Recorded
    at: AwareDatetime
    regime: Code = ""
    stage: Code = ""
    fact: Code = ""
    answer: Answer | None = None
    reason: Why = ""
    channel: Channel | None = None
    receipt: Annotated[Line, StringConstraints(max_length=RECEIPT_LENGTH)] = ""
    sender: Annotated[Line, StringConstraints(max_length=JOB_LENGTH)] = ""


class TakeBackIn(Strict):
    """Why a record is taken back."""

    reason: Annotated[Why, StringConstraints(min_length=1)]


class FactOut(Schema):
    """A fact that decides on a duty, and how it stands: yes, no or unknown."""

    fact: str
    answer: str
    text: str


class ClockOut(Schema):
    """One stage. state: late, without_delay, soon, running, to_check, coming, done, not_applicable.

    assumed: nobody recorded when the structure knew. target: Vigie's own aim, not the law's.
    """

    stage: str
    title: str
    recipients: list[str]
    state: str
    advised: bool
    start: datetime | None
    assumed: bool
    due: datetime | None
    target: datetime | None
    sent_at: datetime | None
    receipt: str
    reason: str


class DutyOut(Schema):
    """One regime. standing: applies, advised, to_check, coming, lapsed or not.

    certain: a page states the rule, read on checked_on; no lawyer validated it. begins: the law's
    first day, null while there is none or where it is not noted.
    """

    regime: str
    title: str
    standing: str
    because: list[FactOut]
    law: str
    url: str
    certain: bool
    checked_on: date
    begins: date | None
    aware_at: datetime | None
    clocks: list[ClockOut]


class RecordOut(Schema):
    """Something that was recorded. retracts: the record that it takes back."""

    id: int
    kind: str
    regime: str
    stage: str
    fact: str
    answer: str
    at: datetime
    reason: str
    channel: str
    receipt: str
    sender: str
    recorded_by: str
    recorded_at: datetime
    retracts: int | None


class DutiesOut(Schema):
    """The duties of a file. known: the law of its country is described."""

    known: bool
    duties: list[DutyOut]
    records: list[RecordOut]


class DueOut(Schema):
    """One stage that somebody must see to."""

    incident: int
    reference: str
    establishment: str
    regime: str
    stage: str
    title: str
    state: str
    advised: bool
    start: datetime | None
    due: datetime | None


@router.get("/{pk}/duties", response=DutiesOut)
def list_duties(request: SignedRequest, pk: FileId) -> DutiesOut:
    """Return the duties of a file as they stand now; reading is written in the journal."""
    incident = file_of(request, pk)
    exchange.open_file(by=request.user, incident=incident, now=clock.now(), part="duties")
    return _out(_duties(incident))


@router.post("/{pk}/duties/records", response={201: DutiesOut})
def record_duty(request: SignedRequest, pk: FileId, payload: RecordIn) -> Answered[DutiesOut]:
    """Record what happened to a duty; the answer is how the duties stand then."""
    incident = file_of(request, pk)
    told = payload.model_dump() | {"kind": ActKind(payload.kind)}
    acts.record_duty(by=request.user, incident=incident, act=Act(**told), now=clock.now())
    return Answered(201, _out(_duties(incident)))


@router.post("/{pk}/duties/records/{number}/retraction", response=DutiesOut)
def retract_duty(
    request: SignedRequest, pk: FileId, number: Number, payload: TakeBackIn
) -> DutiesOut:
    """Take back a record made by mistake; both stay readable."""
    incident = file_of(request, pk)
    try:
        acts.retract_duty(
            by=request.user, incident=incident, pk=number, reason=payload.reason, now=clock.now()
        )
    except DutyAct.DoesNotExist as gone:
        raise absent() from gone
    return _out(_duties(incident))


@everywhere.get("", response=list[DueOut])
def list_due(request: SignedRequest, state: Wanted | None = None) -> list[DueOut]:
    """Return what is due in the files that the caller may see, at most 100, pressing ones first.

    state: without it, all but what is to check.
    """
    only(request, "state")
    now = clock.now()
    chosen = State(state) if state else None
    rows = duties_due.due(request.user, now=now, state=chosen)[: duties_due.PAGE]
    return [
        DueOut(
            incident=one.incident.pk,
            reference=one.incident.reference,
            establishment=one.incident.establishment.name,
            regime=one.clock.regime,
            stage=one.clock.stage,
            title=said(one.title),
            state=one.state,
            advised=one.clock.is_advised,
            start=one.clock.start_at,
            due=one.clock.due_at,
        )
        for one in duties_due.listed(rows, now)
    ]


def _duties(incident: Incident) -> FileDuties:
    declaration = queries.declaration_of(incident)
    facts = queries.facts_in_force(declaration)
    return duties_of(declaration.incident, declaration, facts, now=clock.now())


def _out(found: FileDuties) -> DutiesOut:
    return DutiesOut(
        known=found.is_known,
        duties=[_duty(duty) for duty in found.duties],
        records=[_record(row) for row in found.acts],
    )


def _duty(duty: Duty) -> DutyOut:
    begins = duty.begins if duty.begins != date.min else None
    binds = duty.standing in (Standing.APPLIES, Standing.ADVISED)
    return DutyOut(
        regime=duty.regime.code,
        title=said(duty.regime.title),
        standing=duty.standing,
        because=[
            FactOut(fact=b.fact, answer=b.answer, text=fact_said(b.fact, b.answer))
            for b in duty.because
        ],
        law=said(duty.regime.law),
        url=duty.regime.url,
        certain=duty.regime.is_certain,
        checked_on=duty.regime.checked_on,
        begins=begins,
        aware_at=duty.aware.at if duty.aware and binds else None,
        clocks=[_clock(one) for one in duty.clocks],
    )


def _clock(one: Clock) -> ClockOut:
    first = one.first_sent
    return ClockOut(
        stage=one.stage.code,
        title=said(one.stage.title),
        recipients=[said(recipient.title) for recipient in one.stage.recipients],
        state=one.state,
        advised=one.is_advised,
        start=one.start,
        assumed=one.is_assumed,
        due=one.due,
        target=one.target,
        sent_at=first.at if first else None,
        receipt=first.receipt if first else "",
        reason=one.closed.reason if one.closed else "",
    )


def _record(row: DutyAct) -> RecordOut:
    return RecordOut(
        id=row.pk,
        kind=row.kind,
        regime=row.regime,
        stage=row.stage,
        fact=row.fact,
        answer=row.answer,
        at=row.at,
        reason=row.reason,
        channel=row.channel,
        receipt=row.receipt,
        sender=row.sender,
        recorded_by=row.by.full_name,
        recorded_at=row.recorded_at,
        retracts=row.retracts_id,
    )
