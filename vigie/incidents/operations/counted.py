"""Keep what is counted of declarations, each state with the time for which it was known."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import connection

from vigie.incidents.models import CountedState, Declaration, Incident
from vigie.incidents.operations import store
from vigie.incidents.rules import counted as rules
from vigie.incidents.rules.facts import Facts


class New(NamedTuple):
    """A declaration that was just stored, its file and what it says."""

    declaration: Declaration
    incident: Incident
    facts: Facts


def count_first(new: Iterable[New], now: datetime) -> None:
    """Keep what is counted of declarations that come into being, from now on.

    Call it once both rows are stored, in the same transaction.
    """
    fields = CountedState._meta.concrete_fields[1:]  # but for the key
    sql = _insertion()
    with connection.cursor() as cursor:
        for one in new:
            said = rules.activities_of(one.facts)
            row = rules.columns(one.declaration, one.incident, said, store.zone())
            row |= {"declaration_id": one.declaration.pk, "known_from": now}
            cursor.execute(
                sql, [f.get_db_prep_save(row.get(f.attname), connection) for f in fields]
            )


@cache
def _insertion() -> str:
    """Return the statement that adds a state. The ORM's own costs a tenth of a declaration."""
    names = [
        connection.ops.quote_name(str(f.column)) for f in CountedState._meta.concrete_fields[1:]
    ]
    table, gaps = connection.ops.quote_name(CountedState._meta.db_table), ["%s"] * len(names)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(gaps)})"  # noqa: S608


def count_anew(incident: Incident, now: datetime, facts: Facts | None = None) -> None:
    """End the state in force of a declaration and begin the next, where what is counted changed.

    Every act that may change it calls this once both rows are stored, in the same transaction.
    facts: those in force, where the act changed them. An act at the moment when the state began, or
    whose clock stands behind it, takes that state's place.
    """
    declaration = Declaration.objects.get(incident=incident)
    state = CountedState.objects.filter(declaration=declaration, known_until=None).first()
    said = _activities(declaration, state) if facts is None else rules.activities_of(facts)
    columns = rules.columns(declaration, incident, said, store.zone())
    if state is None:
        CountedState.objects.create(declaration=declaration, known_from=now, **columns)
    elif any(getattr(state, name) != value for name, value in columns.items()):
        _follow(state, columns, now)


def _activities(declaration: Declaration, state: CountedState | None) -> str:
    if state is not None:
        return state.activities
    told = declaration.episodes.exclude(activity="").values_list("activity", flat=True)
    return " ".join(sorted(set(told)))


def _follow(state: CountedState, columns: dict[str, object], now: datetime) -> None:
    if now > state.known_from:
        CountedState.objects.filter(pk=state.pk).update(known_until=now)
        state = CountedState(declaration_id=state.declaration_id, known_from=now)
    for name, value in columns.items():
        setattr(state, name, value)
    state.save()
