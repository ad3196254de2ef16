"""Import the past of a register from Vigie's own format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vigie.incidents.feeds import declarations, records, sheets
from vigie.incidents.feeds.arrivals import Arrival
from vigie.incidents.feeds.mapped import Reader
from vigie.incidents.feeds.records import Raw
from vigie.incidents.feeds.tables import Row
from vigie.incidents.operations import store
from vigie.incidents.operations.imports.run import Hear, Run, deaf
from vigie.incidents.rules.mapping import Mapping
from vigie.kernel.imports import SILENT, ImportSummary, Progress


@dataclass(frozen=True, slots=True)
class Course:
    """How one run goes on a page: what it may touch, who hears of each record, where it resumes.

    As for Run.
    """

    nation: str = ""
    hear: Hear = deaf
    settled: int = 0


def import_mapped(
    paths: Sequence[Path],
    *,
    mapping: Mapping,
    country: str,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = SILENT,
    by: str = "system:cli",
    course: Course | None = None,
) -> ImportSummary:
    """Import somebody else's tables, CSV or spreadsheets, by a mapping of their columns.

    As for import_declarations. country: ISO, of structures that the register lacks.
    """
    on = course or Course()
    reader = Reader(mapping, declarations.Reading(now, store.zone()), country)
    summary = ImportSummary(declarations.FORMAT)
    run = Run(
        summary,
        reader.read,
        reader.understand,
        by,
        now,
        dry_run,
        progress,
        nation=on.nation,
        hear=on.hear,
        settled=on.settled,
    )
    return run.over(records.files_of(paths, sheets.SUFFIXES))


def import_declarations(
    paths: Sequence[Path],
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = SILENT,
    by: str = "system:cli",
) -> ImportSummary:
    """Import past declarations of structures of the register, from CSV, spreadsheets or JSON.

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
