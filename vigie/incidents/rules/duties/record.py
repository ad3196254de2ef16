"""What people record of duties, and what holds of it now: nothing is taken out, only taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from vigie.incidents.rules.legal import Answer

CLOCKS_DIFFER = timedelta(minutes=10)  # another clock may be ahead of ours
REASON_LENGTH, RECEIPT_LENGTH, JOB_LENGTH = 500, 120, 120
Key = tuple[str, str]  # regime and stage; "" for the whole regime


class ActKind(StrEnum):
    """What somebody recorded."""

    AWARE = "aware"  # when the structure knew, as this regime means it
    EVENT = "event"  # that something happened which starts a stage
    ANSWER = "answer"  # to a question about the facts
    SENT = "sent"  # that a notice went out
    NOT_APPLICABLE = "not_applicable"
    STOPPED = "stopped"
    RETRACTED = "retracted"  # takes an earlier record back


class Channel(StrEnum):
    """How a notice was sent."""

    PORTAL = "portal"
    PHONE = "phone"
    MAIL = "mail"
    PAPER = "paper"
    IN_PERSON = "in_person"
    OTHER = "other"


CLOSING = frozenset({ActKind.NOT_APPLICABLE, ActKind.STOPPED})
NEED_A_REASON = CLOSING | {ActKind.RETRACTED}


class BadAct(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """What is recorded of a duty does not hold together; .field names where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Act:
    """One record. at: when it happened; recorded_at: when it was written down."""

    kind: ActKind
    at: datetime
    regime: str = ""
    stage: str = ""
    fact: str = ""  # that an answer is about
    answer: Answer | None = None
    reason: str = ""
    channel: Channel | None = None
    receipt: str = ""
    sender: str = ""  # position of who sent it, where that is not who recorded it
    who: str = ""  # who recorded it, as pages show it
    recorded_at: datetime | None = None
    key: int | None = None  # of the stored row
    retracts: int | None = None
    notice: int | None = None  # the version that was sent
    attachment: int | None = None

    def check(self, now: datetime) -> None:
        """Raise BadAct when something is missing or the moment is still to come."""
        if self.at > now + CLOCKS_DIFFER:
            raise BadAct("at", "is still to come")
        if self.kind in NEED_A_REASON and not self.reason.strip():
            raise BadAct("reason", "is missing")
        if self.kind is ActKind.SENT and self.channel is None:
            raise BadAct("channel", "is missing")
        if self.kind is ActKind.ANSWER and (self.answer is None or not self.fact):
            raise BadAct("answer", "is missing")


@dataclass(frozen=True, slots=True)
class Record:
    """What holds of everything recorded: the last word on each matter."""

    aware: Mapping[str, Act] = field(default_factory=dict)  # by regime
    events: Mapping[Key, Act] = field(default_factory=dict)
    sent: Mapping[Key, tuple[Act, ...]] = field(default_factory=dict)  # the first sent first
    closed: Mapping[Key, Act] = field(default_factory=dict)
    answers: Mapping[str, Act] = field(default_factory=dict)  # by fact

    def closing(self, regime: str, stage: str) -> Act | None:
        """Return what stopped a stage or its whole regime, None where nothing did."""
        return self.closed.get((regime, stage)) or self.closed.get((regime, ""))


def fold(acts: Iterable[Act]) -> Record:
    """Return what holds of the records, given in the order in which they were written down."""
    every = list(acts)
    gone = {act.retracts for act in every if act.kind is ActKind.RETRACTED}
    record = _Folding()
    for act in every:
        if act.key is None or act.key not in gone:
            record.take(act)
    return record.done()


class _Folding:
    """Takes records one after the other."""

    def __init__(self) -> None:
        self.aware: dict[str, Act] = {}
        self.events: dict[Key, Act] = {}
        self.sent: dict[Key, list[Act]] = {}
        self.closed: dict[Key, Act] = {}
        self.answers: dict[str, Act] = {}

    def take(self, act: Act) -> None:
        key = (act.regime, act.stage)
        if act.kind is ActKind.AWARE:
            self.aware[act.regime] = act
        elif act.kind is ActKind.EVENT:
            self.events[key] = act
        elif act.kind is ActKind.SENT:
            self.sent.setdefault(key, []).append(act)
        elif act.kind in CLOSING:
            self.closed[key] = act
        elif act.kind is ActKind.ANSWER:
            self.answers[act.fact] = act

    def done(self) -> Record:
        sent = {key: tuple(sorted(acts, key=lambda a: a.at)) for key, acts in self.sent.items()}
        return Record(self.aware, self.events, sent, self.closed, self.answers)
