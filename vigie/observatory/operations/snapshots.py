"""Compute the years in progress for the public page, when something changed."""

from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.audit.operations import record
from vigie.observatory.models import Opening, Snapshot
from vigie.observatory.operations.publish import require_publishes
from vigie.observatory.queries import progress, shown


def open_years_in_progress(*, by: User, is_open: bool, now: datetime) -> Opening | None:
    """Show the public the years that are not published yet, or stop it; None: it is so already.

    Raises PermissionDenied.
    """
    require_publishes(by)
    if shown.is_open() == is_open:
        return None
    with transaction.atomic():
        made = Opening.objects.create(is_open=is_open, at=now, by=by)
        record(
            actor=by.journal_name,
            verb="figures.opened" if is_open else "figures.closed",
            target=f"opening:{made.pk}",
            at=now,
        )
    return made


def compute_snapshots(now: datetime) -> None:
    """Compute the years in progress again where something changed since; forget the others."""
    if not shown.is_open():
        Snapshot.objects.all().delete()
        return
    seen = progress.last_change()
    if progress.are_current(seen):
        return
    years = progress.years_in_progress()
    Snapshot.objects.exclude(year__in=years).delete()
    for year in years:
        made = progress.edition_in_progress(year, as_of=now)
        told = {"content": made.text(), "sha256": made.sha256, "computed_at": now, "seen": seen}
        Snapshot.objects.update_or_create(year=year, defaults=told)
