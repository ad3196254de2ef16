"""Read what an import brought of a declaration that has no field."""

from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet

from vigie.incidents.models import Brought, Incident

MOST = 60  # lines shown


def beside() -> QuerySet[Brought, Any]:
    """Return what the last import kept of the file of an outer question."""
    rows = Brought.objects.filter(declaration=OuterRef("declaration"))
    return rows.order_by("-id").values("kept")[:1]


def kept_of(incident: Incident) -> list[tuple[str, str]]:
    """Return what the last import of a file brought beside the facts, by name, in its order.

    What lies deeper is told by its path, such as « victim – country ».
    """
    found = incident.brought_beside  # type: ignore[attr-defined]
    return list(_leaves(found or {}))[:MOST]


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, f"{path} – {name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for part in value:
            yield from _leaves(part, path)
    elif value not in (None, "", []):
        yield path, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
