"""Bring a batch of arrivals into the register: all at once, or one by one where one is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import DataError, IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext

from vigie.incidents.feeds.arrivals import Doubt
from vigie.incidents.models import Brought, Declaration
from vigie.incidents.operations.imports import place
from vigie.incidents.operations.imports.create import create
from vigie.incidents.operations.imports.ready import Ready
from vigie.incidents.operations.imports.renew import renew

Key = tuple[str, str]  # source and key


class Fate(StrEnum):
    """What became of a record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LEFT_OUT = "left_out"  # the mapping does not want it; no record of the summary


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a record, why it was refused, or what was not taken as it stands."""

    fate: Fate
    refusal: Doubt | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A declaration that an earlier import brought, and what its source said last."""

    declaration: Declaration
    last: Brought


def foresee(batch: Sequence[Ready], nation: str = "") -> list[Outcome]:
    """Return what settling a batch would do; writes nothing. nation: as for settle."""
    register, known = place.register(batch, nation), _known(batch)
    return [_foreseen(one, register, known) for one in batch]


def settle(batch: Sequence[Ready], *, by: str, now: datetime, nation: str = "") -> list[Outcome]:
    """Store a batch in one transaction, and return what became of each record, in its order.

    A record that the database refuses is refused alone: the others are stored one by one.
    nation: the only one whose structures and declarations are touched, empty for all.
    """
    try:
        with transaction.atomic():
            return _written(batch, nation, by=by, now=now)
    except (IntegrityError, DataError):
        return [_alone(one, nation, by=by, now=now) for one in batch]


def _alone(one: Ready, nation: str, *, by: str, now: datetime) -> Outcome:
    """Store one record; try again once, since another import may have brought it meanwhile."""
    for _attempt in range(2):
        try:
            with transaction.atomic():
                return _written([one], nation, by=by, now=now)[0]
        except (IntegrityError, DataError) as reason:
            told = gettext("la base de données le refuse : %(reason)s")
            refusal = Doubt("", told % {"reason": str(reason).splitlines()[0]})
    return Outcome(Fate.REFUSED, refusal)


def _foreseen(one: Ready, register: place.Register, known: dict[Key, Known]) -> Outcome:
    if fault := register.fault(one.arrival):
        return Outcome(Fate.REFUSED, fault)
    earlier = known.get((one.arrival.source, one.arrival.key))
    if earlier and register.nation not in ("", earlier.declaration.country):
        told = gettext("cette source a déjà cette référence, dans un autre pays")
        return Outcome(Fate.REFUSED, Doubt(one.arrival.key_field, told))
    if earlier is None:
        return Outcome(Fate.CREATED, doubts=_doubts(one, register))
    same = earlier.last.digest == one.digest
    return Outcome(Fate.UNCHANGED if same else Fate.UPDATED, doubts=_doubts(one, register))


def _doubts(one: Ready, register: place.Register) -> tuple[Doubt, ...]:
    masked = gettext("un texte ressemblait à un numéro de sécurité sociale : il est masqué")
    told = (Doubt("", masked),) if one.masked else ()
    return (*one.arrival.doubts, *register.doubts(one.arrival), *told)


def _written(batch: Sequence[Ready], nation: str, *, by: str, now: datetime) -> list[Outcome]:
    register, known = place.register(batch, nation), _known(batch)
    outcomes = [_foreseen(one, register, known) for one in batch]
    todo = [i for i, told in enumerate(outcomes) if told.fate in (Fate.CREATED, Fate.UPDATED)]
    placed = place.place([batch[i] for i in todo], register, by=by, now=now)
    create(
        [one for i, one in zip(todo, placed, strict=True) if outcomes[i].fate is Fate.CREATED],
        by=by,
        now=now,
    )
    for i, one in zip(todo, placed, strict=True):
        if outcomes[i].fate is Fate.UPDATED:
            earlier = known[one.arrival.source, one.arrival.key]
            more = renew(one, earlier.declaration, earlier.last, by=by, now=now)
            outcomes[i] = Outcome(Fate.UPDATED, doubts=(*outcomes[i].doubts, *more))
    return outcomes


def _known(batch: Sequence[Ready]) -> dict[Key, Known]:
    """Return the declarations of a batch that earlier imports brought. Costs two SQL queries."""
    sources = {one.arrival.source for one in batch}
    keys = {one.arrival.key for one in batch}
    rows = Declaration.objects.filter(source__in=sources, source_key__in=keys)
    found = {row.pk: row for row in rows.annotate(last_brought=Max("brought__id"))}
    last = Brought.objects.defer("kept").in_bulk([row.last_brought for row in found.values()])
    return {
        (row.source, str(row.source_key)): Known(row, last[row.last_brought])
        for row in found.values()
    }
