"""Bring a backup into an empty instance: all of it, checked, or nothing."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction

from vigie.audit import queries, rules
from vigie.audit.operations.backup import keys_lie_with_the_data, member_of
from vigie.audit.operations.schema import schema_of
from vigie.audit.operations.write import record
from vigie.kernel import archives, keys, tables, vault
from vigie.kernel.imports import SILENT, Progress

BATCH = 1000
KEY_NAME = re.compile(r"keys/([a-z]+\.key)")
OF_THE_DATA = {"journal.key", "uploads.key"}  # what is stored cannot be read with others
# What higher floors do with rows that came back, in the same transaction: the models of the
# backup, and now.
AFTER: list[Callable[[Apps, datetime], object]] = []


class RestoreRefused(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A backup is not restored, and nothing was changed; the text says why."""


@dataclass(frozen=True)
class Restored:
    """What came back."""

    made_at: datetime
    version: str
    rows: int
    uploads: int
    with_keys: bool
    verdict: rules.Verdict


def restore(
    path: Path, *, now: datetime, progress: Progress = SILENT, by: str = "system:cli"
) -> Restored:
    """Restore a backup into this empty instance, of either database, and verify its journal.

    Raises DamagedArchive, UnreadableBackup, KeyMissing or RestoreRefused; then nothing changed.
    """
    progress.stage("Checking the backup")
    with archives.Reader(path) as archive:
        manifest = rules.read_manifest(archive.manifest, ours=version("vigie"))
        refuse_unless_empty(apps)
        with schema_of(manifest) as registry:
            restored = bring_in(archive, manifest, registry, progress, now=now)
    record(
        actor=by,
        verb="journal.restored",
        target="instance:1",
        at=now,
        details={"head": str(manifest.head), "made_at": manifest.made_at, "rows": restored.rows},
    )
    return restored


def bring_in(
    archive: archives.Reader,
    manifest: rules.Manifest,
    registry: Apps,
    progress: Progress,
    *,
    now: datetime,
) -> Restored:
    """Load the rows and place the files; undo all of it when anything is not as it should be."""
    with ExitStack() as undo:
        with transaction.atomic(durable=True):
            keep_others_out()
            refuse_unless_empty(registry)
            rows = load(archive, registry, progress)
            set_counters(manifest.counters, registry)
            check_references()
            verdict = believed(archive, manifest, registry, progress)
            for settle in AFTER:
                settle(registry, now)
            uploads, with_keys = place_files(archive, undo)
        undo.pop_all()
    return Restored(manifest.made_at, manifest.version, rows, uploads, with_keys, verdict)


def keep_others_out() -> None:
    """Let no other act commit before this transaction ends: every act writes to the journal."""
    if connection.vendor == "postgresql":  # on SQLite the transaction has the write lock
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_event IN EXCLUSIVE MODE")


def refuse_unless_empty(registry: Apps) -> None:
    """Raise RestoreRefused when the instance holds anything of its own."""
    for model in tables.kept_models(registry):
        rows = model._base_manager.all()
        if model._meta.label_lower == "audit.chainhead":
            rows = rows.filter(position__gt=0)  # an empty chain may have its head already
        if is_ours(model) and rows.exists():
            raise RestoreRefused(
                f"this instance is not empty ({model._meta.db_table} has rows): "
                "restore into a new one, with another VIGIE_HOME or database"
            )


def is_ours(model: type[models.Model]) -> bool:
    """Return whether a table is of the house; others are filled by their migrations."""
    return apps.get_app_config(model._meta.app_label).name.startswith("vigie.")


def load(archive: archives.Reader, registry: Apps, progress: Progress) -> int:
    """Replace the rows of every table with those of the backup, and return how many."""
    found = {member_of(m._meta.label_lower): m for m in tables.kept_models(registry)}
    there = {name for name in archive.members if name.startswith("tables/")}
    if there != set(found):
        raise rules.UnreadableBackup(
            f"this backup has other tables than expected: {', '.join(sorted(there ^ set(found)))}"
        )
    progress.stage("Restoring tables")
    progress.total(sum(archive.members[name]["pieces"] - 1 for name in there))
    with connection.cursor() as cursor:
        for model in found.values():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
    return sum(load_table(archive, name, model, progress) for name, model in found.items())


def load_table(
    archive: archives.Reader, name: str, model: type[models.Model], progress: Progress
) -> int:
    """Insert the rows of one table in batches, and return how many."""
    lines = archive.lines(name)
    columns = json.loads(next(lines))
    fields = {field.column: field for field in tables.stored_fields(model)}
    if set(columns) != set(fields):
        raise rules.UnreadableBackup(f"this backup has other columns in {model._meta.db_table}")
    readers = [tables.reader(fields[column]) for column in columns]
    statement, count = insert_into(model._meta.db_table, columns), 0
    try:
        with connection.cursor() as cursor:
            for batch in batches(lines, readers):
                cursor.executemany(statement, batch)
                count += len(batch)
                progress.advance(len(batch))
    except (DatabaseError, ValueError) as reason:
        raise RestoreRefused(f"{model._meta.db_table}, after {count} rows: {reason}") from reason
    return count


