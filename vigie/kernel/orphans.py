"""Find and remove stored files that no row names: left by a process that died in between."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings

from vigie.kernel import vault

logger = logging.getLogger(__name__)
COLUMN = "stored_as"  # of every table that names a file of the vault
OLD_ENOUGH = timedelta(days=1)  # a row may still come for a younger one


def sweep(now: datetime) -> int:
    """Remove the files older than a day that no row names, and those half written; say how many."""
    old = [path for path in _files() if _changed(path) < now - OLD_ENOUGH]
    named = set(_named()) if old else set()
    orphans = [path for path in old if path.name not in named]
    for path in orphans:
        path.unlink(missing_ok=True)
    if orphans:
        logger.warning("%s stored files that no row names were removed.", len(orphans))
    return len(orphans)


def _files() -> Iterator[Path]:
    """Yield every file of the vault, those half written too; what is none of ours is left."""
    for path in sorted(Path(settings.UPLOADS_DIR).glob("??/*")):
        if vault.TOKEN.fullmatch(path.name.removeprefix(".")):
            yield path


def _changed(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # gone meanwhile
        return datetime.max.replace(tzinfo=UTC)


def _named() -> Iterator[str]:
    """Yield the tokens that the rows of all tables name."""
    for model in apps.get_models():
        if any(field.name == COLUMN for field in model._meta.get_fields()):
            yield from model._base_manager.exclude(**{COLUMN: ""}).values_list(COLUMN, flat=True)
