"""The duties of a file that a page has read already: one more query, for what people recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vigie.incidents.queries.duties import Beside, FileDuties, duties_of
from vigie.incidents.queries.file import OneFile, held_by
from vigie.incidents.queries.file_rows import settable_codes
from vigie.incidents.rules.duties.clocks import Clock, State
from vigie.incidents.rules.duties.predicates import matters
from vigie.incidents.rules.duties.reading import Duty, Standing
from vigie.incidents.rules.duties.record import Act
from vigie.incidents.rules.legal import Answer
from vigie.reference.catalogue import Title
from vigie.reference.duties import Regime, duty_facts

PRESSING = (State.LATE, State.WITHOUT_DELAY, State.SOON)


@dataclass(frozen=True, slots=True)
class Line:
    """A clock under the name that it has in the block."""

    clock: Clock
    title: Title


@dataclass(frozen=True, slots=True)
class Shown:
    """The clocks of a file in the order of its page. coming: one line a regime that has not begun.

    next: stages that run once another is done.
    """

    now: list[Clock] = field(default_factory=list)
    running: list[Clock] = field(default_factory=list)
    to_check: list[Clock] = field(default_factory=list)
    coming: list[Duty] = field(default_factory=list)
    next: list[Clock] = field(default_factory=list)
    done: list[Clock] = field(default_factory=list)
    closed: list[Clock] = field(default_factory=list)

    @property
    def in_block(self) -> list[Line]:
        """Return the lines of the block beside a file that come before what is coming.

        The stages of one regime that are all to check make one line.
        """
        lines = [Line(clock, clock.stage.title) for clock in self.now + self.running]
        together: dict[str, list[Clock]] = {}
        for clock in self.to_check:
            together.setdefault(clock.regime.code, []).append(clock)
        for code, clocks in together.items():
            is_alone = len(clocks) == 1 or any(line.clock.regime.code == code for line in lines)
            first = clocks[0]
            lines.append(Line(first, first.stage.title if is_alone else first.regime.title))
        return lines


def duties_on(found: OneFile, now: datetime) -> FileDuties:
    """Return the duties of a file that the page has read. Costs one SQL query."""
    incident = found.incident
    starts = {code: getattr(incident, f"starts_{code}") for code in settable_codes()}
    beside = Beside(
        designations=held_by(incident),
        legal=found.understood.sent,
        portal_is_here=found.understood.portal.is_here,
        ruling=found.ruling,
        starts={code: day for code, day in starts.items() if day},
        said=found.states,
    )
    return duties_of(incident, found.declaration, found.facts, now=now, beside=beside)


def shown(duties: FileDuties) -> Shown:
    """Return the clocks as a page groups them."""
    by_law = {clock.key for duty in duties.coming for clock in duty.clocks}
    found = Shown(coming=duties.coming)
    homes = {
        **dict.fromkeys(PRESSING, found.now),
        State.RUNNING: found.running,
        State.TO_CHECK: found.to_check,
        State.COMING: found.next,
        State.DONE: found.done,
        State.NOT_APPLICABLE: found.closed,
    }
    for clock in duties.clocks:
        if clock.state is not State.COMING or clock.key not in by_law:
            homes[clock.state].append(clock)
    return found


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the structure on which a duty depends, with its answer or the assumption."""

    code: str
    answer: Answer
    act: Act | None  # who answered; None: nobody, the answer is assumed or unknown
    duties: tuple[Regime, ...]

    @property
    def is_open(self) -> bool:
        """Return whether nobody knows."""
        return self.answer is Answer.UNKNOWN


def questions(duties: FileDuties) -> list[Question]:
    """Return the questions whose answers can change a duty, unanswered ones in front."""
    asked: dict[str, list[Regime]] = {}
    for duty in duties.duties:
        if duty.standing is not Standing.COMING:
            for code in _open_questions(duty, duties.known):
                asked.setdefault(code, []).append(duty.regime)
    found = [
        Question(code, duties.known[code], duties.record.answers.get(code), tuple(regimes))
        for code, regimes in asked.items()
    ]
    return sorted(found, key=lambda question: (not question.is_open, question.act is not None))


def _open_questions(duty: Duty, known: Mapping[str, Answer]) -> list[str]:
    asked = [code for code in duty.asks if duty_facts()[code].is_asked]
    return [
        code for code in asked if any(matters(one, code, known) for one in duty.regime.predicates)
    ]
