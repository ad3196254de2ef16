"""Count declarations, events and structures in few SQL queries, whatever their number."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_, or_

from django.db.models import Aggregate, Case, Count, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from vigie.incidents.models import Declaration
from vigie.observatory.rules.figures import Count as Wanted
from vigie.observatory.rules.indicators import EVERY, Clause, Condition, Counted

Rows = QuerySet[Declaration]
ALONE = Q(event=None)  # a declaration without event is an event of its own
EVERY_EVENT = Wanted(Counted.EVENTS, EVERY)


def tally(rows: Rows, wanted: Iterable[Wanted]) -> Counter[Wanted]:
    """Return several counts of the same declarations.

    Costs one SQL query for plain counts, one for distinct ones (they stay apart: PostgreSQL does
    not share out among its workers what it counts distinct), one more for what events say.
    """
    counts = list(wanted)
    found = _plain(rows, counts)
    found.update(_distinct(rows, counts))
    found.update(_shared(rows, counts))
    return found


def _plain(rows: Rows, counts: list[Wanted]) -> Counter[Wanted]:
    """Return the counts of declarations, and of events that are one declaration alone."""
    parts = {c: predicate(c.condition) for c in counts if c.counted is Counted.DECLARATIONS}
    parts |= {c: predicate(c.condition) & ALONE for c in counts if c.counted is Counted.EVENTS}
    return _aggregated(
        rows, {c: Count("pk", filter=condition or None) for c, condition in parts.items()}
    )


def _distinct(rows: Rows, counts: list[Wanted]) -> Counter[Wanted]:
    """Return the counts of structures, and of events of several declarations."""
    parts = {
        c: Count("establishment", distinct=True, filter=predicate(c.condition) or None)
        for c in counts
        if c.counted is Counted.STRUCTURES
    }
    if EVERY_EVENT in counts:
        parts[EVERY_EVENT] = Count("event", distinct=True)
    return _aggregated(rows, parts)


def _shared(rows: Rows, counts: list[Wanted]) -> Counter[Wanted]:
    """Return how many events of several declarations have one that meets the condition."""
    asked = [c for c in counts if c.counted is Counted.EVENTS and c.condition != EVERY]
    flags = {f"flag{number}": c for number, c in enumerate(asked)}
    says = {
        flag: Max(Case(When(predicate(c.condition), then=Value(1)), default=Value(0)))
        for flag, c in flags.items()
    }
    # Coalesce changes nothing but the plan: SQLite would walk the index of events of every year.
    shared = rows.exclude(ALONE).annotate(shared=Coalesce("event", Value(0)))
    events = shared.order_by().values("shared").annotate(**says)
    return _aggregated(events, {c: Sum(flag, default=0) for flag, c in flags.items()})


def _aggregated(
    rows: QuerySet[Declaration, object], parts: Mapping[Wanted, Aggregate]
) -> Counter[Wanted]:
    """Return several aggregates of the same rows in one SQL query."""
    named = {f"count{number}": wanted for number, wanted in enumerate(parts)}
    if not named:
        return Counter()
    found = rows.aggregate(**{name: parts[wanted] for name, wanted in named.items()})
    return Counter({wanted: found[name] for name, wanted in named.items()})


def predicate(condition: Condition) -> Q:
    """Return a condition of the rules as SQL predicate; an empty one where it asks nothing."""
    alternatives = (reduce(and_, map(_clause, clauses)) for clauses in condition)
    return reduce(or_, alternatives, Q()) if condition != EVERY else Q()


def _clause(clause: Clause) -> Q:
    if clause.values == (None,):
        return Q(**{f"{clause.column}__isnull": not clause.excludes})
    if len(clause.values) == 1:
        found = Q(**{clause.column: clause.values[0]})
    else:
        found = Q(**{f"{clause.column}__in": clause.values})
    return ~found if clause.excludes else found
