"""Say whom a call-out reaches next, and which calls are told together. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

CALLED_FOR = timedelta(hours=24)  # then nobody new is called; the call stays open on the pages


class CallReason(StrEnum):
    """Why somebody is called."""

    DANGER = "danger"  # a patient is, or may be, in danger
    URGENT = "urgent"
    REPORT = "report"  # somebody noticed something


REASON_RANK = {CallReason.REPORT: 0, CallReason.URGENT: 1, CallReason.DANGER: 2}


@dataclass(frozen=True, slots=True)
class OpenCall:
    """What is known of a call-out that was made before at the same place."""

    reason: CallReason
    opened_at: datetime
    taken_at: datetime | None = None


def joins(reason: CallReason, other: OpenCall, *, now: datetime, within: timedelta) -> bool:
    """Return whether a call is told together with one made before at the same place.

    Danger is always its own call, and nothing hides behind it. Once somebody took a call, reports
    still join it while it is fresh, so that a flood wakes nobody again; what is urgent does not.
    """
    if CallReason.DANGER in (reason, other.reason) or now - other.opened_at >= within:
        return False
    return other.taken_at is None or reason is CallReason.REPORT


def graver(one: CallReason, other: CallReason) -> CallReason:
    """Return the graver of two reasons."""
    return max(one, other, key=lambda reason: REASON_RANK[reason])


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to reach somebody, in the order of the ladder from the place upwards.

    territory: "ej:690780101". duty: of the person on duty, None for a permanent contact.
    """

    territory: str
    level: int
    duty: int | None = None
    can_be_told: bool = True  # has an address or a number that a message can go to

    @property
    def key(self) -> tuple[str, int, int | None]:
        """Return what makes it one rung: the next person on duty is another."""
        return self.territory, self.level, self.duty


def may_climb(reason: CallReason, *, own: bool) -> bool:
    """Return whether a call may reach a territory above its own.

    What somebody merely noticed wakes nobody beyond the structure: its pages keep it in sight.
    """
    return own or reason is not CallReason.REPORT


def next_rung(
    ladder: Iterable[Rung],
    *,
    climbed: Collection[tuple[str, int, int | None]],
    called_apart: Collection[str] = (),
) -> Rung | None:
    """Return whom to call now, None where everybody who can be told was.

    climbed: the keys of the rungs called before. called_apart: territories with a call of their
    own for the same matter, which is not told to them twice.
    """
    return next(
        (
            rung
            for rung in ladder
            if rung.can_be_told and rung.key not in climbed and rung.territory not in called_apart
        ),
        None,
    )


def is_over(opened_at: datetime, now: datetime) -> bool:
    """Return whether a call that nobody took has been tried long enough."""
    return now - opened_at >= CALLED_FOR


def link_hash(secret: str) -> str:
    """Return what is kept of the secret of a link: enough to know it again, not to use it."""
    return sha256(secret.encode()).hexdigest()
