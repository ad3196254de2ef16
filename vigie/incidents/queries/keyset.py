"""Turn pages by the place of the last row, not by counting: the last page is as fast as the first.

Rows may come, go and change meanwhile: no row is shown twice for it, and none is jumped over that
stayed where it was.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

RowT = TypeVar("RowT", bound=Model)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an order; it never holds NULL."""

    name: str
    descending: bool = False
    is_moment: bool = False

    @property
    def term(self) -> str:
        """Return the column as order_by wants it."""
        return f"-{self.name}" if self.descending else self.name

    @property
    def reversed(self) -> "Column":
        """Return the column read from the other end."""
        return Column(self.name, not self.descending, self.is_moment)

    def beyond(self, value: Any, *, or_at: bool = False) -> Q:
        """Return the rows after a value in this order, those at the value too if wanted."""
        lookup = ("lt" if self.descending else "gt") + ("e" if or_at else "")
        return Q(**{f"{self.name}__{lookup}": value})


Order = tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an order; backwards: the page ends there instead of beginning."""

    values: tuple[Any, ...]
    backwards: bool = False

    def __str__(self) -> str:
        plain = [
            v.astimezone(UTC).isoformat() if isinstance(v, datetime) else v for v in self.values
        ]
        return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Slice(Sequence[RowT]):
    """The rows of one page, and the places before and after it where there are more.

    beyond: the values of the first row after the page, None where it is the last.
    """

    rows: list[RowT]
    previous: Cursor | None = None
    following: Cursor | None = None
    beyond: tuple[Any, ...] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]


def read_cursor(text: str, order: Order, *, backwards: bool) -> Cursor | None:
    """Return the place that a text spells, None when it spells none of this order."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(raw, list) or len(raw) != len(order):
            return None
        values = tuple(_value(c, v) for c, v in zip(order, raw, strict=True))
    except (binascii.Error, ValueError, TypeError):
        return None
    return Cursor(values, backwards)


def _value(column: Column, raw: object) -> object:
    """Return one value of a place. Raises ValueError or TypeError when it is of another kind."""
    if column.is_moment:
        moment = datetime.fromisoformat(str(raw))
        if moment.tzinfo is None:
            raise ValueError(raw)
        return moment
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) >= 2**63:
        raise ValueError(raw)
    return raw


def page(rows: QuerySet[RowT], order: Order, cursor: Cursor | None, size: int) -> Slice[RowT]:
    """Return the rows at a place in an order.

    order: its last column is unique. Costs one SQL query, one more for each column beyond two
    when the page runs over the end of a value.
    """
    if cursor is not None and cursor.backwards:
        return _page_before(rows, order, cursor, size)
    found = _take(rows, order, cursor.values if cursor else None, size + 1)
    beyond = _place(found[size], order) if len(found) > size else None
    found = found[:size]
    if not found:
        return Slice([])
    return Slice(
        found,
        previous=Cursor(_place(found[0], order), backwards=True) if cursor else None,
        following=Cursor(_place(found[-1], order)) if beyond else None,
        beyond=beyond,
    )


def _page_before(rows: QuerySet[RowT], order: Order, cursor: Cursor, size: int) -> Slice[RowT]:
    """Return the page that ends before a place; the first page where nothing stands before it."""
    turned = tuple(column.reversed for column in order)
    found = _take(rows, turned, cursor.values, size + 1)
    if len(found) <= size:
        return page(rows, order, None, size)
    found = found[:size][::-1]
    return Slice(
        found,
        previous=Cursor(_place(found[0], order), backwards=True),
        following=Cursor(_place(found[-1], order)),
        beyond=cursor.values,
    )


def _place(row: Model, order: Order) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in order)


def _take(
    rows: QuerySet[RowT], order: Order, after: tuple[Any, ...] | None, wanted: int
) -> list[RowT]:
    """Return the next rows, each step a condition that an index of the order answers."""
    ordered = rows.order_by(*(column.term for column in order))
    if after is None:
        return list(ordered[:wanted])
    found: list[RowT] = []
    for condition in _steps(order, after):
        found += ordered.filter(condition)[: wanted - len(found)]
        if len(found) == wanted:
            break
    return found


def _steps(order: Order, after: tuple[Any, ...]) -> Iterator[Q]:
    """Yield the rows after a place: first those that share most columns with it."""
    for last in range(len(order) - 2, -1, -1):
        shared = Q(**{c.name: v for c, v in zip(order[:last], after, strict=False)})
        here, value = order[last], after[last]
        if last == len(order) - 2:
            tied = here.beyond(value) | order[-1].beyond(after[-1])
            yield shared & here.beyond(value, or_at=True) & tied
        else:
            yield shared & here.beyond(value)
