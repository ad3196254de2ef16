"""Duties of a file for tests of rules: everything by its words, nothing from a database."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from vigie.incidents.rules.duties import reading
from vigie.incidents.rules.duties.reading import Situation
from vigie.incidents.rules.duties.record import Act, ActKind, Channel, fold
from vigie.incidents.rules.duties.told import Knowledge, Structure, Told
from vigie.incidents.rules.legal import Answer
from vigie.incidents.tests.factories import facts
from vigie.reference import duties as reference

PARIS = ZoneInfo("Europe/Paris")
KNEW = datetime(2026, 3, 14, 1, 0, tzinfo=UTC)  # 02:00 in Paris
FRANCE = reference.law("FR")
RURITANIA = reference.law("RR", Path(__file__).parent / "data" / "regimes")
HOSPITAL = Structure(obliged=Answer.YES, sector="health")
LEAK = {"data_impacts": ["unavailable"], "data_types": ["health"]}
ATTACK = {"origin": "malicious"}


def after(**delay):
    """Return a moment after the structure knew: after(hours=2)."""
    return KNEW + timedelta(**delay)


def act(kind, regime="", stage="", *, at=KNEW, **more):
    """Return something recorded."""
    if kind == "sent":
        more.setdefault("channel", Channel.PORTAL)
    return Act(ActKind(kind), at, regime, stage, **more)


def answer(fact, said):
    """Return the answer to a question."""
    return Act(ActKind.ANSWER, KNEW, fact=fact, answer=Answer(said))


def read(*history, acts=(), now=KNEW, law=FRANCE, structure=HOSPITAL, known=KNEW, **beside):
    """Return the duties of a file by code.

    history: what the declaration said, each a dictionary of answers, or a moment and that.
    beside: resolved_at, set_here, zone; is_exact: whether the knowledge was told to the minute.
    """
    record = fold(acts)
    asked = {code: one.answer for code, one in record.answers.items()}
    steps = [step if isinstance(step, tuple) else (known, step) for step in history or ({},)]
    told = [Told(at, facts(**said), asked) for at, said in steps]
    knowledge = Knowledge(known, beside.pop("is_exact", True))
    zone = beside.pop("zone", PARIS)
    situation = Situation(structure, knowledge, zone, **beside)
    found = reading.duties(law, told, situation, record, now)
    return {duty.regime.code: duty for duty in found}


def clocks(*history, **asked):
    """Return the stages of a file by « REGIME.STAGE »."""
    return {clock.key: clock for clock in reading.board(read(*history, **asked).values())}


NIS2_HERE = {"set_here": {"NIS2": date(2026, 1, 1)}}
ENTITY = {
    **NIS2_HERE,
    "structure": Structure(Answer.YES, "health", frozenset({"ee"})),
}
SIGNIFICANT = answer("significant_incident", "yes")
