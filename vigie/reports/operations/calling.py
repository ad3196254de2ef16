"""Call whoever is on call about a report, and stop calling when somebody deals with it."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.establishments.operations import call_out, close_calls
from vigie.establishments.rules import CallReason
from vigie.reports import rules
from vigie.reports.models import Report
from vigie.reports.queries import about, picture_title, whereabouts_of_report


def call_for(report: Report, now: datetime) -> None:
    """Call whoever is on call where a report comes from.

    Call it in the transaction that stores the report: letters are queued, nothing goes over the
    network. Danger is a call of its own; other reports of one place are told together.
    """
    with translation.override(settings.LANGUAGE_CODE):
        what = picture_title(report.picture)
        doubt = _("à vérifier, peut-être un robot") if report.marks else ""
    parts = (report.reference, what, report.place_name, doubt)
    call_out(
        places=[whereabouts_of_report(report).territory],
        reason=CallReason(rules.call_reason(report.danger, report.device)),
        about=about(report),
        title=" · ".join(part for part in parts if part),
        path=reverse("reports:one", args=[report.pk]),
        now=now,
    )


def stop_calls(report: Report, now: datetime) -> None:
    """Close the calls about a report that somebody dealt with."""
    close_calls(about=about(report), now=now)
