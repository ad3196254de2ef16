"""How the refusals of the domain are told to programs: status, sentence, fields."""

from collections.abc import Callable
from typing import Any

from vigie.incidents.operations.amend import Conflict, UnknownRevision
from vigie.incidents.operations.declare import Incomplete
from vigie.incidents.operations.qualify import BadDecision
from vigie.incidents.operations.store import UnknownInInventory
from vigie.incidents.operations.version import StaleFile
from vigie.incidents.rules.follow import ForbiddenMove

Told = tuple[str, list[dict[str, str]]]


def _incomplete(reason: Incomplete) -> Told:
    return "Required fields are missing.", [
        {"field": name, "reason": "is required"} for name in reason.fields
    ]


def _conflict(reason: Conflict) -> Told:
    return (
        f"Revision {reason.current.number} changed the same fields first. Yours is kept as "
        f"revision {reason.kept.number}, set aside: read both and amend again.",
        [{"field": name, "reason": "changed by somebody else"} for name in reason.kept.changed],
    )


def _bad_decision(reason: BadDecision) -> Told:
    return "The decision does not hold together.", [{"field": reason.field, "reason": str(reason)}]


def _not_in_inventory(reason: UnknownInInventory) -> Told:
    return "The inventory of this structure does not hold it.", [
        {"field": f"facts.{reason.field}", "reason": "is not in the inventory"}
    ]


def _unknown_revision(reason: UnknownRevision) -> Told:
    return str(reason), [{"field": "based_on", "reason": "was never in force"}]


def _plain(reason: Exception) -> Told:
    return str(reason), []


PROBLEMS: list[tuple[type[Exception], int, Callable[[Any], Told]]] = [
    (Incomplete, 422, _incomplete),
    (Conflict, 409, _conflict),
    (UnknownInInventory, 422, _not_in_inventory),
    (UnknownRevision, 422, _unknown_revision),
    (StaleFile, 409, _plain),
    (ForbiddenMove, 409, _plain),
    (BadDecision, 422, _bad_decision),
]
