"""How the refusals of the domain are told to programs: status, sentence, fields."""

from collections.abc import Callable
from typing import Any

from vigie.incidents.operations.amend import AlreadySettled, Conflict, UnknownRevision
from vigie.incidents.operations.attach import TooMany
from vigie.incidents.operations.declare import Incomplete
from vigie.incidents.operations.events import BadGroup
from vigie.incidents.operations.exchange import EmptyMessage, LongMessage, SilentFile
from vigie.incidents.operations.follow import BadTarget
from vigie.incidents.operations.legal import BadProof
from vigie.incidents.operations.observables import BadRetirement, TooManyObservables
from vigie.incidents.operations.qualify import BadDecision
from vigie.incidents.operations.routing import AlreadyTold
from vigie.incidents.operations.steps import BadAssignee
from vigie.incidents.operations.store import UnknownInInventory
from vigie.incidents.operations.version import StaleFile
from vigie.incidents.rules.duties.record import BadAct
from vigie.incidents.rules.follow import BadAction, ForbiddenMove
from vigie.incidents.rules.observables import BadObservable
from vigie.incidents.rules.routing import BadTelling
from vigie.kernel.vault import BadUpload

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


def _at_field(reason: BadDecision | BadProof | BadAction | BadTelling | BadAct) -> Told:
    return "What was sent does not hold together.", [{"field": reason.field, "reason": str(reason)}]


def _not_in_inventory(reason: UnknownInInventory) -> Told:
    return "The inventory of this structure does not hold it.", [
        {"field": f"facts.{reason.field}", "reason": "is not in the inventory"}
    ]


def _unknown_revision(reason: UnknownRevision) -> Told:
    return str(reason), [{"field": "based_on", "reason": "was never in force"}]


def _plain(reason: Exception) -> Told:
    return str(reason), []


def _message(reason: EmptyMessage | LongMessage) -> Told:
    words = "is empty" if isinstance(reason, EmptyMessage) else "is too long"
    return "The message is not taken.", [{"field": "text", "reason": words}]


def _target(reason: BadTarget) -> Told:
    return "The file cannot be merged into this one.", [{"field": "into", "reason": reason.problem}]


def _observable(reason: BadObservable) -> Told:
    return "One of the items is no observable of its kind.", [
        {"field": "items", "reason": "is no observable"}
    ]


def _too_many(reason: TooManyObservables) -> Told:
    return "A file takes no more observables.", [{"field": "items", "reason": "are too many"}]


def _retirement(reason: BadRetirement) -> Told:
    words = "is missing" if reason.problem == "reason" else "was given before"
    return "The observable is not taken back.", [{"field": "reason", "reason": words}]


def _group(reason: BadGroup) -> Told:
    field = {"title": "title", "reason": "reason"}.get(reason.problem, "incidents")
    return "The files cannot be grouped so.", [{"field": field, "reason": reason.problem}]


PROBLEMS: list[tuple[type[Exception], int, Callable[[Any], Told]]] = [
    (Incomplete, 422, _incomplete),
    (Conflict, 409, _conflict),
    (AlreadySettled, 409, _plain),
    (StaleFile, 409, _plain),
    (ForbiddenMove, 409, _plain),
    (SilentFile, 409, _plain),
    (AlreadyTold, 409, _plain),
    (BadDecision, 422, _at_field),
    (BadProof, 422, _at_field),
    (BadAction, 422, _at_field),
    (BadTelling, 422, _at_field),
    (BadAct, 422, _at_field),
    (UnknownInInventory, 422, _not_in_inventory),
    (UnknownRevision, 422, _unknown_revision),
    (BadAssignee, 422, _plain),
    (BadTarget, 422, _target),
    (EmptyMessage, 422, _message),
    (LongMessage, 422, _message),
    (BadGroup, 422, _group),
    (BadObservable, 422, _observable),
    (TooManyObservables, 422, _too_many),
    (BadRetirement, 422, _retirement),
    (TooMany, 422, _plain),
    (BadUpload, 422, _plain),
]
