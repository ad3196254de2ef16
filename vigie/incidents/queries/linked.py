"""What higher floors know of a file; they say so when they start, and the file's page shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.accounts.models import User
from vigie.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Linked:
    """One thing that belongs to a file; no route where the reader may not open it."""

    name: str
    title: str
    note: str
    at: datetime
    text: str = ""
    route: str = ""
    key: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Who knows of such things. has_any: expression of a file, so that most files cost no query."""

    name: str
    has_any: Callable[[], Any]
    tell: Callable[[User, Incident], list[Linked]]


SOURCES: dict[str, Source] = {}


def tell_linked(source: Source) -> None:
    """Let a capability show on a file what belongs to it; call it when the application starts."""
    SOURCES[f"has_{source.name}"] = source


def flags() -> Mapping[str, Any]:
    """Return the annotations that linked_to reads on a file."""
    return {column: source.has_any() for column, source in SOURCES.items()}


def linked_to(reader: User, incident: Incident) -> list[Linked]:
    """Return what belongs to a file that the reader was allowed to open, the oldest first.

    incident: with the annotations of flags. Costs a query for each source that knows something.
    """
    knowing = (source for column, source in SOURCES.items() if getattr(incident, column, False))
    found = [one for source in knowing for one in source.tell(reader, incident)]
    return sorted(found, key=lambda one: one.at)
