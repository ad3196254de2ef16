"""REST doors for those who handle reports. Sending one has no door here: the open form takes it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Path, Query, Router, Schema
from ninja import Status as Answered
from pydantic import ConfigDict, StringConstraints

from vigie.accounts.guards import SignedRequest
from vigie.accounts.rules import Permission
from vigie.incidents.queries import visible_incidents
from vigie.kernel import clock
from vigie.reports import operations, queries, rules
from vigie.reports.models import Report, Word
from vigie.reports.queries.officer import settled_reports
from vigie.reports.rules import BadWord, Settled, State

router = Router(tags=["reports"])
ReportId = Annotated[int, Path(ge=1, le=2**53, description="The number in the report's name.")]
Sentence = Annotated[str, StringConstraints(max_length=rules.ANSWER_LENGTH)]
Told = tuple[str, list[dict[str, str]]]


class Strict(Schema):
    """A body in which an unknown field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


class WordOut(Schema):
    """A word between the sender and those who handle the report."""

    at: datetime
    side: Literal["sender", "officer"]
    shown_as: str  # what the sender reads of an officer
    text: str


class WardReportLine(Schema):
    """A report in a list. state follows from what became of it."""

    id: int
    reference: str
    received_at: datetime
    danger: str
    device: str
    picture: str
    text: str
    where: str
    place: str
    establishment: str
    state: State
    seen_at: datetime | None
    marks: list[str]

    @staticmethod
    def resolve_place(report: Report) -> str:
        """Return the nearest known name."""
        return report.place_name

    @staticmethod
    def resolve_establishment(report: Report) -> str:
        """Return the number of the establishment, or its own code."""
        return report.establishment.code

    @staticmethod
    def resolve_state(report: Report) -> State:
        """Return what became of it."""
        return queries.state_of(report)


class CallerOut(Schema):
    """Whom to call back; empty where nobody said, or once it is erased."""

    name: str
    phone: str


class WardReport(WardReportLine):
    """A report with its exchange. caller: for those who handle reports there, else null."""

    seen_as: str
    reason: str
    incident: int | None
    caller: CallerOut | None
    words: list[WordOut]

    @staticmethod
    def resolve_incident(report: Report) -> int | None:
        """Return the file that it led to or was attached to."""
        return report.incident_id or getattr(report, "declared_file", None)

    @staticmethod
    def resolve_caller(report: Report) -> CallerOut | None:
        """Return whom to call back, for those who may know."""
        if not getattr(report, "shows_caller", False):
            return None
        return CallerOut(name=report.caller_name, phone=report.caller_phone)

    @staticmethod
    def resolve_words(report: Report) -> list[Word]:
        """Return the exchange, the oldest first."""
        return list(report.words.order_by("at", "id"))


class AnswerIn(Strict):
    """Words for the sender. Send the same key again after a cut: they are written once."""

    key: UUID
    text: Sentence
    with_name: bool = False


class ReasonIn(Strict):
    """Why."""

    reason: Sentence


class AttachIn(Strict):
    """The file that the report belongs to."""

    incident: Annotated[int, Field(ge=1, le=2**53)]


class DraftOut(Schema):
    """The draft of a declaration, to be completed on the pages."""

    key: UUID


class WardReportPage(Schema):
    """Some reports, and how many there are in all."""

    items: list[WardReportLine]
    total: int


@router.get("", response=WardReportPage)
def list_reports(
    request: SignedRequest,
    state: Literal["waiting", "settled"] = "waiting",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> dict[str, object]:
    """Return the reports that wait, danger first, or those that are dealt with, newest first."""
    rows = (queries.waiting_reports if state == "waiting" else settled_reports)(request.user)
    return {"items": list(rows[offset : offset + limit]), "total": rows.count()}


@router.get("/{pk}", response=WardReport)
def read_report(request: SignedRequest, pk: ReportId) -> Report:
    """Return a report; opening it is written in the journal."""
    report = _report(request, pk)
    operations.open_report(by=request.user, report=report, now=clock.now())
    return _whole(request, pk)


@router.post("/{pk}/seen", response=WardReport)
def mark_seen(request: SignedRequest, pk: ReportId) -> Report:
    """Tell the sender that somebody saw the report."""
    operations.mark_seen(by=request.user, report=_report(request, pk), now=clock.now())
    return _whole(request, pk)


@router.post("/{pk}/answers", response={201: WordOut})
def answer(request: SignedRequest, pk: ReportId, payload: AnswerIn) -> Answered[Word]:
    """Write to the sender. The same key again changes nothing."""
    word = operations.answer(
        by=request.user,
        report=_report(request, pk),
        text=payload.text,
        key=payload.key.hex,
        with_name=payload.with_name,
        now=clock.now(),
    )
    return Answered(201, word)


@router.post("/{pk}/rejection", response=WardReport)
def reject(request: SignedRequest, pk: ReportId, payload: ReasonIn) -> Report:
    """Close a report that leads to nothing, for a reason that the sender reads."""
    operations.reject(
        by=request.user, report=_report(request, pk), reason=payload.reason, now=clock.now()
    )
    return _whole(request, pk)


@router.post("/{pk}/reopening", response=WardReport)
def reopen(request: SignedRequest, pk: ReportId, payload: ReasonIn) -> Report:
    """Take back a rejection or an attachment."""
    operations.reopen(
        by=request.user, report=_report(request, pk), reason=payload.reason, now=clock.now()
    )
    return _whole(request, pk)


@router.post("/{pk}/attachment", response=WardReport)
def attach(request: SignedRequest, pk: ReportId, payload: AttachIn) -> Report:
    """Attach a report to a file of the same establishment."""
    report = _report(request, pk)
    file = get_object_or_404(visible_incidents(request.user), pk=payload.incident)
    operations.attach(by=request.user, report=report, incident=file, now=clock.now())
    return _whole(request, pk)


@router.post("/{pk}/draft", response={201: DraftOut})
def turn(request: SignedRequest, pk: ReportId) -> Answered[DraftOut]:
    """Begin a declaration with what the report says; the caller's own draft is given again."""
    turned = operations.turn(by=request.user, report=_report(request, pk), now=clock.now())
    return Answered(201, DraftOut(key=turned.key))


def _report(request: SignedRequest, pk: int) -> Report:
    return get_object_or_404(queries.visible_reports(request.user), pk=pk)


def _whole(request: SignedRequest, pk: int) -> Report:
    """Return a report, read again: an act may have just changed it."""
    report = _report(request, pk)
    may_call = request.user.may(Permission.HANDLE_REPORTS, at=report.place)
    report.shows_caller = may_call  # type: ignore[attr-defined]
    return report


def _at_field(reason: BadWord) -> Told:
    return "The sentence is not taken.", [{"field": reason.field, "reason": reason.reason}]


def _settled(reason: Settled) -> Told:
    return "Somebody dealt with the report before, or there is nothing to take back.", []


PROBLEMS: list[tuple[type[Exception], int, Callable[[Any], Told]]] = [
    (BadWord, 422, _at_field),
    (Settled, 409, _settled),
]
