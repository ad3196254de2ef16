"""What officers do with a report: see, answer, declare, attach, reject, open again."""

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Incident
from vigie.incidents.operations import save_draft
from vigie.incidents.queries import Structure, structure_of, visible_incidents
from vigie.incidents.rules.blocks import Step
from vigie.incidents.rules.words import Endangerment
from vigie.kernel import nir
from vigie.kernel.partial import PartialDate
from vigie.reference import advice
from vigie.reports import rules
from vigie.reports.models import Report, Turned, Word
from vigie.reports.operations.calling import stop_calls
from vigie.reports.queries import state_of
from vigie.reports.queries.officer import with_outcome
from vigie.reports.rules import Answer, Settled, Side, State

TITLE_LENGTH = 200  # of a declaration
OPEN = {State.WAITING, State.DRAFTED}


@transaction.atomic
def open_report(*, by: User, report: Report, now: datetime) -> None:
    """Write in the journal who opened a report that they may read."""
    require(by, Permission.READ_REPORTS, at=report.place)
    _record(by, "report.opened", report, now)


@transaction.atomic
def mark_seen(*, by: User, report: Report, now: datetime) -> Report:
    """Tell the sender that somebody saw the report: the first to do so, by function.

    Raises PermissionDenied when the person may not handle it.
    """
    report = _held(by, report)
    if report.seen_at is None:
        report.seen_at, report.seen_by = now, by
        report.seen_as = shown_as(by, report)
        report.save(update_fields=["seen_at", "seen_by", "seen_as"])
        _record(by, "report.seen", report, now)
    return report


@transaction.atomic
def answer(
    *, by: User, report: Report, text: str, key: str, now: datetime, with_name: bool = False
) -> Word:
    """Write to the sender, under one's function, or one's name if one chooses.

    Sending the same key again changes nothing. Raises PermissionDenied when the person may not
    handle the report, BadWord for an empty or long text.
    """
    report = _held(by, report)
    known = report.words.filter(key=key).first()
    if known is not None:
        return known
    masked, count = nir.mask(rules.check_words("text", text))
    word = Word.objects.create(
        report=report,
        at=now,
        side=Side.OFFICER,
        by=by,
        shown_as=by.full_name if with_name else shown_as(by, report),
        text=masked,
        masked=count,
        key=key,
    )
    mark_seen(by=by, report=report, now=now)
    _record(by, "report.answered", report, now, {"masked": count})
    return word


@transaction.atomic
def reject(*, by: User, report: Report, reason: str, now: datetime) -> Report:
    """Close a report that leads to nothing, for a reason that its sender reads.

    Raises PermissionDenied, BadWord without a reason, Settled when it is dealt with.
    """
    report = _open(by, report)
    masked, _count = nir.mask(rules.check_words("reason", reason))
    report.reason = masked
    mark_seen(by=by, report=report, now=now)
    return _settle(by, report, State.REJECTED, now, {})


@transaction.atomic
def attach(*, by: User, report: Report, incident: Incident, now: datetime) -> Report:
    """Attach a report to a file that is there already.

    Raises PermissionDenied when the person may not handle the report or not open the file, or the
    file is another establishment's; Settled when the report is dealt with.
    """
    report = _open(by, report)
    mine = visible_incidents(by).filter(pk=incident.pk, establishment=report.establishment_id)
    if not mine.exists():
        raise PermissionDenied(f"{by.journal_name} may not attach to {incident.pk}")
    report.incident = incident
    mark_seen(by=by, report=report, now=now)
    record(
        actor=by.journal_name,
        verb="incident.report_attached",
        target=f"incident:{incident.pk}",
        at=now,
        details={"report": report.pk},
    )
    return _settle(by, report, State.ATTACHED, now, {"incident": incident.pk})


