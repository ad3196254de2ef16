"""Erase the persons kept beside the journal; the chain stays whole."""

from datetime import datetime

from django.db import transaction

from vigie.audit.models import Event, People
from vigie.audit.operations.write import record


@transaction.atomic
def forget_expired(now: datetime) -> int:
    """Erase the persons whose retention period is over, and return of how many entries."""
    erased, _ = People.objects.filter(kept_until__lte=now).delete()
    if erased:
        record(
            actor="system:worker",
            verb="journal.people_expired",
            target="journal:people",
            at=now,
            details={"entries": erased},
        )
    return erased


@transaction.atomic
def forget(*, by: str, now: datetime, actor: str = "", target: str = "") -> int:
    """Erase the persons named in what an actor did, or in what was done to a target.

    The caller has checked that `by` may. Returns of how many entries.
    Raises ValueError when neither actor nor target is given.
    """
    chosen = {"actor": actor} if actor else {}
    if target:
        chosen["target"] = target
    if not chosen:
        raise ValueError("name an actor or a target whose people are to be forgotten")
    entries = Event.objects.filter(**chosen, people_seal__gt="")
    erased, _ = People.objects.filter(entry__in=entries.values("id")).delete()
    record(
        actor=by,
        verb="journal.people_forgotten",
        target=target or actor,
        at=now,
        details={**chosen, "entries": erased},
    )
    return erased
