"""Years in progress: which ones there are, and what the public may know of them."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Max

from vigie.audit.models import Event
from vigie.incidents.models import Declaration
from vigie.observatory.models import Publication, Snapshot
from vigie.observatory.queries.reports import report_of_everything
from vigie.observatory.rules.edition import VIEWS, Edition
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.indicators import FEWEST_STRUCTURES
from vigie.observatory.rules.question import Axis

SHOWN = 3  # years in progress, the latest ones: older ones wait for their publication


def last_change() -> int:
    """Return a number that grows whenever something that counts may have changed."""
    return Event.objects.aggregate(last=Max("pk"))["last"] or 0


def are_current(seen: int) -> bool:
    """Return whether the snapshots know of everything up to a change."""
    known = Snapshot.objects.aggregate(least=Max("seen"))["least"]
    return known is not None and known >= seen


def years_in_progress() -> list[int]:
    """Return the latest years that nobody published and enough structures told of."""
    published = Publication.objects.values_list("year", flat=True)
    rows = Declaration.objects.filter(counts=True, declared_year__isnull=False)
    by_year = rows.exclude(declared_year__in=published).order_by("-declared_year")
    counted = by_year.values_list("declared_year").annotate(n=Count("establishment", distinct=True))
    return [year for year, n in counted if n >= FEWEST_STRUCTURES][:SHOWN]


def edition_in_progress(year: int, *, as_of: datetime) -> Edition:
    """Return what the public may know of a year before its publication.

    By date of declaration, for the whole nation: breakdowns by month, type or territory would
    tell from one minute to the next who declared.
    """
    views = [view for view in VIEWS if view.axis is Axis.DECLARED]
    reports = {view: report_of_everything(view.question(year), as_of=as_of) for view in views}
    return Edition(year, as_of, {view: _whole(report) for view, report in reports.items()})


def _whole(report: Report) -> Report:
    kept = tuple(one for one in report.tables if not one.table.is_breakdown)
    return replace(report, tables=kept)
