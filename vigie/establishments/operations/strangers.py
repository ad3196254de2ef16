"""Keep the structures that only a source of declarations names, apart from the register."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from vigie.audit.operations import record
from vigie.establishments.models import Establishment
from vigie.establishments.operations.index import index_establishments


class Stranger(Protocol):
    """A structure without FINESS number, as its source tells of it."""

    @property
    def key(self) -> str:
        """Return who it is at the source."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def country(self) -> str:
        """Return its country (ISO 3166), ZZ where nobody knows."""

    @property
    def structure_type(self) -> str:
        """Return its structure type."""


def keep_strangers(
    *, source: str, strangers: Collection[Stranger], by: str, now: datetime
) -> dict[str, Establishment]:
    """Return the establishments of a source by key, those that are new opened first.

    What is known of an establishment stays as it is. by: who, as the journal writes it.
    Call it inside the transaction of the act that needs them.
    """
    keys = {stranger.key for stranger in strangers}
    known = {
        row.source_key: row
        for row in Establishment.objects.filter(source=source, source_key__in=sorted(keys))
    }
    new = {stranger.key: stranger for stranger in strangers if stranger.key not in known}
    opened = Establishment.objects.bulk_create(
        Establishment(
            source=source,
            source_key=key,
            name=stranger.name,
            country=stranger.country,
            structure_type=stranger.structure_type,
        )
        for key, stranger in new.items()
    )
    index_establishments(row.pk for row in opened)
    for row in opened:
        record(
            actor=by,
            verb="establishment.created",
            target=f"establishment:{row.pk}",
            at=now,
            details={"source": source, "country": row.country},
        )
    return known | {row.source_key: row for row in opened}
