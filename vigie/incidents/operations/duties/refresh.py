"""Keep the clocks of files in rows that lists, reminders and figures read.

The page of a file works them out anew each time; here they are kept, a few seconds after the act
that changed them, so that declaring waits for nothing.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from vigie.incidents.models import Declaration, DutyClock, DutyReminder, Incident
from vigie.incidents.queries.duties import duties_of
from vigie.incidents.queries.files import facts_in_force
from vigie.incidents.rules.duties import board
from vigie.incidents.rules.duties.board import Moment, Phase
from vigie.incidents.rules.duties.clocks import Clock, Waits
from vigie.reference.duties import DueKind

logger = logging.getLogger(__name__)
AT_ONCE = 100  # files of one turn of the worker


def refresh_duties(now: datetime) -> int:
    """Keep anew the clocks of the files that changed; return how many there were.

    A deadline that passed changes its file too: one stage may take another's place.
    """
    passed = DutyClock.objects.filter(phase=Phase.OPEN, due_at__lte=now)
    passed = passed.filter(incident__duties_at__lte=F("due_at"))
    Incident.objects.filter(pk__in=list(passed.values_list("incident", flat=True))).update(
        duties_at=None
    )
    stale = Incident.objects.filter(duties_at=None).order_by("id")
    return _each(list(stale.values_list("pk", flat=True)[:AT_ONCE]), now)


def refresh_open(now: datetime, *, country: str = "") -> int:
    """Have the clocks of open files kept anew: designations and first days change elsewhere.

    Returns how many files are to be done again. country: of the files, all without it.
    """
    stale = Incident.objects.filter(is_open=True).exclude(declaration__channel="import")
    if country:
        stale = stale.filter(country=country)
    return stale.update(duties_at=None)


def _each(numbers: list[int], now: datetime) -> int:
    done = 0
    for number in numbers:
        try:
            with transaction.atomic():
                rows = Incident.objects.select_for_update(of=("self",), skip_locked=True)
                incident = rows.filter(pk=number, duties_at=None).first()
                if incident is not None:
                    keep_clocks(incident, now)
                    done += 1
        except Exception:
            logger.exception("The clocks of file %s were not kept; they are tried again.", number)
    return done


def keep_clocks(incident: Incident, now: datetime) -> None:
    """Write the clocks of a file, locked by the caller, as they stand now."""
    declaration = Declaration.objects.select_related("establishment", "site").get(incident=incident)
    incident.establishment, incident.site = declaration.establishment, declaration.site
    found = duties_of(incident, declaration, facts_in_force(declaration), now=now)
    given = _given(incident)
    rows = [
        _row(incident, clock, given.get(clock.key, set()), now)
        for clock in found.clocks
        if clock.waits is not Waits.LAW
    ]
    DutyClock.objects.filter(incident=incident).delete()
    DutyClock.objects.bulk_create(rows)
    Incident.objects.filter(pk=incident.pk).update(duties_at=now)


def _given(incident: Incident) -> dict[str, set[tuple[Moment, datetime]]]:
    """Return the reminders that went out, by stage."""
    found: dict[str, set[tuple[Moment, datetime]]] = {}
    for row in DutyReminder.objects.filter(incident=incident):
        key = f"{row.regime}.{row.stage}"
        found.setdefault(key, set()).add((Moment(row.moment), row.of))
    return found


def _row(
    incident: Incident, clock: Clock, given: set[tuple[Moment, datetime]], now: datetime
) -> DutyClock:
    declared = incident.declared_at
    reminder = board.next_reminder(clock, given, declared_at=declared, now=now)
    first = clock.first_sent
    return DutyClock(
        incident=incident,
        regime=clock.regime.code,
        stage=clock.stage.code,
        phase=board.phase(clock),
        is_advised=clock.is_advised,
        is_hurried=clock.stage.due.kind is DueKind.WITHOUT_DELAY,
        start_at=clock.start,
        due_at=clock.due,
        soon_at=board.soon_at(clock),
        remind_at=reminder.at if reminder else None,
        remind_of=reminder.moment if reminder else "",
        sent_at=first.at if first else None,
        is_counted=clock.is_counted,
        in_time=clock.in_time(now) if first else None,
    )