@transaction.atomic
def turn(*, by: User, report: Report, now: datetime) -> Turned:
    """Begin a declaration with what the report says; .key is that of the draft.

    Whoever began one already gets it again. Raises PermissionDenied when the person may not handle
    the report or not declare there, Settled when it is dealt with.
    """
    report = _open(by, report)
    require(by, Permission.DECLARE, at=report.place)
    mine = report.turned.filter(by=by).first()
    if mine is not None and by.drafts.filter(key=mine.key).exists():
        return mine
    structure = structure_to_declare(by, report)
    turned, _new = Turned.objects.update_or_create(
        report=report, by=by, defaults={"key": uuid4(), "at": now}
    )
    save_draft(
        by=by,
        key=turned.key,
        establishment=structure.establishment,
        site=structure.site,
        content={str(Step.ESSENTIAL): essential(by, report, structure)},
        step=str(Step.ESSENTIAL),
        now=now,
    )
    mark_seen(by=by, report=report, now=now)
    _record(by, "report.turned", report, now)
    stop_calls(report, now)
    return turned


@transaction.atomic
def reopen(*, by: User, report: Report, reason: str, now: datetime) -> Report:
    """Take back a rejection or an attachment: the report waits again.

    Raises PermissionDenied, BadWord without a reason, Settled when there is nothing to take back.
    """
    report = _held(by, report)
    if report.state == State.WAITING:
        raise Settled("nothing was decided")
    masked, _count = nir.mask(rules.check_words("reason", reason))
    report.state, report.reason, report.incident = State.WAITING, "", None
    report.settled_at = report.settled_by = None
    report.save(update_fields=["state", "reason", "incident", "settled_at", "settled_by"])
    _record(by, "report.reopened", report, now, {"reason": masked})
    return report


def shown_as(by: User, report: Report) -> str:
    """Return the function that the sender reads: the person's job, else their role there."""
    if by.job:
        return by.job[:120]
    roles = [m.role_class for m in by.memberships_with(Permission.HANDLE_REPORTS)]
    with translation.override(report.language):
        return _(roles[0].title) if roles else _("Responsable")


def structure_to_declare(by: User, report: Report) -> Structure:
    """Return where the declaration counts: at the site of the report, else at the whole.

    Raises PermissionDenied when the person may declare at neither.
    """
    codes = [f"et:{report.site_id}"] if report.site_id else []
    for code in [*codes, f"ej:{report.establishment_id}"]:
        found = structure_of(by, code)
        if found is not None:
            return found
    raise PermissionDenied(f"{by.journal_name} may not declare there")


def essential(by: User, report: Report, structure: Structure) -> dict[str, list[str]]:
    """Return the first answers of a draft, as its form sends them."""
    picture = advice.report_pictures().get(report.picture)
    what = picture.title.in_(by.language) if picture else _("Signalement")
    lived = PartialDate.at(report.received_at, ZoneInfo(settings.TIME_ZONE)).moment
    boxes = {"day": "%d", "month": "%m", "year": "%Y", "time": "%H:%M"}
    answers = {
        "structure": structure.code,
        "title": rules.title(what, report.where or report.place_name)[:TITLE_LENGTH],
        "description": report.text or what,
        "phone": by.phone,
        # "Is a patient in danger now?" at the bedside is not yet what a declaration asserts.
        "endangerment": Endangerment.POTENTIAL if report.danger == Answer.YES else "",
        **{f"noticed_{box}": lived.strftime(pattern) for box, pattern in boxes.items()},
    }
    return {name: [str(value)] for name, value in answers.items() if value}


def _held(by: User, report: Report) -> Report:
    """Return the report, locked, once it is sure that the person may handle it."""
    require(by, Permission.HANDLE_REPORTS, at=report.place)
    rows = Report.objects.select_for_update(of=("self",)).select_related("establishment", "site")
    return rows.get(pk=report.pk)


def _open(by: User, report: Report) -> Report:
    """Return the report, locked, that nobody dealt with. Raises Settled for another."""
    report = _held(by, report)
    if state_of(with_outcome(Report.objects.filter(pk=report.pk)).get()) not in OPEN:
        raise Settled(report.reference)
    return report


def _settle(
    by: User, report: Report, state: State, now: datetime, details: dict[str, Any]
) -> Report:
    report.state, report.settled_at, report.settled_by = state, now, by
    report.save(update_fields=["state", "settled_at", "settled_by", "reason", "incident"])
    _record(by, f"report.{state}", report, now, details)
    stop_calls(report, now)
    return report


def _record(
    by: User, verb: str, report: Report, now: datetime, details: dict[str, object] | None = None
) -> None:
    record(actor=by.journal_name, verb=verb, target=f"report:{report.pk}", at=now, details=details)
