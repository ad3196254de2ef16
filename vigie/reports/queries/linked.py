"""Tell the page of an incident file which reports it came from."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.incidents.models import Declaration, Incident
from vigie.incidents.queries.linked import Linked, Source, tell_linked
from vigie.reference import advice
from vigie.reports.models import Report, Turned


def show_on_files() -> None:
    """Let files show the reports that led to them."""
    tell_linked(Source("reports", has_reports, told_of_file))


def has_reports() -> Q:
    """Return the expression that a report led to a file or was attached to it."""
    keys = Declaration.objects.filter(incident=OuterRef(OuterRef("pk"))).values("key")
    came = Turned.objects.filter(key__in=keys)
    return Exists(Report.objects.filter(incident=OuterRef("pk"))) | Exists(came)


def reports_of_file(incident: int) -> QuerySet[Report]:
    """Return the reports that led to a file or were attached to it, the oldest first.

    The caller has checked that the reader may open the file.
    """
    keys = Declaration.objects.filter(incident=incident).values("key")
    came = Turned.objects.filter(key__in=keys).values("report")
    rows = Report.objects.filter(Q(incident=incident) | Q(pk__in=came))
    return rows.select_related("establishment", "site", "ward").order_by("received_at", "id")


def told_of_file(reader: User, incident: Incident) -> list[Linked]:
    """Return what a file shows of its reports: their words, never whom to call back.

    Whoever may open the file reads them here, the CERT and the region too; the page of a report
    is for those who read reports at its place.
    """
    return [_linked(reader, report) for report in reports_of_file(incident.pk)]


def picture_title(code: str) -> str:
    """Return a pictured choice in the reader's language."""
    entry = advice.report_pictures().get(code)
    return entry.title.in_(get_language() or "fr") if entry else _("Signalement")


def _linked(reader: User, report: Report) -> Linked:
    may_open = reader.may(Permission.READ_REPORTS, at=report.place)
    return Linked(
        name=report.reference,
        title=picture_title(report.picture),
        note=_("Signalement de %(place)s") % {"place": report.place_name},
        at=report.received_at,
        text=report.text,
        route="reports:one" if may_open else "",
        key=(report.pk,) if may_open else (),
    )
