"""Hand over: one shift of the desk tells the next, with the queue as it stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.rules import Place
from vigie.incidents.models import Handover
from vigie.incidents.queries import handover as desks
from vigie.incidents.queries.queue import Figures, open_files, queue
from vigie.incidents.queries.search import Filters
from vigie.incidents.rules.follow import PATIENT_DANGER
from vigie.kernel import nir

MOST_NAMED = 20  # files with danger for patients that a note lists
LONGEST = 20_000  # characters


class BadNote(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A note is empty or too long."""


def hand_over(*, by: User, text: str, key: UUID, now: datetime) -> Handover:
    """Write the note of a shift and freeze the figures of the queue beside it.

    It belongs to the desk of the nation, or of the region, that the person serves. Sending the
    same key again returns the first note and changes nothing.
    Raises PermissionDenied when the person serves no desk or the key is somebody else's, BadNote.
    """
    desk = desks.desk_of(by)
    if desk is None:
        raise PermissionDenied(f"{by.journal_name} serves no desk")
    require(by, Permission.FOLLOW, at=desk)
    if not text.strip() or len(text) > LONGEST:
        raise BadNote
    before = _written_before(by, key)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _write(by, desk, text, key, now)
    except IntegrityError:
        # The same key came in twice at the same moment: the other one won.
        again = _written_before(by, key)
        if again is None:
            raise
        return again


def _written_before(by: User, key: UUID) -> Handover | None:
    found = Handover.objects.filter(key=key).first()
    if found is not None and found.by_id != by.pk:
        raise PermissionDenied("the key belongs to another note")
    return found


def _write(by: User, desk: Place, text: str, key: UUID, now: datetime) -> Handover:
    note = Handover.objects.create(
        at=now,
        by=by,
        country=desk.country,
        region=desk.region,
        text=nir.mask(text.strip())[0],
        figures=frozen(by, now),
        key=key,
    )
    record(actor=by.journal_name, verb="handover.written", target=f"handover:{note.pk}", at=now)
    return note


def frozen(by: User, now: datetime) -> dict[str, Any]:
    """Return the state of the queue as JSON: numbers, moments in UTC, the gravest files."""
    found = queue(by, Filters(), now=now, whole=True)
    numbers = _numbers(found.figures)
    moments = {
        "waits_since": found.figures.waits_since,
        "danger_waits_since": found.figures.danger_waits_since,
    }
    grave = open_files(by).filter(danger_rank__gte=PATIENT_DANGER)
    rows = grave.select_related("establishment").order_by("-danger_rank", "next_action_at", "id")
    return {
        **numbers,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
        "events": len(found.banners),
        "grave": [
            {
                "id": row.pk,
                "reference": row.reference,
                "title": row.title,
                "structure": row.establishment.name,
                "endangerment": row.endangerment,
                "next_action": row.next_action,
                "next_action_at": row.next_action_at.isoformat() if row.next_action_at else None,
            }
            for row in rows[:MOST_NAMED]
        ],
    }


def _numbers(figures: Figures) -> dict[str, int]:
    names = ("open", "danger", "late", "unassigned", "for_cert", "silent")
    return {name: getattr(figures, name).total for name in names}
