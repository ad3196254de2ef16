"""What a duty to notify is made of: regimes, stages, facts, items. Frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from vigie.reference.catalogue import Entry, Title

NONE_SET: Mapping[str, date] = MappingProxyType({})


class Join(StrEnum):
    """How the parts of a predicate go together."""

    FACT = "fact"
    ALL = "all"
    ANY = "any"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition over named facts: one fact, or parts joined."""

    join: Join
    fact: str = ""
    parts: tuple["Predicate", ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the names of the facts that it looks at, in their order."""
        own = (self.fact,) if self.fact else ()
        return own + tuple(name for part in self.parts for name in part.facts)


@dataclass(frozen=True, slots=True)
class DutyFact(Entry):
    """A fact that duties rest on, and how it is said as true, as false and as not known.

    is_asked: it is a question to the structure; title is the question. presume: what makes it true
    until somebody answers. default: the answer of the safe side, "yes", "no" or "".
    """

    is_asked: bool
    yes: Title
    no: Title
    unknown: Title
    presume: Predicate | None = None
    default: str = ""


@dataclass(frozen=True, slots=True)
class NoticeItem(Entry):
    """A part of a notice. sources: fields of the declaration, or names that begin with @."""

    sources: tuple[str, ...]
    is_annex: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item that a notice must, or may, hold."""

    item: NoticeItem
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Recipient(Entry):
    """To whom a notice goes. url: where, "" where no address is public."""

    url: str = ""


class DueKind(StrEnum):
    """What sort of deadline a stage has."""

    WITHIN = "within"
    WITHOUT_DELAY = "without_delay"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline after a start: hours of the calendar, and months of the calendar."""

    kind: DueKind
    hours: int = 0
    months: int = 0


class StartKind(StrEnum):
    """What sets a clock running."""

    AWARE = "aware"  # the regime's own knowledge
    RESOLVED = "resolved"  # the end of the incident
    EVENT = "event"  # something that people record
    SENT = "sent"  # the submission of another stage
    DUE = "due"  # the deadline of another stage


@dataclass(frozen=True, slots=True)
class Start:
    """From which moment a stage runs. of: the event or the other stage."""

    kind: StartKind
    of: str = ""


@dataclass(frozen=True, slots=True)
class Stage(Entry):
    """One notice of a regime: its deadline, whom it goes to and what it holds.

    when: a condition of its own. said_by: the answer of the declaration that tells of it.
    late_item: asked for once the deadline is past. target: Vigie's own aim in hours, not the law's.
    if_ongoing_at: only if the incident goes on at that stage's deadline; unless_ongoing: replaced
    if it goes on at its own.
    """

    law: str
    start: Start
    due: Due
    recipients: tuple[Recipient, ...]
    items: tuple[Wanted, ...]
    is_certain: bool = True
    items_certain: bool = True
    event: Title | None = None
    when: Predicate | None = None
    said_by: str = ""
    late_item: NoticeItem | None = None
    target: Due | None = None
    if_ongoing_at: str = ""
    unless_ongoing: bool = False
    is_declaration: bool = False  # the declaration that this product is about


class Coming(StrEnum):
    """Why a regime has no first day."""

    IN_FORCE = "in_force"  # it has, which is not noted
    COMING = "coming"  # nobody set it yet


@dataclass(frozen=True, slots=True)
class Regime(Entry):
    """A duty to notify: whom it binds, from when, what it rests on and how sure that is.

    aware: its own moment of knowledge, in words; told_by: the answer of the declaration that is
    that very moment, "" where it is only near. advises: whom it is advised to where it does not
    bind; advice says why.
    """

    law: Title
    url: str
    is_certain: bool
    checked_on: date
    starts: date | Coming
    until: date | None  # the first day on which it does not hold any more
    applies: Predicate
    aware: Title
    stages: Mapping[str, Stage]
    told_by: str = ""
    advises: Predicate | None = None
    advice: Title | None = None
    note: Title | None = None

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """Return every condition: whom it binds, whom it is advised to, those of its stages."""
        own = (self.applies, *((self.advises,) if self.advises else ()))
        return own + tuple(stage.when for stage in self.stages.values() if stage.when)

    def begins(self, set_here: date | None = None) -> date | None:
        """Return the first day, date.min where it is not noted, None while none is set.

        set_here: what an administrator set where the reference has no day.
        """
        if self.starts is Coming.IN_FORCE:
            return date.min
        return set_here if isinstance(self.starts, Coming) else self.starts

    def is_over(self, on: date) -> bool:
        """Return whether the regime does not hold any more on a day."""
        return self.until is not None and self.until <= on


@dataclass(frozen=True, slots=True)
class Law:
    """The regimes of a country, in their order; two of one code stand for two times."""

    country: str
    regimes: tuple[Regime, ...]
    source: str
    retrieved: date

    def held_on(
        self, day: date, set_here: Mapping[str, date] = MappingProxyType({})
    ) -> list[Regime]:
        """Return the regimes to look at on a day: in force, or still without a first day.

        A regime whose first day is set and not come yet is left out where another of its code
        holds, and kept as coming where none does.
        """
        left = [regime for regime in self.regimes if not regime.is_over(day)]
        begun = {r.code for r in left if has_begun(r, day, set_here)}
        return [r for r in left if r.code not in begun or has_begun(r, day, set_here)]

    def regime(self, code: str) -> Regime | None:
        """Return a regime by its code, its newest edition."""
        return next((one for one in reversed(self.regimes) if one.code == code), None)

    def stage(self, regime: str, stage: str) -> Stage | None:
        """Return a stage by its codes, the newest edition of its regime in front."""
        for one in reversed(self.regimes):
            if one.code == regime and stage in one.stages:
                return one.stages[stage]
        return None


def has_begun(regime: Regime, day: date, set_here: Mapping[str, date]) -> bool:
    """Return whether a regime runs on a day; set_here: first days that an administrator set."""
    first = regime.begins(set_here.get(regime.code))
    return first is not None and first <= day


def settable(laws: Iterable[Law]) -> list[Regime]:
    """Return the regimes for which an administrator may set the first day."""
    return [r for law in laws for r in law.regimes if r.starts is Coming.COMING]
