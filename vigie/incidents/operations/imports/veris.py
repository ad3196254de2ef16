"""Import incidents from VERIS records."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from vigie.incidents.feeds import records, veris
from vigie.incidents.feeds.arrivals import Arrival
from vigie.incidents.feeds.coverage import Coverage
from vigie.incidents.feeds.records import Raw
from vigie.incidents.operations import store
from vigie.incidents.operations.imports.run import Run
from vigie.kernel.imports import SILENT, ImportSummary, Progress


def import_veris(
    paths: Sequence[Path],
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = SILENT,
    by: str = "system:cli",
) -> ImportSummary:
    """Import VERIS records from files of JSON lines, JSON files, or folders of them.

    They are history: their files arrive closed, false positives rejected. by: who, as the journal
    writes it. Batches commit by themselves and a second run changes nothing, so that an
    interrupted import is simply run again. The summary's coverage tells what became of each field.
    Raises UnusableInput when a folder holds no such file.
    """
    reading = veris.Reading(timezone.localdate(now, store.zone()), store.zone())
    mapping = veris.mapping()
    coverage = Coverage(mapped=[*mapping["mapped"], *mapping["read"]], known=mapping["known"])

    def understand(raw: Raw, file: str) -> Arrival:
        record = records.loaded(raw)
        arrival = veris.parse(record, reading, file=file, line=raw.line)
        coverage.see(record)
        return arrival

    summary = ImportSummary(veris.SOURCE)
    run = Run(summary, records.records, understand, by, now, dry_run, progress)
    run.over(records.files_of(paths))
    summary.coverage.update(coverage.table())
    return summary
