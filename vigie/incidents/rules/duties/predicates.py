"""Say whether a predicate over named facts holds, and which facts decide it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vigie.incidents.rules.legal import Answer
from vigie.reference.duties import Join, Law, Predicate

Answers = Mapping[str, Answer]
OPPOSITE = {Answer.YES: Answer.NO, Answer.NO: Answer.YES, Answer.UNKNOWN: Answer.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Because:
    """A fact that decided, and how it stands."""

    fact: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a predicate holds, as far as the facts tell, and which of them decide it."""

    answer: Answer
    because: tuple[Because, ...]


def evaluate(predicate: Predicate, answers: Answers) -> Found:
    """Return whether a predicate holds; a fact that nobody told is unknown.

    One false part settles « all », one true part settles « any »; unknown parts count only where
    the known ones settle nothing.
    """
    if predicate.join is Join.FACT:
        answer = answers.get(predicate.fact, Answer.UNKNOWN)
        return Found(answer, (Because(predicate.fact, answer),))
    parts = [evaluate(part, answers) for part in predicate.parts]
    if predicate.join is Join.NOT:
        return Found(OPPOSITE[parts[0].answer], parts[0].because)
    settles = Answer.NO if predicate.join is Join.ALL else Answer.YES
    for wanted in (settles, Answer.UNKNOWN):
        if any(part.answer is wanted for part in parts):
            return Found(wanted, _together(parts, wanted))
    return Found(OPPOSITE[settles], _together(parts, OPPOSITE[settles]))


def matters(predicate: Predicate, fact: str, answers: Answers) -> bool:
    """Return whether another answer to a question could change the outcome."""
    if fact not in predicate.facts:
        return False
    outcomes = {evaluate(predicate, {**answers, fact: answer}).answer for answer in Answer}
    return len(outcomes) > 1


def closing_answers(law: Law, fact: str) -> frozenset[Answer]:
    """Return the answers to a question that may take a duty or a stage away."""
    advised = {regime.advises for regime in law.regimes}
    predicates = [one for regime in law.regimes for one in regime.predicates if one not in advised]
    return frozenset(answer for one in predicates for answer in _closing(one, fact, Answer.NO))


def _closing(predicate: Predicate, fact: str, closes: Answer) -> Iterator[Answer]:
    if predicate.join is Join.FACT:
        yield from (closes,) if predicate.fact == fact else ()
    turned = OPPOSITE[closes] if predicate.join is Join.NOT else closes
    for part in predicate.parts:
        yield from _closing(part, fact, turned)


def _together(parts: Sequence[Found], answer: Answer) -> tuple[Because, ...]:
    """Return the facts behind the parts of one answer, each once, in their order."""
    every = [one for part in parts if part.answer is answer for one in part.because]
    return tuple(dict.fromkeys(every))
