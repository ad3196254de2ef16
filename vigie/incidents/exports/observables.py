"""Observables as a table for spreadsheets: defanged, no name of a person, no cell that computes."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext

from vigie.incidents.models import Sighting
from vigie.incidents.models.labels import label
from vigie.incidents.rules.observables import Mark, Sort
from vigie.incidents.rules.words import SightingSource
from vigie.kernel.spreadsheets import Dialect, csv_chunks

CHUNK = 1000  # rows read at once


def chunks(rows: QuerySet[Sighting], dialect: Dialect) -> Iterator[bytes]:
    """Yield one line for each sighting, the newest first, in pieces as they are read."""
    return csv_chunks(_lines(rows), dialect)


def _lines(rows: QuerySet[Sighting]) -> Iterator[list[object]]:
    yield [
        gettext("Dossier"),
        gettext("Structure"),
        gettext("Nature"),
        gettext("Valeur"),
        gettext("Remarque"),
        gettext("TLP"),
        gettext("Origine"),
        gettext("Note"),
        gettext("Saisi le"),
    ]
    for row in rows.order_by("-at", "-id").iterator(chunk_size=CHUNK):
        yield _line(row)


def _line(row: Sighting) -> list[object]:
    seen = row.observable
    mark = gettext("à la structure") if row.is_own else str(label(Mark, seen.mark))
    return [
        row.incident.reference,
        str(row.incident.site or row.incident.establishment),
        str(label(Sort, seen.sort)),
        seen.shown,
        mark,
        row.tlp,
        str(label(SightingSource, row.source)),
        row.note,
        _local(row.at),
    ]


def _local(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).isoformat(timespec="minutes")
