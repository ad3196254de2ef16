"""Make an arrival ready to be stored: numbers of patients masked, and a digest to know it again."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from vigie.incidents.feeds.arrivals import Arrival
from vigie.incidents.operations import store
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import Facts
from vigie.kernel import nir


@dataclass(frozen=True, slots=True)
class Ready:
    """An arrival as it will be stored. digest: the same means that nothing changed."""

    arrival: Arrival
    facts: Facts
    kept: dict[str, Any]
    masked: int  # social-security numbers taken out
    digest: str


def ready(arrival: Arrival) -> Ready:
    """Return an arrival as it will be stored."""
    masked = store.mask(arrival.facts)
    kept, count = _masked(arrival.kept)
    return Ready(
        arrival=arrival,
        facts=masked.facts,
        kept=kept,
        masked=masked.count + count,
        digest=_digest(arrival, masked.facts, kept),
    )


def _masked(value: Any) -> tuple[Any, int]:
    """Return JSON values with every social-security number in a text masked, and their number."""
    if isinstance(value, str):
        return nir.mask(value)
    if isinstance(value, dict):
        parts = {name: _masked(part) for name, part in value.items()}
        return {name: part for name, (part, _n) in parts.items()}, sum(
            n for _p, n in parts.values()
        )
    if isinstance(value, list):
        found = [_masked(part) for part in value]
        return [part for part, _n in found], sum(n for _p, n in found)
    return value, 0


def _digest(arrival: Arrival, facts: Facts, kept: dict[str, Any]) -> str:
    told = {
        "structure": arrival.stranger.key if arrival.stranger else arrival.named,
        "site": arrival.site,
        "declared": arrival.declared,
        "status": arrival.status,
        "status_reason": arrival.status_reason,
        "major_confirmed": arrival.major_confirmed,
        "event": arrival.event,
        "facts": facts_rules.to_json(facts),
        "kept": kept,
    }
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
