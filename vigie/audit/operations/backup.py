"""Write the whole instance into one file, from one moment, while others work on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from vigie.audit import queries, rules
from vigie.audit.operations.chain import BrokenChain, seal
from vigie.audit.operations.write import record
from vigie.kernel import archives, tables, vault
from vigie.kernel.imports import SILENT, Progress
from vigie.kernel.keys import KeyMissing

PIECE = 1024 * 1024
STEP = 1000  # rows between two words about progress
MACHINES_OWN = {"tls.key"}  # made anew where the instance goes


@dataclass(frozen=True)
class Backup:
    """What a backup holds."""

    path: Path
    size: int  # bytes
    sha256: str  # of the file without its last 64 digits, which spell it
    rows: int
    uploads: int
    with_keys: bool  # then the file must be kept like a key
    head: rules.Head
    warning: str  # empty, or why the journal could not be sealed first


def backup(
    path: Path, *, now: datetime, progress: Progress = SILENT, by: str = "system:cli"
) -> Backup:
    """Back up the tables, the uploaded files and the keys that lie with them into a new file.

    Others may read and write meanwhile. The file appears when all of it is on the disk.
    Raises FileExistsError rather than overwrite; nothing is left of a backup that fails.
    """
    warning = sealed_first(now)
    with archives.Writer(path, now) as archive:
        with tables.snapshot():
            rows = add_tables(archive, progress)
            manifest = describe(now)
        uploads = add_uploads(archive, progress)
        with_keys = add_keys(archive)
        sha256 = archive.finish(manifest.as_json())
    record(
        actor=by,
        verb="journal.backed_up",
        target="instance:1",
        at=now,
        details={"head": str(manifest.head), "sha256": sha256, "rows": rows, "uploads": uploads},
    )
    size = path.stat().st_size
    return Backup(path, size, sha256, rows, uploads, with_keys, manifest.head, warning)


def sealed_first(now: datetime) -> str:
    """Seal what waits, so that the backup holds it sealed; return why not where it cannot be.

    A journal that someone broke must not cost the house its backups.
    """
    try:
        seal(now)
    except (BrokenChain, KeyMissing) as reason:
        return str(reason)
    return ""


def add_tables(archive: archives.Writer, progress: Progress) -> int:
    """Add every table, and return how many rows they hold."""
    models = tables.kept_models(apps)
    progress.stage("Backing up tables")
    progress.total(sum(model._base_manager.count() for model in models))
    return sum(
        archive.add(member_of(model._meta.label_lower), watched(tables.dump(model), progress)) - 1
        for model in models  # the first line names the columns
    )


def watched(lines: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    """Yield the lines of a table and say how far they are."""
    count = 0
    for count, line in enumerate(lines):
        if count and count % STEP == 0:
            progress.advance(STEP)
        yield line
    progress.advance(count % STEP)


def member_of(label: str) -> str:
    """Return the name of the member that holds a table."""
    return f"tables/{label}.jsonl"


def describe(now: datetime) -> rules.Manifest:
    """Return what the backup says of itself, as of the snapshot."""
    return rules.Manifest(
        version=version("vigie"),
        made_at=now,
        database=connection.vendor,
        migrations=frozenset(MigrationRecorder(connection).applied_migrations()),
        counters=tables.counters(),
        head=queries.head(),
    )


def add_uploads(archive: archives.Writer, progress: Progress) -> int:
    """Add the uploaded files as they lie, encrypted; one discarded meanwhile is left out."""
    found = list(vault.tokens())
    progress.stage("Backing up uploaded files")
    progress.total(len(found))
    kept = 0
    for token in found:
        try:
            with vault.place(token).open("rb") as file:
                pieces = iter(partial(file.read, PIECE), b"")
                archive.add(f"uploads/{token}", pieces, method=archives.STORED)
        except FileNotFoundError:
            continue
        progress.advance()
        kept += 1
    return kept


def add_keys(archive: archives.Writer) -> bool:
    """Add the keys when they lie inside the instance's folder; return whether they do."""
    if not keys_lie_with_the_data():
        return False
    for path in sorted(Path(settings.KEYS_DIR).glob("*.key")):
        if path.name not in MACHINES_OWN:
            archive.add(f"keys/{path.name}", [path.read_bytes()])
    return True


def keys_lie_with_the_data() -> bool:
    """Return whether the keys folder is inside the instance's folder."""
    return Path(settings.KEYS_DIR).is_relative_to(settings.HOME)
