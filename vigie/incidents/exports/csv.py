"""A list of files as a table for spreadsheets: no name of a person, no cell that computes."""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vigie.incidents.models import Incident, labels
from vigie.incidents.rules.words import (
    Endangerment,
    Origin,
    Status,
    StructureImpact,
    Waiting,
)
from vigie.kernel.spreadsheets import Dialect, csv_chunks
from vigie.reference import catalogue

CHUNK = 1000  # rows read at once
Cell = Callable[[Incident], object]


def _local(moment: datetime | None) -> str | None:
    """Return a moment in the nation's zone, to the minute, with its offset."""
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).isoformat(timespec="minutes")


COLUMNS: dict[str, tuple[str | Promise, Cell]] = {
    "reference": (_("Référence"), lambda row: row.reference),
    "declared_at": (_("Déclaré le"), lambda row: _local(row.declared_at)),
    "status": (_("Étape"), lambda row: labels.label(Status, row.status)),
    "structure": (_("Structure"), lambda row: row.establishment.name),
    "finess": (_("FINESS EJ"), lambda row: row.establishment.finess),
    "site": (_("Site"), lambda row: row.site.name if row.site else None),
    "type": (
        _("Type de structure"),
        lambda row: labels.titled(catalogue.structure_types(), row.establishment.structure_type),
    ),
    "department": (_("Département"), lambda row: row.department),
    "region": (_("Région"), lambda row: row.region),
    "title": (_("Titre"), lambda row: row.title),
    "endangerment": (
        _("Mise en danger"),
        lambda row: labels.label(Endangerment, row.endangerment),
    ),
    "structure_impact": (
        _("Effet sur la structure"),
        lambda row: labels.label(StructureImpact, row.structure_impact),
    ),
    "origin": (_("Origine"), lambda row: labels.label(Origin, row.origin)),
    "category": (_("Catégorie"), lambda row: labels.category(row.category)),
    "rsit": (_("Classe RSIT"), lambda row: row.rsit_class),
    "severity": (_("Gravité, échelle Vigie"), lambda row: row.severity),
    "major": (_("Incident majeur"), lambda row: row.major_confirmed),
    "tlp": (_("TLP"), lambda row: row.tlp),
    "event": (_("Événement"), lambda row: row.event.reference if row.event else None),
    "due": (_("Prochaine action pour le"), lambda row: _local(row.next_action_at)),
    "waiting": (
        _("Qui doit agir"),
        lambda row: labels.label(Waiting, row.waiting) if row.is_open else None,
    ),
    "waiting_since": (_("Depuis le"), lambda row: _local(row.waiting_since)),
    "qualified_at": (_("Qualifié le"), lambda row: _local(row.qualified_at)),
    "contained_at": (_("Confiné le"), lambda row: _local(row.contained_at)),
    "resolved_at": (_("Résolu le"), lambda row: _local(row.resolved_at)),
    "closed_at": (_("Clos le"), lambda row: _local(row.closed_at)),
}
READ = (
    "declared_at",
    "status",
    "is_open",
    "department",
    "region",
    "title",
    "endangerment",
    "structure_impact",
    "origin",
    "category",
    "rsit_class",
    "severity",
    "major_confirmed",
    "tlp",
    "next_action_at",
    "waiting",
    "waiting_since",
    "qualified_at",
    "contained_at",
    "resolved_at",
    "closed_at",
    "establishment__name",
    "establishment__finess",
    "establishment__structure_type",
    "site__name",
    "event__started_at",
)


def chunks(rows: QuerySet[Incident], dialect: Dialect) -> Iterator[bytes]:
    """Yield the table of incidents, the newest first, in pieces as they are read."""
    return csv_chunks(_lines(rows), dialect)


def _lines(rows: QuerySet[Incident]) -> Iterator[list[object]]:
    yield [str(title) for title, _cell in COLUMNS.values()]
    joined = rows.select_related(None).select_related("establishment", "site", "event")
    ordered = joined.only(*READ).order_by("-declared_at", "-id")
    for row in ordered.iterator(chunk_size=CHUNK):
        yield [_plain(cell(row)) for _title, cell in COLUMNS.values()]


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Promise) else value
