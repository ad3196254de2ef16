"""Which fields of a declaration a table may bring, and what each of them holds."""

import types
from enum import StrEnum
from typing import get_args, get_origin

from vigie.incidents.rules.facts import FREE_TEXTS, Facts
from vigie.incidents.rules.words import Status
from vigie.reference import catalogue

KEY, ESTABLISHMENT, DECLARED = "key", "establishment", "declared"
STRUCTURE_NAME = "structure_name"  # where a file knows structures by name alone
REQUIRED = (KEY, ESTABLISHMENT, DECLARED)
BESIDE = (*REQUIRED, "source", "site", "status", "status_reason", "major_confirmed", "event")
# Ids of one instance's inventory mean nothing elsewhere: supplier_name says it in words.
NOT_BROUGHT = frozenset({"applications", "supplier"})
ONLY_JSON = frozenset({"episodes"})  # too deep for a cell
FACTS = tuple(name for name in Facts.model_fields if name not in NOT_BROUGHT)
COLUMNS = (*BESIDE, *(name for name in FACTS if name not in ONLY_JSON))
DATES = frozenset({"declared", "occurred", "noticed", "resolved"})
LISTS = frozenset({"handled_by", "care_activities", "data_impacts", "data_types", "support_given"})
ANSWERS = {"major_confirmed"} | {
    name for name, field in Facts.model_fields.items() if field.annotation == bool | None
}
COUNTS = frozenset(
    {"workstations", "servers", "patients", "transfers", "cancelled_acts", "persons"}
)
TEXTS = frozenset({*FREE_TEXTS, "status_reason", "event", STRUCTURE_NAME, KEY})
YES = frozenset({"yes", "oui", "true", "vrai", "1", "o", "y"})
NO = frozenset({"no", "non", "false", "faux", "0", "n"})
NOTHING = frozenset({"none", "aucun", "aucune"})  # an empty list, where an empty cell is unknown
STATUSES = (Status.CLOSED, Status.REJECTED)  # what is brought is history


def enum_of(name: str) -> type[StrEnum] | None:
    """Return the closed list that a field of the facts takes its words from, None for none."""
    return _enum_in(Facts.model_fields[name].annotation) if name in Facts.model_fields else None


def _enum_in(kind: object) -> type[StrEnum] | None:
    if isinstance(kind, type) and not get_origin(kind):
        return kind if issubclass(kind, StrEnum) else None
    inside = (_enum_in(part) for part in get_args(kind) if part is not types.NoneType)
    return next((found for found in inside if found), None)


def closed_words(name: str) -> tuple[str, ...]:
    """Return the words that a field may hold, empty for a field that is not a closed list."""
    if name == "status":
        return tuple(STATUSES)
    if name == "category":
        return tuple(catalogue.incident_categories())
    if name == "care_activities":
        return tuple(catalogue.care_activities())
    kind = enum_of(name)
    return tuple(word for word in kind if word) if kind else ()
