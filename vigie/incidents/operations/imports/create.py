"""Store declarations that come for the first time: files of the past, closed when they arrive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from vigie.audit.operations import record
from vigie.incidents.models import Brought, Declaration, Episode, Incident, Revision
from vigie.incidents.operations import counted, store
from vigie.incidents.operations.imports.place import Placed, since
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.projection import Ruling
from vigie.incidents.rules.words import COUNTED_OUT, OPEN, Authority, Channel
from vigie.kernel.partial import PartialDate

NAME_LENGTH = 200


def create(batch: Sequence[Placed], *, by: str, now: datetime) -> None:
    """Store the arrivals of a batch and write each in the journal.

    Call it inside the transaction of the import.
    """
    projected = [_projected(one) for one in batch]
    incidents = Incident.objects.bulk_create(
        _incident(one, columns, now) for one, (_, columns) in zip(batch, projected, strict=True)
    )
    declarations = Declaration.objects.bulk_create(
        _declaration(one, incident, columns)
        for one, incident, (columns, _) in zip(batch, incidents, projected, strict=True)
    )
    pairs = list(zip(batch, declarations, strict=True))
    Revision.objects.bulk_create(
        Revision(
            declaration=declaration,
            number=1,
            at=now,
            reason=origin_of(one),
            facts=facts_rules.to_json(one.ready.facts),
        )
        for one, declaration in pairs
    )
    Brought.objects.bulk_create(brought(one, declaration, 1, now) for one, declaration in pairs)
    Episode.objects.bulk_create(
        episode
        for one, declaration in pairs
        for episode in store.episodes_of(declaration, one.ready.facts)
    )
    counted.count_first(
        (
            counted.New(declaration, declaration.incident, one.ready.facts)
            for one, declaration in pairs
        ),
        now,
    )
    for one, incident in zip(batch, incidents, strict=True):
        details = {"source": one.arrival.source, "line": one.arrival.line}
        details |= {"establishment": one.establishment.pk, "masked": one.ready.masked}
        target = f"incident:{incident.pk}"
        record(actor=by, verb="incident.imported", target=target, at=now, details=details)


def origin_of(one: Placed) -> str:
    """Return the reason that a revision gives: where it comes from."""
    return f"import {one.arrival.source}"


def brought(one: Placed, declaration: Declaration, number: int, now: datetime) -> Brought:
    """Return the row that keeps what a source said, not yet saved."""
    return Brought(
        declaration=declaration,
        revision_number=number,
        at=now,
        file=one.arrival.file.rpartition("/")[2][:NAME_LENGTH],
        line=one.arrival.line,
        status=one.arrival.status,
        digest=one.ready.digest,
        facts=facts_rules.to_json(one.ready.facts),
        kept=one.ready.kept,
    )


def when(one: Placed) -> dict[str, Any]:
    """Return the columns of the date of the declaration."""
    declared = PartialDate.parse(one.arrival.declared) if one.arrival.declared else None
    return {
        "declared": one.arrival.declared,
        "declared_year": declared.year_in(store.zone()) if declared else None,
        "dates_disagree": store.days_apart(one.ready.facts, declared),
    }


def where(one: Placed) -> dict[str, Any]:
    """Return the columns of the structure, the site and where they lie."""
    place = one.place
    return {
        "establishment": one.establishment,
        "site": one.site,
        "country": place.country,
        "region": place.region,
        "department": place.department,
    }


def ending(facts: Facts, began: datetime) -> dict[str, Any]:
    """Return the columns of a file that say when all was over and who had helped."""
    resolved = PartialDate.parse(facts.resolved).start(store.zone()) if facts.resolved else None
    return {
        "resolved_at": resolved,
        "support_given": [str(helper) for helper in facts.support_given or []],
        # no source says when: at the latest when all was over
        "support_given_at": (resolved or began) if facts.support_given else None,
    }


def _projected(one: Placed) -> tuple[dict[str, Any], dict[str, Any]]:
    text = one.arrival.declared
    declared = PartialDate.parse(text) if text else None
    return store.project(one.ready.facts, Ruling(), declared)


def _incident(one: Placed, columns: dict[str, Any], now: datetime) -> Incident:
    began = since(one.arrival) or now
    incident = Incident(
        **where(one),
        **columns,
        **ending(one.ready.facts, began),
        declared_at=began,
        event=one.event,
        status=one.arrival.status,
        is_open=one.arrival.status in OPEN,
        status_reason=one.arrival.status_reason,
        major_confirmed=one.arrival.major_confirmed,
        duties_at=now,  # a file of the past starts no clock
    )
    incident.search_text = store.search_text(incident, one.ready.facts)
    return incident


def _declaration(one: Placed, incident: Incident, columns: dict[str, Any]) -> Declaration:
    source, key = one.arrival.source, one.arrival.key
    return Declaration(
        **where(one),
        **(columns | when(one)),
        incident=incident,
        key=uuid5(NAMESPACE_URL, f"vigie:{source}:{key}"),
        channel=Channel.IMPORT,
        authority=Authority.IMPORT,
        source=source,
        source_key=key,
        counts=one.arrival.status not in COUNTED_OUT,
        event=one.event,
        major_confirmed=one.arrival.major_confirmed,
    )
