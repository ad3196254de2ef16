"""Make the instance ready: its folders, its database with the present schema, its one row."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

logger = logging.getLogger(__name__)
PREPARING = 7_649_421  # the number of our lock in PostgreSQL; any would do, if ours alone


def prepare() -> bool:
    """Create what the instance lacks and bring its schema up to date.

    Returns whether the database was changed. Two commands at once wait for each other.
    """
    home = Path(settings.HOME)
    for folder in (home, Path(settings.UPLOADS_DIR)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not steps_to_take():
        return False
    with only_one(home / ".preparing"):
        steps = len(steps_to_take())
        if steps:
            logger.info("Preparing the database: %s migrations.", steps)
            migrate()
    return bool(steps)


def steps_to_take() -> list[object]:
    """Return the migrations that the database has not seen."""
    executor = MigrationExecutor(connection)
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Apply the migrations, and create the table of the shared cache, which has none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # rather fail than make everyone wait for a lock
            cursor.execute("SET lock_timeout = '4s'")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Let one command at a time pass: of this machine, and of those that share a PostgreSQL.

    Both locks are gone with the process that holds them.
    """
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])
