"""Import the past of a register from Vigie's own format."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from vigie.incidents.feeds import declarations, records
from vigie.incidents.feeds.arrivals import Arrival
from vigie.incidents.feeds.records import Raw
from vigie.incidents.feeds.tables import Row
from vigie.incidents.operations import store
from vigie.incidents.operations.imports.run import Run
from vigie.kernel.imports import SILENT, ImportSummary, Progress


def import_declarations(
    paths: Sequence[Path],
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = SILENT,
    by: str = "system:cli",
) -> ImportSummary:
    """Import past declarations of structures of the register, from CSV or JSON.

    They are history: their files arrive closed or rejected. by: who, as the journal writes it.
    Batches commit by themselves and a second run changes nothing, so that an interrupted import is
    simply run again. Raises UnusableInput when a folder holds no such file.
    """
    reading = declarations.Reading(now, store.zone())

    def understand(raw: Raw | Row, file: str) -> Arrival:
        return declarations.parse(raw, reading, file=file)

    summary = ImportSummary(declarations.FORMAT)
    run = Run(summary, declarations.read, understand, by, now, dry_run, progress)
    return run.over(records.files_of(paths, declarations.SUFFIXES))
