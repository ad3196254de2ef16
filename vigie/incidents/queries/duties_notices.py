"""Read the notices of a file: their versions, the newest first."""

from django.db.models import QuerySet

from vigie.incidents.models import DutyNotice, Incident


def versions_of(incident: Incident, regime: str, stage: str) -> QuerySet[DutyNotice]:
    """Return the versions of a notice, the newest first."""
    rows = DutyNotice.objects.filter(incident=incident, regime=regime, stage=stage)
    return rows.select_related("by").order_by("-number")
