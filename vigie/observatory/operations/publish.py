"""Publish the figures of a year, or correct them by publishing them again."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.observatory.models import Publication
from vigie.observatory.queries import editions
from vigie.observatory.rules import publication as rules
from vigie.observatory.rules.edition import PLAIN
from vigie.observatory.rules.publication import PublicationRefused, Refusal


def publish(
    *,
    year: int,
    note: str,
    by: User,
    now: datetime,
    as_of: datetime | None = None,
    seen: str = "",
) -> Publication:
    """Freeze the figures of a year for everybody; where it was published, as its next revision.

    as_of: the moment whose knowledge counts, now unless told. seen: the hash that the person
    read in the preview, where there was one.
    Raises PermissionDenied unless the person answers for every nation counted, PublicationRefused,
    BadQuestion.
    """
    require_publishes(by)
    made = editions.prepared(year, as_of=as_of or now)
    if seen and seen != made.edition.sha256:
        raise PublicationRefused(Refusal.OTHER_FIGURES)
    rules.check(
        year=year,
        current_year=timezone.localtime(made.edition.as_of).year,
        is_empty=made.edition[PLAIN].is_empty,
        is_same=made.is_same,
        revises=made.last is not None,
        note=note,
    )
    try:
        with transaction.atomic():
            return _write(made, note.strip(), by, now)
    except IntegrityError as reason:
        # Somebody published the same revision since it was prepared.
        raise PublicationRefused(Refusal.MEANWHILE) from reason


def require_publishes(by: User) -> None:
    """Raise PermissionDenied unless the person may publish what the whole register counts."""
    if not by.may(Permission.PUBLISH):
        raise PermissionDenied(f"{by.journal_name} lacks {Permission.PUBLISH}")
    for place in editions.places_counted():
        require(by, Permission.PUBLISH, at=place)


def _write(made: editions.Prepared, note: str, by: User, now: datetime) -> Publication:
    edition = made.edition
    one = Publication.objects.create(
        year=edition.year,
        revision=made.last.revision + 1 if made.last else 1,
        as_of=edition.as_of,
        published_at=now,
        by=by,
        note=note,
        content=edition.text(),
        sha256=edition.sha256,
        changes=[change.as_json() for change in made.changes],
    )
    record(
        actor=by.journal_name,
        verb="figures.corrected" if one.is_correction else "figures.published",
        target=f"publication:{one.pk}",
        at=now,
        details={"year": one.year, "revision": one.revision, "sha256": one.sha256},
    )
    return one
