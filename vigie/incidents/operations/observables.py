"""Write down what was seen in a file, and take it back with a reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import may, require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Incident, Observable, Sighting
from vigie.incidents.operations.exchange import SilentFile
from vigie.incidents.operations.version import lock
from vigie.incidents.rules.follow import SILENT
from vigie.incidents.rules.observables import Named
from vigie.incidents.rules.words import SightingSource, Tlp
from vigie.kernel import nir

MOST_AT_ONCE = 300
MOST_OF_FILE = 3_000
NOTE_LENGTH = 300


class TooManyObservables(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """More observables than one writing, or one file, takes."""


class BadRetirement(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """An observable cannot be taken back. .problem: reason or gone."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Seen:
    """An observable in a file. is_own: it is the structure's own, not an attacker's."""

    named: Named
    is_own: bool = False


@transaction.atomic
def add_sightings(
    *,
    by: User,
    incident: Incident,
    seen: Sequence[Seen],
    source: SightingSource,
    now: datetime,
    tlp: Tlp | None = None,
    note: str = "",
) -> list[Sighting]:
    """Note that observables were seen in a file; return those that it did not hold yet.

    tlp: by default the file's.
    Raises PermissionDenied, TooManyObservables, SilentFile when the file was set aside.
    """
    require(by, Permission.WRITE_MESSAGES, at=incident.place)
    if len(seen) > MOST_AT_ONCE:
        raise TooManyObservables
    held = lock(incident.pk)
    if held.status in SILENT:
        raise SilentFile(held.reference)
    in_force = Sighting.objects.filter(incident=held, retired_at=None)
    before = set(in_force.values_list("observable__digest", flat=True))
    fresh = {one.named.digest: one for one in seen if one.named.digest not in before}
    if len(before) + len(fresh) > MOST_OF_FILE:
        raise TooManyObservables
    if not fresh:
        return []
    rows = _known([one.named for one in fresh.values()])
    mark, clean = tlp or Tlp(held.tlp), nir.mask(note.strip()[:NOTE_LENGTH])[0]
    added = Sighting.objects.bulk_create(
        Sighting(
            incident=held,
            observable=rows[digest],
            tlp=mark,
            source=source,
            note=clean,
            is_own=one.is_own,
            by=by,
            at=now,
        )
        for digest, one in fresh.items()
    )
    _journal_added(by, held, added, now)
    return added


def _known(wanted: Sequence[Named]) -> dict[str, Observable]:
    """Return the row of each observable by its digest; those that were never seen are made."""
    digests = [one.digest for one in wanted]
    Observable.objects.bulk_create(
        [
            Observable(sort=one.sort, value=one.value, digest=one.digest, links=one.links)
            for one in wanted
        ],
        ignore_conflicts=True,
    )
    return {row.digest: row for row in Observable.objects.filter(digest__in=digests)}


def _journal_added(by: User, incident: Incident, added: Sequence[Sighting], now: datetime) -> None:
    # Their values may name people: the journal keeps how many of each kind, and no value.
    record(
        actor=by.journal_name,
        verb="observables.added",
        target=f"incident:{incident.pk}",
        at=now,
        details={
            "count": len(added),
            "kinds": dict(Counter(sighting.observable.sort for sighting in added)),
        },
    )


@transaction.atomic
def retire_sighting(*, by: User, sighting: Sighting, reason: str, now: datetime) -> Sighting:
    """Take an observable out of a file; it stays readable there, with the reason.

    Raises PermissionDenied unless the person wrote it down or follows the file, and BadRetirement
    when the reason is missing or it was taken back before.
    """
    incident = sighting.incident
    require(by, Permission.WRITE_MESSAGES, at=incident.place)
    if sighting.by_id != by.pk and not may(by, Permission.FOLLOW, at=incident.place):
        raise PermissionDenied("somebody else wrote it down")
    if not reason.strip():
        raise BadRetirement("reason")
    held = Sighting.objects.select_for_update(of=("self",)).get(pk=sighting.pk)
    if held.retired_at is not None:
        raise BadRetirement("gone")
    held.retired_at, held.retired_by = now, by
    held.retired_reason = nir.mask(reason.strip()[:NOTE_LENGTH])[0]
    held.save(update_fields=["retired_at", "retired_by", "retired_reason"])
    record(
        actor=by.journal_name,
        verb="observable.retired",
        target=f"incident:{incident.pk}",
        at=now,
        details={"sighting": held.pk},
    )
    return held


def journal_export(*, by: User, target: str, now: datetime) -> None:
    """Write in the journal that a person takes a table of observables with them.

    target: "incident:12", or "observables:list" for all. Raises PermissionDenied.
    """
    if not by.may(Permission.EXPORT):
        raise PermissionDenied(f"{by.journal_name} may export nothing")
    record(actor=by.journal_name, verb="observables.exported", target=target, at=now)
