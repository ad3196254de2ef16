"""Every table of the instance as lines of JSON that any of its databases can take."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, models, transaction

CHUNK = 2000
MICROSECOND = timedelta(microseconds=1)
Field = models.Field[Any, Any]


class Registry(Protocol):
    """What knows the models: Django's apps, or those of an earlier schema."""

    def get_models(self, include_auto_created: bool = False) -> list[type[models.Model]]:
        """Return every model."""


# Sessions stay behind: nobody is signed in again by a restore.
LEFT_BEHIND = {"sessions.session", "usersessions.usersession"}


def kept_models(registry: Registry) -> list[type[models.Model]]:
    """Return the models whose rows are the instance's data, in the order of their labels."""
    found = registry.get_models(include_auto_created=True)
    kept = [m for m in found if m._meta.managed and not m._meta.proxy and not m._meta.swapped]
    return sorted(
        (m for m in kept if m._meta.label_lower not in LEFT_BEHIND),
        key=lambda m: m._meta.label_lower,
    )


def stored_fields(model: type[models.Model]) -> list[Field]:
    """Return the fields that a row of the model's own table holds."""
    return [f for f in model._meta.local_concrete_fields if not getattr(f, "generated", False)]


@contextmanager
def snapshot() -> Iterator[None]:
    """Let every read inside see one moment of the database, while others write on.

    Raises RuntimeError inside a transaction, which on SQLite would hold up every writer.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    if connection.in_atomic_block:
        raise RuntimeError("a snapshot begins outside any transaction")
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # the product's own transactions take the write lock
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def dump(model: type[models.Model]) -> Iterator[bytes]:
    """Yield the columns of a table as one line of JSON, then its rows by primary key."""
    fields = stored_fields(model)
    yield line([field.column for field in fields])
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=CHUNK):
        yield line([written(value) for value in row])


def line(values: list[object]) -> bytes:
    """Return one line of JSON."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


WRITERS: tuple[tuple[Any, Callable[[Any], object]], ...] = (  # datetime is also a date: first
    (datetime, lambda value: (value.astimezone(UTC) if value.tzinfo else value).isoformat()),
    ((date, time), lambda value: value.isoformat()),
    ((Decimal, UUID), str),
    (timedelta, lambda value: value // MICROSECOND),
    ((bytes, memoryview), lambda value: base64.b64encode(bytes(value)).decode()),
)


def written(value: object) -> object:
    """Return a value of a row as JSON; `reader` of its field is the way back."""
    for kinds, write in WRITERS:
        if isinstance(value, kinds):
            return write(value)
    return value


READERS: dict[str, Callable[[Any], object]] = {
    "BinaryField": base64.b64decode,
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
    "DecimalField": Decimal,
    "DurationField": lambda value: value * MICROSECOND,
    "TimeField": time.fromisoformat,
    "UUIDField": UUID,
}


def reader(field: Field) -> Callable[[object], object]:
    """Return what turns the JSON of a field into the value that the database takes."""
    target: Any = field
    while target.is_relation:
        target = target.target_field
    kind = target.get_internal_type()
    prepared: Any = field
    if kind == "JSONField" and not field.null:  # None is then the JSON null, not NULL
        return lambda value: prepared.get_db_prep_value(value, connection)
    read: Callable[[Any], object] = READERS.get(kind, lambda value: value)
    return lambda value: (
        None if value is None else prepared.get_db_prep_save(read(value), connection)
    )


def counters() -> dict[str, int]:
    """Return the last number that each table gave to a row, by table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return dict(cursor.fetchall())
        cursor.execute(
            "SELECT t.relname, s.last_value FROM pg_sequences s"
            " JOIN pg_class c ON c.relname = s.sequencename"
            " JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = s.schemaname"
            " JOIN pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i')"
            " JOIN pg_class t ON t.oid = d.refobjid"
            " WHERE s.schemaname = current_schema() AND s.last_value IS NOT NULL"
        )
        return dict(cursor.fetchall())
