"""Erase whom to call back, and the secret link, when their time is over or on demand."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.reports.models import Report

HOLDS = ~Q(token_hash=None) | ~Q(caller_name="") | ~Q(caller_phone="")


@transaction.atomic
def forget_expired_callers(now: datetime) -> int:
    """Erase the name, the telephone and the link of the reports whose time is over.

    Returns of how many.
    """
    over = Report.objects.filter(HOLDS, kept_until__lte=now)
    erased = over.update(token_hash=None, caller_name="", caller_phone="")
    if erased:
        record(
            actor="system:worker",
            verb="report.callers_expired",
            target="journal:people",
            at=now,
            details={"reports": erased},
        )
    return erased


@transaction.atomic
def erase_caller(*, by: User, report: Report, now: datetime) -> None:
    """Erase whom to call back about a report. Raises PermissionDenied unless they handle it."""
    require(by, Permission.HANDLE_REPORTS, at=report.place)
    Report.objects.filter(pk=report.pk).update(caller_name="", caller_phone="")
    record(actor=by.journal_name, verb="report.caller_erased", target=f"report:{report.pk}", at=now)
