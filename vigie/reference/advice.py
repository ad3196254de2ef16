"""What somebody who reports from a ward is told to do, and who validated the wording. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from vigie.reference import catalogue
from vigie.reference.catalogue import BadReference, Entry, Title

NAME = "report_advice"


@dataclass(frozen=True, slots=True)
class Advice(Entry):
    """What to do in one case, step by step in each language; icon: of its picture, "" for none."""

    icon: str
    steps: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Validation:
    """Who vouches for a wording, and since when. Nobody: an empty name and no day."""

    by: str
    on: date | None


@cache
def report_orders() -> Mapping[str, Advice]:
    """Return the orders that a patient's safety asks of whoever reports: device and danger."""
    return _advice("orders")


@cache
def report_pictures() -> Mapping[str, Advice]:
    """Return the pictured choices of a report by code, in the order to show, with their advice."""
    return _advice("entries")


@cache
def report_validation() -> Validation:
    """Return who validated the orders and the advice of reports."""
    raw = catalogue.document(NAME)
    return Validation(str(raw["validated_by"] or ""), raw["validated_on"])


def _advice(key: str) -> Mapping[str, Advice]:
    found = [_read(line) for line in catalogue.document(NAME)[key]]
    by_code = {entry.code: entry for entry in found}
    if len(by_code) != len(found):
        raise BadReference(f"{NAME}.yaml: a code stands twice")
    return MappingProxyType(by_code)


def _read(line: Mapping[str, Any]) -> Advice:
    spaced = [catalogue.french(step) for step in line["steps"]["fr"]]
    steps = MappingProxyType({"fr": tuple(spaced), "en": tuple(line["steps"]["en"])})
    title = Title(catalogue.french(line["fr"]), line["en"])
    return Advice(line["code"], title, line.get("icon", ""), steps)
