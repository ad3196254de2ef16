"""Write what became of each row of a file as CSV."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext, gettext_lazy

from vigie.incidents.models import IntakeRow
from vigie.kernel.spreadsheets import Dialect, csv_chunks

FATES = {
    "created": gettext_lazy("Créée"),
    "updated": gettext_lazy("Mise à jour"),
    "unchanged": gettext_lazy("Inchangée"),
    "refused": gettext_lazy("Refusée"),
    "left_out": gettext_lazy("Écartée par le filtre"),
}


def chunks(rows: Iterable[IntakeRow], dialect: Dialect) -> Iterator[bytes]:
    """Return the rows as CSV: a line for each problem, one for a row without any.

    Columns: line of the file, fate, reference, column at fault, reason.
    """
    return csv_chunks(_lines(rows), dialect)


def _lines(rows: Iterable[IntakeRow]) -> Iterator[list[object]]:
    yield [
        gettext("Ligne"),
        gettext("Sort"),
        gettext("Référence"),
        gettext("Colonne"),
        gettext("Motif"),
    ]
    for row in rows:
        for column, reason in row.problems or [("", "")]:
            yield [row.line, str(FATES.get(row.fate, row.fate)), row.source_key, column, reason]
