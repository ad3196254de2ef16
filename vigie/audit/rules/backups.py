"""What a backup says of itself, and whether this version can read it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.audit.rules.chain import BadHead, Head, read_head, utc_text

FORMAT = 1  # of backups; a later one may add, never change what this one says


class UnreadableBackup(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """This version cannot read a backup; the text says what can be done."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    version: str  # of the product that made it
    made_at: datetime
    database: str
    migrations: frozenset[tuple[str, str]]
    counters: Mapping[str, int]  # table -> the last number given to a row
    head: Head

    def as_json(self) -> dict[str, object]:
        """Return what stands in the file."""
        return {
            "format": FORMAT,
            "version": self.version,
            "made_at": utc_text(self.made_at),
            "database": self.database,
            "journal_head": str(self.head),
            "migrations": sorted(map(list, self.migrations)),
            "counters": dict(sorted(self.counters.items())),
        }


def read_manifest(told: Mapping[str, Any], *, ours: str) -> Manifest:
    """Return what a backup says of itself; ours: the version of this product.

    Raises UnreadableBackup when a later version made it, or when it says nothing readable.
    """
    try:
        if told["format"] > FORMAT or numbers(told["version"]) > numbers(ours):
            raise UnreadableBackup(
                f"version {told['version']} made this backup and this is {ours}: "
                "install that version or a later one, then restore"
            )
        return Manifest(
            version=told["version"],
            made_at=datetime.fromisoformat(told["made_at"]),
            database=told["database"],
            migrations=frozenset((app, name) for app, name in told["migrations"]),
            counters=dict(told["counters"]),
            head=read_head(told["journal_head"]),
        )
    except (KeyError, TypeError, AttributeError, BadHead) as reason:
        raise UnreadableBackup(f"this backup does not say what it is: {reason}") from reason


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version such as 1.10.2, to compare it with another."""
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))
