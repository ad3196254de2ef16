"""Build the fictitious nation in an empty instance, all of it or nothing."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.db import transaction

from vigie.accounts.models import User
from vigie.audit.operations import record
from vigie.demo.operations.equipment import equip
from vigie.demo.operations.life import live
from vigie.demo.operations.night import watch
from vigie.demo.operations.past import publish_past, remember
from vigie.demo.operations.population import employ, settle
from vigie.establishments.models import Establishment, Instance
from vigie.incidents.models import Declaration, Incident
from vigie.kernel.imports import SILENT, Progress

NAME = "Vigie, démonstration"


class NotEmpty(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The instance holds something already; a demo is built in an empty one only."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was built, counted."""

    establishments: int
    people: int
    files: int  # open
    past: int  # of years gone by


def is_empty() -> bool:
    """Return whether nobody and nothing was entered in this instance."""
    tables = (User, Establishment, Declaration, Instance)
    return not any(table.objects.exists() for table in tables)


def build(*, now: datetime, progress: Progress = SILENT) -> Built:
    """Fill an empty instance with the fictitious nation; the same on a given day.

    Raises NotEmpty, and changes nothing, when the instance holds something already.
    """
    with transaction.atomic():
        if not is_empty():
            raise NotEmpty
        dice = Random(f"vigie {now.date().isoformat()}")  # noqa: S311 - invents names, no secret
        Instance.objects.create(pk=1, name=NAME, is_demo=True, created_at=now)
        progress.stage("Structures")
        named = settle(dice, progress)
        staff = employ(named, now)
        equip(named, staff, now)
        progress.stage("Années passées")
        remember(named, staff["cert_lead"][0], now, progress)
        progress.stage("Dossiers en cours")
        live(dice, named, staff, now, progress)
        watch(named, staff, now)
        progress.stage("Publications")
        publish_past(staff["cert_lead"][0], now, progress)
        record(actor="system:demo", verb="demo.built", target="instance:1", at=now)
    files = Incident.objects.filter(is_open=True).count()
    return Built(
        Establishment.objects.count(),
        User.objects.count(),
        files,
        Incident.objects.count() - files,
    )
