"""How a file moves, what comes next, whose turn it is, and when shifts change."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

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
    Status.REJECTED: frozenset({Status.RECEIVED, Status.QUALIFIED}),
    Status.DUPLICATE: frozenset({Status.RECEIVED, Status.QUALIFIED}),
}
NEEDS_REASON = frozenset({Status.REJECTED, Status.DUPLICATE})
BACKWARDS = frozenset(
    {
        (Status.CONTAINED, Status.QUALIFIED),
        (Status.RESOLVED, Status.CONTAINED),
        (Status.CLOSED, Status.RESOLVED),
        (Status.REJECTED, Status.RECEIVED),
        (Status.REJECTED, Status.QUALIFIED),
        (Status.DUPLICATE, Status.RECEIVED),
        (Status.DUPLICATE, Status.QUALIFIED),
    }
)
PATH = (Status.RECEIVED, Status.QUALIFIED, Status.CONTAINED, Status.RESOLVED, Status.CLOSED)
SILENT = frozenset({Status.REJECTED, Status.DUPLICATE})  # nobody writes in these files any more
DANGER_RANK = {
    Endangerment.PROVEN: 3,
    Endangerment.POTENTIAL: 2,
    Endangerment.UNKNOWN: 1,
    Endangerment.NONE: 0,
}
PATIENT_DANGER = DANGER_RANK[Endangerment.POTENTIAL]  # from this rank on, patients are at risk
# How soon the desk must look at a new file. Vigie's own targets, shown as such.
FIRST_LOOK_WITHIN = {
    Endangerment.PROVEN: timedelta(minutes=15),
    Endangerment.POTENTIAL: timedelta(minutes=30),
    Endangerment.UNKNOWN: timedelta(hours=1),
    Endangerment.NONE: timedelta(hours=4),
}
SHIFTS = (time(8), time(20))  # when one team of the desk tells the next
ACTION_LENGTH = 200


class Action(StrEnum):
    """What Vigie itself puts as next action; people write their own words instead."""

    QUALIFY = "qualify"
    CONTACT = "contact"
    REVIEW = "review"


class ForbiddenMove(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The file may not go from its status to the one asked for, or a reason is missing."""


class BadAction(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A next action lacks its words, its time or who must act; .field names which."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class NextAction:
    """The one thing that comes next in a file. text: words of a person, or a code of Action."""

    text: str
    due: datetime
    waiting: Waiting

    def check(self) -> None:
        """Raise BadAction unless it says what, until when and who."""
        if not self.text.strip():
            raise BadAction("text", "is missing")
        if len(self.text) > ACTION_LENGTH:
            raise BadAction("text", f"is longer than {ACTION_LENGTH} characters")
        if self.due.tzinfo is None:
            raise BadAction("due", "has no time zone")
        if not self.waiting:
            raise BadAction("waiting", "is missing")


def check_move(old: Status, new: Status, *, reason: str = "") -> None:
    """Raise ForbiddenMove unless a file may go from old to new; going back needs a reason."""
    if new not in MOVES[old]:
        raise ForbiddenMove(f"{old} -> {new}")
    if needs_reason(old, new) and not reason.strip():
        raise ForbiddenMove(f"{old} -> {new}: a reason is needed")


def needs_reason(old: Status, new: Status) -> bool:
    """Return whether a move must be explained: it goes back, or out of the count."""
    return new in NEEDS_REASON or (old, new) in BACKWARDS


def restored(*, was_qualified: bool) -> Status:
    """Return where a file goes whose rejection or merging is undone."""
    return Status.QUALIFIED if was_qualified else Status.RECEIVED


def first_action(endangerment: Endangerment, now: datetime) -> NextAction:
    """Return what the desk does first with a new file, and by when. The text is a code."""
    return NextAction(Action.QUALIFY, now + FIRST_LOOK_WITHIN[endangerment], Waiting.CERT)


def action_after_qualifying(endangerment: Endangerment, now: datetime) -> NextAction:
    """Return what comes after the first decision when the desk names nothing else."""
    return NextAction(Action.CONTACT, now + FIRST_LOOK_WITHIN[endangerment], Waiting.CERT)


def action_after_reopening(endangerment: Endangerment, now: datetime) -> NextAction:
    """Return what the desk does with a file that is open again."""
    return NextAction(Action.REVIEW, now + FIRST_LOOK_WITHIN[endangerment], Waiting.CERT)


def waiting_after_message(waiting: Waiting, *, from_desk: bool) -> Waiting:
    """Return whose turn it is once a message is written.

    What a structure or its region writes, the desk must read. What the desk writes, the structure
    must answer, unless the file waits for a third party.
    """
    if not from_desk:
        return Waiting.CERT
    third = (Waiting.SUPPLIER, Waiting.AUTHORITY)
    return waiting if waiting in third else Waiting.STRUCTURE


def next_shift(now: datetime, zone: tzinfo) -> datetime:
    """Return when the next shift of the desk begins, in the zone."""
    local = now.astimezone(zone)
    today = [local.replace(hour=t.hour, minute=t.minute, second=0, microsecond=0) for t in SHIFTS]
    tomorrow = today[0] + timedelta(days=1)
    return next((start for start in today if start > local), tomorrow)