def batches(lines: Iterator[bytes], readers: list[Any]) -> Iterator[list[list[Any]]]:
    """Yield rows ready for the database, some at a time."""
    rows = (
        [read(value) for read, value in zip(readers, json.loads(line), strict=True)]
        for line in lines
    )
    while batch := list(islice(rows, BATCH)):
        yield batch


def insert_into(table: str, columns: list[str]) -> str:
    """Return the statement that inserts one row."""
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES ({places})"  # noqa: S608


def set_counters(counters: Mapping[str, int], registry: Apps) -> None:
    """Let no row get a number that one had before, even one deleted since: the journal names it."""
    with connection.cursor() as cursor:
        for model in tables.kept_models(registry):
            key, table = model._meta.pk, model._meta.db_table
            if not isinstance(key, models.AutoField | models.BigAutoField | models.SmallAutoField):
                continue
            last = max(counters.get(table, 0), highest(model))
            if connection.vendor == "postgresql" and last:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    [connection.ops.quote_name(table), key.column, last],
                )
            elif last:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, last])


def highest(model: type[models.Model]) -> int:
    """Return the highest number of a row."""
    found: int | None = model._base_manager.aggregate(found=models.Max("pk"))["found"]
    return found or 0


def check_references() -> None:
    """Raise RestoreRefused when a row points at one that is not there."""
    try:
        connection.check_constraints()
    except DatabaseError as reason:
        raise RestoreRefused(f"the backup does not hold together: {reason}") from reason


def believed(
    archive: archives.Reader, manifest: rules.Manifest, registry: Apps, progress: Progress
) -> rules.Verdict:
    """Return the verdict on the restored journal. Raises RestoreRefused when it does not hold."""
    progress.stage("Verifying the journal")
    member = f"keys/{queries.KEY}"
    key = None
    if member in archive.members:
        key = bytes.fromhex(b"".join(archive.pieces(member)).decode())
    verdict = queries.verify(kept=manifest.head, key=key, registry=registry)
    if verdict.fault:
        raise RestoreRefused(
            f"the journal of this backup is broken at entry {verdict.fault.position} "
            f"({verdict.fault.flaw}){'' if key else ', or the journal.key here is another one'}"
        )
    return verdict


def place_files(archive: archives.Reader, undo: ExitStack) -> tuple[int, bool]:
    """Place uploads and keys on the disk; return how many uploads, and whether keys came."""
    uploads = [name for name in archive.members if name.startswith("uploads/")]
    for name in uploads:
        place_upload(archive, name, undo)
    named = [found for name in archive.members if (found := KEY_NAME.fullmatch(name))]
    for found in named:
        place_key(found[1], b"".join(archive.pieces(found[0])), undo)
    if uploads:
        try_to_open(uploads[0].removeprefix("uploads/"))
    return len(uploads), bool(named)


def place_upload(archive: archives.Reader, name: str, undo: ExitStack) -> None:
    """Write one uploaded file, still encrypted, where it belongs."""
    path = vault.place(name.removeprefix("uploads/"))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():  # left by a restore that was killed
        path.unlink()
    undo.callback(path.unlink, missing_ok=True)
    keys.write_private(path, archive.pieces(name))
    keys.sync_folder(path.parent)


def place_key(name: str, content: bytes, undo: ExitStack) -> None:
    """Put a key where the instance looks for it; one kept elsewhere is never replaced."""
    path = keys.place(name)
    old = path.read_bytes() if path.exists() else None
    if old == content:
        return
    if old is not None and not keys_lie_with_the_data():
        if name in OF_THE_DATA:
            raise RestoreRefused(f"{path} is not the key of this backup: move it away first")
        return
    undo.callback(put_back, path, old)
    put_back(path, content)


def put_back(path: Path, content: bytes | None) -> None:
    """Give a key file its content, or remove it."""
    path.unlink(missing_ok=True)
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys.write_private(path, [content])
        keys.sync_folder(path.parent)


def try_to_open(token: str) -> None:
    """Raise RestoreRefused when the uploads cannot be read with the key that is here."""
    try:
        next(vault.read(token))
    except vault.Damaged as reason:
        where = Path(settings.KEYS_DIR) / vault.KEY
        raise RestoreRefused(f"{where} is not the key of this backup's files") from reason
