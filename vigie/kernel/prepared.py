"""Questions that every page asks: their SQL is written once, their answers are read each time.

Django writes the SQL of a QuerySet anew whenever it is asked. For the widest questions that takes
longer than the database needs for its answer.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

Row = TypeVar("Row")
Value = int | str | tuple[int, ...]
Place = tuple[str, int]  # a value by its name, and its number within a tuple
SHAPES = 64  # statements that one question keeps; the least used is written anew


@dataclass(frozen=True, slots=True)
class Statement(Generic[Row]):
    """A QuerySet with its SQL, and at which places of the parameters a value belongs."""

    question: QuerySet[Any, Row]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, Place], ...]

    def answers(self, values: Mapping[Place, int | str]) -> list[Row]:
        """Ask the database with these values."""
        params = list(self.params)
        for at, place in self.places:
            params[at] = type(params[at])(values[place])
        # Copies: threads share the statement, each asks over its own connection.
        compiler: Any = copy(self.compiler)
        query: Any = copy(self.question.query)
        compiler.connection = connections[compiler.using]
        with _cursor(compiler.connection) as cursor:
            cursor.execute(self.sql, params)
            rows = [row[: compiler.col_count] for row in cursor.fetchall()]
        compiler.execute_sql = lambda *_how, **_named: [rows]
        query.get_compiler = lambda using: compiler
        asked: Any = QuerySet(self.question.model, query=query, using=compiler.using)
        asked._fields = self.question._fields  # type: ignore[attr-defined] # no stub
        asked._iterable_class = self.question._iterable_class
        return list(asked)


def _cursor(connection: Any) -> Any:
    """Return a cursor that lets the database keep its plan too, where it can."""
    return getattr(connection, "planned_cursor", connection.cursor)()


def prepared(ask: Callable[..., QuerySet[Any, Row]]) -> Callable[..., list[Row]]:
    """Return a function that gives the rows of a question, whose SQL is kept.

    ask: its positional arguments shape the question, each shape is written for itself; its keyword
    arguments (numbers, short texts, tuples of numbers) are only compared with columns. What else it
    reads (clock, language, time zone) would be kept with the SQL: use the database's clock.
    """

    @lru_cache(maxsize=SHAPES)
    def statement(shape: tuple[Hashable, ...], kinds: tuple[tuple[str, object], ...]) -> Any:
        stand_ins = {name: _stand_in(rank, kind) for rank, (name, kind) in enumerate(kinds)}
        return _written(ask(*shape, **stand_ins), stand_ins)

    @wraps(ask)
    def answers(*shape: Hashable, **values: Value) -> list[Row]:
        kinds = tuple((name, _kind(value)) for name, value in values.items())
        found: Statement[Row] | None = statement(shape, kinds)
        return found.answers(dict(_placed(values))) if found else []

    return answers


def _kind(value: Value) -> object:
    """Return what decides on the SQL of a value: its type, or how many numbers it holds."""
    return len(value) if isinstance(value, tuple) else type(value)


def _placed(values: Mapping[str, Value]) -> Iterator[tuple[Place, int | str]]:
    for name, value in values.items():
        for rank, one in enumerate(value if isinstance(value, tuple) else (value,)):
            yield (name, rank), one


def _stand_in(rank: int, kind: object) -> Value:
    """Return a value that nothing else in a statement has, and that any column may be asked for."""
    number = 2**62 + rank * 2**32
    if isinstance(kind, int):
        return tuple(range(number, number + kind))
    return f"stand-in {number}" if kind is str else number


def _written(question: QuerySet[Any, Row], stand_ins: Mapping[str, Value]) -> Statement[Row] | None:
    """Return the statement of a question, None where Django knows that no row answers it.

    Raises ValueError where a number or a text does not reach the SQL as it is. Numbers of a tuple
    may be left out, as rights leave out the kinds of places that a row does not have.
    """
    if question._prefetch_related_lookups:  # type: ignore[attr-defined] # no stub
        raise ValueError("what is prefetched would not be prepared")
    compiler = question.query.get_compiler(using=question.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    names = {value: place for place, value in _placed(stand_ins)}
    single = {name for name, value in stand_ins.items() if not isinstance(value, tuple)}
    places = [
        (at, names[value])
        for at, value in enumerate(params)
        if isinstance(value, int | str) and value in names
    ]
    if missing := single - {name for _at, (name, _rank) in places}:
        raise ValueError(f"never compared with a column: {sorted(missing)}")
    return Statement(question, compiler, sql, tuple(params), tuple(places))
