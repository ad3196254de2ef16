"""Make what was counted of declarations anew, from what is kept of their past.

Revisions, rulings and what imports brought say what was declared and decided, and when; the journal
says when files moved, joined an event or got support. What none of them tells (see docs/adr/0011)
is taken as it is now.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.db import transaction

from vigie.incidents.operations import store
from vigie.incidents.rules import counted as rules
from vigie.incidents.rules.counted import Situation, Told
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.projection import Ruling
from vigie.incidents.rules.words import Origin, Status
from vigie.kernel.partial import PartialDate

CHUNK = 500  # declarations a transaction
MOVES = ("incident.moved", "incident.merged", "incident.restored")
GROUPS = ("incident.grouped", "incident.ungrouped")
SUPPORT = "support.given"

Table = Callable[[str, str], Any]  # application and model: the model, as the schema has it now
Change = Callable[[Situation], Situation]


@dataclass
class Past:
    """What is kept of one declaration's past."""

    revisions: list[Any] = field(default_factory=list)  # that came in force, in their order
    rulings: list[Any] = field(default_factory=list)
    brought: list[Any] = field(default_factory=list)
    journal: list[Any] = field(default_factory=list)


def recount(table: Table = apps.get_model) -> int:
    """Replace every state by what the past tells; return how many declarations there are.

    table: the models of a migration under way, else those of today.
    """
    ids = list(
        table("incidents", "Declaration").objects.order_by("pk").values_list("pk", flat=True)
    )
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            _recount(table, ids[start : start + CHUNK])
    return len(ids)


def _recount(table: Table, ids: Sequence[int]) -> None:
    states = table("incidents", "CountedState")
    states.objects.filter(declaration__in=ids).delete()
    rows = table("incidents", "Declaration").objects.filter(pk__in=ids).order_by("pk")
    declarations = list(rows.select_related("incident"))
    pasts = _pasts(table, declarations)
    states.objects.bulk_create(
        states(declaration_id=row.pk, known_from=since, known_until=until, **columns)
        for row in declarations
        for since, until, columns in _lasting(_told(row, pasts[row.pk]))
    )


def _lasting(told: Sequence[Told]) -> Iterator[tuple[datetime, datetime | None, dict[str, object]]]:
    ends: list[datetime | None] = [later for (_, _), (later, _) in pairwise(told)]
    for (since, columns), until in zip(told, [*ends, None], strict=True):
        yield since, until, columns


def _pasts(table: Table, declarations: Sequence[Any]) -> Mapping[int, Past]:
    """Return what is kept of each declaration. Costs four SQL queries."""
    found: dict[int, Past] = defaultdict(Past)
    of_file = {row.incident_id: row.pk for row in declarations}
    ids = list(of_file.values())
    accepted = table("incidents", "Revision").objects.filter(standing="accepted")
    for row in accepted.filter(declaration__in=ids).order_by("number"):
        found[row.declaration_id].revisions.append(row)
    rulings = table("incidents", "Qualification").objects.filter(incident__in=list(of_file))
    for row in rulings.order_by("at", "id"):
        found[of_file[row.incident_id]].rulings.append(row)
    brought = table("incidents", "Brought").objects.filter(declaration__in=ids)
    for row in brought.order_by("id").defer("kept"):
        found[row.declaration_id].brought.append(row)
    told = table("audit", "Event").objects.filter(
        target__in=[f"incident:{pk}" for pk in of_file], verb__in=[*MOVES, *GROUPS, SUPPORT]
    )
    for row in told.order_by("happened_at", "id"):
        found[of_file[int(row.target.removeprefix("incident:"))]].journal.append(row)
    return found


def _told(row: Any, past: Past) -> list[Told]:
    """Return the states of a declaration, the last one as its rows are now."""
    zone = store.zone()
    declared = PartialDate.parse(row.declared) if row.declared else None
    place = {name: getattr(row, name) for name in rules.PLACE}
    told = [(at, place | one.columns(declared, zone)) for at, one in _situations(row, past)]
    states = rules.told_apart(told) or [(row.incident.declared_at, {})]
    since, last = states[-1]
    activities = str(last["activities"]) if last else _activities(row)
    return [*states[:-1], (since, rules.columns(row, row.incident, activities, zone))]


def _activities(row: Any) -> str:
    told = row.episodes.exclude(activity="").values_list("activity", flat=True)
    return " ".join(sorted(set(told)))


def _situations(row: Any, past: Past) -> Iterator[tuple[datetime, Situation]]:
    if not past.revisions:
        return
    first = past.revisions[0]
    facts = Facts.model_validate(first.facts)
    situation = Situation(
        facts=facts,
        status=Status(past.brought[0].status) if past.brought else Status.RECEIVED,
        major_confirmed=None if past.rulings else row.major_confirmed,
        event_id=_event_before(row, past),
        resolved=bool(past.brought and facts.resolved),
        support_given=bool(past.brought and facts.support_given),
    )
    yield first.at, situation
    for at, change in sorted(_changes(past), key=lambda one: one[0]):
        situation = change(situation)
        yield at, situation


def _event_before(row: Any, past: Past) -> int | None:
    """Return the event in which the file was before anybody grouped it: an import's."""
    moved = [entry for entry in past.journal if entry.verb in GROUPS]
    if not moved:
        return row.event_id  # type: ignore[no-any-return]
    return moved[0].details["event"] if moved[0].verb == "incident.ungrouped" else None


def _changes(past: Past) -> Iterator[tuple[datetime, Change]]:
    for revision in past.revisions[1:]:
        facts = Facts.model_validate(revision.facts)
        yield revision.at, partial(replace, facts=facts)
    for one in past.rulings:
        yield one.at, partial(_ruled, one)
    for last, brought in pairwise(past.brought):
        yield brought.at, partial(_brought, last, brought)
    for entry in past.journal:
        yield entry.happened_at, partial(_journaled, entry)


def _ruled(ruling: Any, situation: Situation) -> Situation:
    found = replace(
        situation,
        ruling=Ruling(Origin(ruling.origin), ruling.category),
        major_confirmed=ruling.major_confirmed,
    )
    return found.moved(Status.QUALIFIED) if situation.status is Status.RECEIVED else found


def _brought(last: Any, brought: Any, situation: Situation) -> Situation:
    """Return the situation after an import: the file follows its source until people move it."""
    before, after = (Facts.model_validate(one.facts) for one in (last, brought))
    told: dict[str, Any] = {}
    if situation.status == last.status:
        told["status"] = Status(brought.status)
    if situation.resolved == bool(before.resolved):
        told["resolved"] = bool(after.resolved)
    if situation.support_given == bool(before.support_given):
        told["support_given"] = bool(after.support_given)
    return replace(situation, **told)


def _journaled(entry: Any, situation: Situation) -> Situation:
    if entry.verb == SUPPORT:
        return replace(situation, support_given=bool(entry.details["helpers"]))
    if entry.verb in GROUPS:
        joined = entry.verb == "incident.grouped"
        return replace(situation, event_id=entry.details["event"] if joined else None)
    merged = entry.verb == "incident.merged"
    return situation.moved(Status.DUPLICATE if merged else Status(entry.details["to"]))
