"""Tell what an import takes of the fields that records hold: mapped, kept or absent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

SHOWN_LEVELS = 2  # of a field that is only kept; a mapped one is named exactly
MOST = 300  # a file with more different fields is told by its first ones


class Coverage:
    """The fields seen so far, held against those that the mapping reads and those it knows."""

    def __init__(self, *, mapped: Iterable[str], known: Iterable[str]) -> None:
        self._mapped = list(mapped)
        self._known = list(known)
        self._seen: dict[str, None] = {}

    def see(self, record: Mapping[str, Any]) -> None:
        """Note the fields of one record."""
        for path in _paths(record):
            if len(self._seen) < MOST:
                self._seen.setdefault(self._name(path))

    def table(self) -> dict[str, str]:
        """Return each field, sorted by name, with « mapped », « kept » or « absent »."""
        found = dict.fromkeys([*self._mapped, *self._known], "absent")
        for name in self._seen:
            found[name] = "mapped" if name in self._mapped else "kept"
        self._drop_wider(found)
        return dict(sorted(found.items()))

    def _drop_wider(self, found: dict[str, str]) -> None:
        """Leave out known fields that are absent by name but seen in their parts."""
        for name in self._known:
            seen_inside = any(other.startswith(f"{name}.") for other in self._seen)
            if found[name] == "absent" and seen_inside:
                del found[name]

    def _name(self, path: str) -> str:
        """Return the mapped field that a path belongs to, else its first levels."""
        for field in self._mapped:
            if path == field or path.startswith(f"{field}."):
                return field
        return ".".join(path.split(".")[:SHOWN_LEVELS])


def _paths(value: object, prefix: str = "") -> Iterator[str]:
    """Yield the path of every leaf; elements of lists lie on the path of their list."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _paths(part, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(value, list) and value:
        for part in value:
            yield from _paths(part, prefix)
    elif prefix:
        yield prefix
