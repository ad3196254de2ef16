"""Named facts: what the declaration says, what people answered, and what decides."""

from datetime import UTC, datetime

import pytest

from vigie.incidents.rules.duties import told
from vigie.incidents.rules.duties.predicates import Because, evaluate
from vigie.incidents.rules.duties.told import Knowledge, Told
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.legal import Answer
from vigie.incidents.tests.factories import facts
from vigie.incidents.tests.law import (
    FRANCE,
    HOSPITAL,
    KNEW,
    LEAK,
    PARIS,
)
from vigie.reference import duties as reference
from vigie.reference.duties import Join, Predicate

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def fact(name):
    return Predicate(Join.FACT, name)


def joined(word, *names):
    return Predicate(Join(word), parts=tuple(fact(name) for name in names))


# predicates


@pytest.mark.parametrize(
    ("word", "answers", "expected", "because"),
    [
        ("all", {"a": YES, "b": YES}, YES, "ab"),
        ("all", {"a": YES, "b": NO}, NO, "b"),
        ("all", {"a": UNKNOWN, "b": NO}, NO, "b"),
        ("all", {"a": UNKNOWN, "b": YES}, UNKNOWN, "a"),
        ("any", {"a": YES, "b": UNKNOWN}, YES, "a"),
        ("any", {"a": NO, "b": UNKNOWN}, UNKNOWN, "b"),
        ("any", {"a": NO, "b": NO}, NO, "ab"),
        ("any", {}, UNKNOWN, "ab"),
    ],
)
def test_a_predicate_names_the_facts_that_decide(word, answers, expected, because):
    found = evaluate(joined(word, "a", "b"), answers)
    assert found.answer is expected
    assert "".join(one.fact for one in found.because) == because


def test_a_negation_turns_the_answer_and_keeps_the_fact():
    found = evaluate(Predicate(Join.NOT, parts=(fact("a"),)), {"a": NO})
    assert found.answer is YES
    assert found.because == (Because("a", NO),)


# named facts


def test_every_fact_of_the_reference_is_answered():
    known = told.answers(Told(KNEW, facts()), HOSPITAL)
    assert known.keys() == reference.duty_facts().keys()


def test_the_answers_of_the_declaration_that_the_reference_names_exist():
    fields = Facts.model_fields
    for regime in FRANCE.regimes:
        assert regime.told_by in {"", "noticed"}
        for stage in regime.stages.values():
            assert not stage.said_by or stage.said_by in fields
            sources = [s for wanted in stage.items for s in wanted.item.sources]
            assert {s for s in sources if not s.startswith("@")} <= fields.keys()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, UNKNOWN),
        ({"data_impacts": []}, NO),
        ({"data_impacts": ["unavailable"]}, UNKNOWN),
        ({"data_impacts": ["unavailable"], "data_types": ["health"]}, YES),
        ({"data_impacts": ["altered"], "data_types": ["personal"]}, YES),
        ({"data_impacts": ["lost"], "data_types": ["operational"]}, NO),
        ({"data_impacts": ["lost"], "data_types": ["technical"]}, UNKNOWN),
        ({"data_disclosed": True, "data_types": ["health"]}, YES),
    ],
)
def test_a_breach_is_a_loss_of_confidentiality_integrity_or_availability(answers, expected):
    known = told.answers(Told(KNEW, facts(**answers)), HOSPITAL)
    assert known["personal_data_breached"] is expected


def test_an_outage_without_a_leak_is_a_breach_but_no_disclosure():
    known = told.answers(Told(KNEW, facts(**LEAK)), HOSPITAL)
    assert known["health_data_disclosed"] is NO
    assert known["high_risk"] is UNKNOWN


def test_disclosed_health_data_are_presumed_a_high_risk_until_somebody_says_otherwise():
    leaked = facts(data_impacts=["disclosed"], data_types=["health"])
    assert told.answers(Told(KNEW, leaked), HOSPITAL)["high_risk"] is YES
    said = {"high_risk": NO}
    assert told.answers(Told(KNEW, leaked, said), HOSPITAL)["high_risk"] is NO


# when the structure knew


@pytest.mark.parametrize(
    ("noticed", "expected", "is_exact"),
    [
        ("2026-03-14T02:00+01:00", datetime(2026, 3, 14, 1, 0, tzinfo=UTC), True),
        ("2026-03-13", datetime(2026, 3, 12, 23, 0, tzinfo=UTC), False),
        ("2026-03", KNEW, False),
        ("2026-03-15", KNEW, False),  # after the declaration
    ],
)
def test_a_structure_knows_from_its_finding_on_the_safe_side(noticed, expected, is_exact):
    found = told.knowledge(facts(noticed=noticed), KNEW, PARIS)
    assert found == Knowledge(expected, is_exact)
