"""Bring an empty database to the schema that a backup was made with, and forward again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.apps import apps
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor

from vigie.audit import rules


@contextmanager
def schema_of(manifest: rules.Manifest) -> Iterator[Apps]:
    """Give the models of a backup's schema; the present schema is back when this ends.

    The database must be empty: an older schema is reached by undoing migrations.
    Raises UnreadableBackup when the schema is unknown here or cannot be reached.
    """
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    ours = {node for node in executor.loader.applied_migrations if node in known}
    wanted = manifest.migrations & known
    unknown = manifest.migrations - known
    if unknown:
        named = ", ".join(".".join(node) for node in sorted(unknown)[:3])
        raise rules.UnreadableBackup(
            f"this backup has a schema that this version does not know ({named}): "
            f"install version {manifest.version} or a later one, then restore"
        )
    if wanted == ours:
        yield apps
        return
    try:
        yield earlier_schema(executor, wanted, manifest.version)
    finally:
        call_command("migrate", interactive=False, verbosity=0)


def earlier_schema(
    executor: MigrationExecutor, wanted: frozenset[tuple[str, str]], version: str
) -> Apps:
    """Undo the migrations that came after the backup, and return the models of then."""
    targets: list[Any] = list(ends_of(executor, wanted))
    try:
        executor.migrate(targets)
    except IrreversibleError as reason:
        raise rules.UnreadableBackup(
            f"version {version} made this backup and its schema cannot be reached from here: "
            f"restore it with version {version}, then install this one"
        ) from reason
    executor.loader.build_graph()
    kept = [(app, name) for app, name in targets if name]
    return cast(Apps, executor.loader.project_state(kept).apps)


def ends_of(
    executor: MigrationExecutor, wanted: frozenset[tuple[str, str]]
) -> Iterator[tuple[str, str | None]]:
    """Yield where each app has to go: its last wanted migrations, or before its first."""
    graph = executor.loader.graph
    for app in sorted({app for app, _ in graph.nodes}):
        mine = {node for node in wanted if node[0] == app}
        last = [n for n in mine if not any(c.key in mine for c in graph.node_map[n].children)]
        yield from sorted(last)
        if not last:
            yield app, None
