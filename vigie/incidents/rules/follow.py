"""How a file moves, what comes next, and how the queue is sorted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.incidents.rules.words import Endangerment, Status, Waiting

MOVES: dict[Status, frozenset[Status]] = {
    Status.RECEIVED: frozenset({Status.QUALIFIED, Status.REJECTED, Status.DUPLICATE}),
    Status.QUALIFIED: frozenset(
        {Status.CONTAINED, Status.RESOLVED, Status.CLOSED, Status.REJECTED, Status.DUPLICATE}
    ),
    Status.CONTAINED: frozenset(
        {Status.QUALIFIED, Status.RESOLVED, Status.REJECTED, Status.DUPLICATE}
    ),
    Status.RESOLVED: frozenset({Status.CONTAINED, Status.CLOSED, Status.DUPLICATE}),
    Status.CLOSED: frozenset({Status.RESOLVED}),
    Status.REJECTED: frozenset({Status.RECEIVED}),
    Status.DUPLICATE: frozenset({Status.RECEIVED}),
}
NEEDS_REASON = frozenset({Status.REJECTED, Status.DUPLICATE})
BACKWARDS = frozenset(
    {
        (Status.CONTAINED, Status.QUALIFIED),
        (Status.RESOLVED, Status.CONTAINED),
        (Status.CLOSED, Status.RESOLVED),
        (Status.REJECTED, Status.RECEIVED),
        (Status.DUPLICATE, Status.RECEIVED),
    }
)
DANGER_RANK = {
    Endangerment.PROVEN: 3,
    Endangerment.POTENTIAL: 2,
    Endangerment.UNKNOWN: 1,
    Endangerment.NONE: 0,
}
# How soon the desk must look at a new file. Vigie's own targets, shown as such.
FIRST_LOOK_WITHIN = {
    Endangerment.PROVEN: timedelta(minutes=15),
    Endangerment.POTENTIAL: timedelta(minutes=30),
    Endangerment.UNKNOWN: timedelta(hours=1),
    Endangerment.NONE: timedelta(hours=4),
}


class ForbiddenMove(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The file may not go from its status to the one asked for, or a reason is missing."""


@dataclass(frozen=True, slots=True)
class NextAction:
    """The one thing that comes next in a file."""

    text: str
    due: datetime
    waiting: Waiting


def check_move(old: Status, new: Status, *, reason: str = "") -> None:
    """Raise ForbiddenMove unless a file may go from old to new; going back needs a reason."""
    if new not in MOVES[old]:
        raise ForbiddenMove(f"{old} -> {new}")
    if (new in NEEDS_REASON or (old, new) in BACKWARDS) and not reason.strip():
        raise ForbiddenMove(f"{old} -> {new}: a reason is needed")


def first_action(endangerment: Endangerment, now: datetime) -> NextAction:
    """Return what the desk does first with a new file, and by when. The text is a code."""
    return NextAction("qualify", now + FIRST_LOOK_WITHIN[endangerment], Waiting.CERT)
