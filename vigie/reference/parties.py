"""Whom the CERT of a country tells of incidents, and by which dated rules, read from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from vigie.reference.catalogue import Entry, Title, _by_code, _known, _title, document, names


@dataclass(frozen=True, slots=True)
class Party(Entry):
    """Whom a CERT tells of incidents. parts: of the legal form that a document may show it."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoutingRule(Entry):
    """When a party is told, its title saying it in one sentence.

    when: always, ose, national, health or told. stage: opening or resolution. text: of law.
    """

    party: str  # "" = each that was told
    when: str
    stage: str
    since: date
    asks: Title
    text: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Routing:
    """Whom the CERT of a country tells, and by which rules, in their order."""

    country: str
    parties: Mapping[str, Party]
    rules: Mapping[str, RoutingRule]
    source: str
    retrieved: date


@cache
def routing(country: str = "FR") -> Routing | None:
    """Return whom the CERT of a country tells of incidents, None where no file says it."""
    name = f"routing/{country.lower()}"
    if name not in names():
        return None
    raw = document(name)
    parties = [Party(p["code"], _title(p), tuple(p["parts"])) for p in raw["parties"]]
    known = _by_code(name, parties)
    rules = _by_code(name, [_rule(line) for line in raw["rules"]])
    _known(name, {rule.party for rule in rules.values() if rule.party}, known)
    return Routing(raw["country"], known, rules, raw["source"], raw["retrieved"])


def _rule(line: Mapping[str, Any]) -> RoutingRule:
    return RoutingRule(
        code=line["code"],
        title=_title(line),
        party=line["party"],
        when=line["when"],
        stage=line["stage"],
        since=line["since"],
        asks=_title(line["asks"]),
        text=line["text"],
        is_certain=line["certainty"] == "found",
    )
