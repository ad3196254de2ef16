from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.rules import doubts, legal
from vigie.incidents.rules.doubts import Doubt
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.legal import Answer, Criterion, Duty, Severity, Standing
from vigie.incidents.rules.words import (
    Endangerment,
    Extent,
    Kind,
    StructureImpact,
)
from vigie.incidents.tests.strategies import some_facts

NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)


def finding(facts, criterion):
    return next(f for f in legal.assess(facts).findings if f.criterion is criterion)


# legal criteria


@pytest.mark.parametrize(
    ("criterion", "answers", "answer", "because"),
    [
        (Criterion.CARE, {"endangerment": "potential"}, "yes", ("endangerment_potential",)),
        (Criterion.CARE, {"endangerment": "proven"}, "yes", ("endangerment_proven",)),
        (Criterion.CARE, {"endangerment": "none"}, "no", ("endangerment_none",)),
        (Criterion.CARE, {}, "unknown", ("endangerment_unknown",)),
        (Criterion.CARE, {"endangerment": "none", "transfers": 2}, "yes", ("transfers",)),
        (Criterion.CARE, {"care_interrupted": True}, "yes", ("care_interrupted",)),
        (Criterion.DATA, {}, "unknown", ("data_impacts_unknown",)),
        (Criterion.DATA, {"data_impacts": []}, "no", ("data_intact",)),
        (Criterion.DATA, {"data_impacts": ["unavailable"]}, "no", ("data_intact",)),
        (Criterion.DATA, {"data_impacts": ["disclosed"]}, "unknown", ("data_types_unknown",)),
        (
            Criterion.DATA,
            {"data_impacts": ["disclosed"], "data_types": ["personal"]},
            "no",
            ("data_not_health",),
        ),
        (
            Criterion.DATA,
            {"data_impacts": ["disclosed", "altered"], "data_types": ["health"]},
            "yes",
            ("data_altered", "data_disclosed"),
        ),
        (Criterion.FUNCTIONING, {}, "unknown", ("structure_unknown",)),
        (Criterion.FUNCTIONING, {"structure_impact": "none"}, "no", ("structure_none",)),
        (Criterion.FUNCTIONING, {"structure_impact": "other"}, "yes", ("structure_other",)),
        (
            Criterion.FUNCTIONING,
            {"care_interrupted": True},
            "yes",
            ("structure_degraded", "care_interrupted"),
        ),
        (Criterion.HEALTH_SYSTEM, {}, "unknown", ("health_system_unknown",)),
        (Criterion.HEALTH_SYSTEM, {"samu_affected": True}, "yes", ("samu_affected",)),
        (
            Criterion.HEALTH_SYSTEM,
            {"health_system_impact": False, "samu_affected": True},
            "yes",
            ("samu_affected",),
        ),
        (Criterion.HEALTH_SYSTEM, {"health_system_impact": False}, "no", ("health_system_none",)),
        (Criterion.PROPAGATION, {"others_at_risk": True}, "yes", ("others_at_risk",)),
        (Criterion.PROPAGATION, {"others_at_risk": False}, "no", ("others_safe",)),
        (Criterion.PROPAGATION, {}, "unknown", ("others_unknown",)),
    ],
)
def test_each_criterion_tells_why(criterion, answers, answer, because):
    found = finding(Facts.model_validate(answers), criterion)
    assert (found.answer, found.because) == (answer, because)


ALL_CLEAR = {
    "endangerment": "none",
    "structure_impact": "none",
    "data_impacts": [],
    "health_system_impact": False,
    "others_at_risk": False,
}


@pytest.mark.parametrize(
    ("answers", "obliged", "duty"),
    [
        ({"endangerment": "potential"}, Answer.YES, Duty.MUST),
        ({"endangerment": "potential"}, Answer.UNKNOWN, Duty.TO_CHECK),
        ({"endangerment": "proven"}, Answer.NO, Duty.NOT_CONCERNED),
        ({}, Answer.YES, Duty.TO_CHECK),
        (ALL_CLEAR, Answer.YES, Duty.NOT_REQUIRED),
        ({"kind": "threat"}, Answer.YES, Duty.NOT_REQUIRED),
        ({"kind": "near_miss", "others_at_risk": True}, Answer.YES, Duty.MUST),
    ],
)
def test_the_duty_follows_from_criteria_and_kind_of_structure(answers, obliged, duty):
    assert legal.assess(Facts.model_validate(answers), obliged=obliged).duty is duty


@given(some_facts(), st.sampled_from(Answer))
def test_one_criterion_met_is_enough_where_the_law_binds_and_nothing_else_is(facts, obliged):
    found = legal.assess(facts, obliged=obliged)
    assert (found.duty is Duty.MUST) == (bool(found.met) and obliged is Answer.YES)
    assert len(found.findings) == len(Criterion)
    assert all(f.because for f in found.findings)


@given(some_facts())
def test_severity_plays_no_part_in_the_duty_nor_the_law_in_severity(facts):
    levels = {legal.assess(facts, obliged=obliged).severity for obliged in Answer}
    assert len(levels) == 1


@pytest.mark.parametrize(
    ("kind", "on", "answer"),
    [
        ("CH", date(2026, 1, 1), Answer.YES),
        ("CH", date(2017, 9, 30), Answer.NO),
        ("EHPAD", date(2022, 4, 28), Answer.NO),
        ("EHPAD", date(2022, 4, 29), Answer.YES),
        ("EDITEUR_HEBERGEUR", date(2026, 1, 1), Answer.NO),
        ("AUTRE", date(2026, 1, 1), Answer.UNKNOWN),
        ("SPACESHIP", date(2026, 1, 1), Answer.UNKNOWN),
    ],
)
def test_french_law_binds_kinds_of_structures_from_a_day_on(kind, on, answer):
    assert legal.obligation(kind, "FR", on) is answer


def test_a_country_whose_law_nobody_described_is_to_check():
    assert legal.obligation("CH", "NZ", date(2026, 1, 1)) is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("duty", "here", "recorded", "standing"),
    [
        (Duty.MUST, False, False, Standing.TO_DO),
        (Duty.MUST, False, True, Standing.DONE),
        (Duty.MUST, True, False, Standing.DONE),
        (Duty.TO_CHECK, False, False, Standing.TO_CHECK),
        (Duty.TO_CHECK, True, False, Standing.TO_CHECK),
        (Duty.TO_CHECK, False, True, Standing.DONE),
        (Duty.NOT_REQUIRED, False, False, Standing.NOT_NEEDED),
        (Duty.NOT_CONCERNED, False, False, Standing.NOT_NEEDED),
    ],
)
def test_elsewhere_only_a_receipt_does_the_duty(duty, here, recorded, standing):
    assert legal.standing(duty, portal_is_here=here, recorded=recorded) is standing


# Vigie's own scale


@pytest.mark.parametrize(
    ("answers", "level", "because"),
    [
        ({"kind": "threat"} | ALL_CLEAR, Severity.EVENT, ("nothing_happened",)),
        (ALL_CLEAR, Severity.MINOR, ("no_criterion_met",)),
        ({"endangerment": "potential"}, Severity.SERIOUS, ("criterion_met",)),
        (
            {"endangerment": "potential", "care_activities": ["URG", "BIO", "IMG"]},
            Severity.MAJOR,
            ("wide_danger",),
        ),
        ({"structure_impact": "degraded"}, Severity.MAJOR, ("structure_degraded",)),
        ({"ransomware_extent": "domain_controller"}, Severity.MAJOR, ("deep_ransomware",)),
        ({"ransomware_extent": "workstation"}, Severity.MINOR, ("no_criterion_met",)),
        ({"endangerment": "proven"}, Severity.CRITICAL, ("endangerment_proven",)),
        ({"others_at_risk": True}, Severity.CRITICAL, ("reaches_others",)),
        (
            {"episodes": [{"kind": "interruption", "activity": "REA"}]},
            Severity.CRITICAL,
            ("vital_care_stopped",),
        ),
        (
            {"episodes": [{"kind": "interruption", "activity": "FACT"}]},
            Severity.MAJOR,
            ("structure_degraded",),
        ),
    ],
)
def test_severity_is_the_gravest_level_that_the_facts_reach(answers, level, because):
    found = legal.assess(Facts.model_validate(answers))
    assert (found.severity, found.severity_because) == (level, because)


GRAVER = [
    {"endangerment": Endangerment.PROVEN},
    {"structure_impact": StructureImpact.DEGRADED},
    {"others_at_risk": True},
    {"health_system_impact": True},
    {"ransomware_extent": Extent.DOMAIN_CONTROLLER},
]


@given(some_facts(), st.sampled_from(GRAVER))
def test_a_graver_answer_never_lowers_severity(facts, graver):
    worse = facts.model_copy(update=graver)
    assert legal.assess(worse).severity >= legal.assess(facts).severity


# answers that do not fit together


@pytest.mark.parametrize(
    ("answers", "doubt"),
    [
        ({"noticed": "2026-03-14T04:00+01:00"}, Doubt.NOTICED_LATER),
        ({"noticed": "2026-03-20"}, Doubt.NOTICED_LATER),
        ({"occurred": "2026-03-14", "noticed": "2026-03-13"}, Doubt.OCCURRED_AFTER_NOTICED),
        ({"occurred": "2026-03-14", "resolved": "2026-03-12"}, Doubt.RESOLVED_BEFORE),
        (
            {"endangerment": "none", "episodes": [{"kind": "endangerment_proven"}]},
            Doubt.DANGER_IN_EPISODES,
        ),
        (
            {"structure_impact": "none", "episodes": [{"kind": "degraded"}]},
            Doubt.STOP_IN_EPISODES,
        ),
        (
            {"structure_impact": "other", "care_interrupted": True},
            Doubt.INTERRUPTED_NOT_DEGRADED,
        ),
        (
            {"origin": "non_malicious", "category": "ransomware"},
            Doubt.ORIGIN_AGAINST_CATEGORY,
        ),
        (
            {"category": "power_outage", "ransomware_extent": "one_server"},
            Doubt.EXTENT_WITHOUT_RANSOMWARE,
        ),
    ],
)
def test_answers_that_do_not_fit_are_told(answers, doubt):
    assert doubts.doubts(Facts.model_validate(answers), NOW) == [doubt]


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"noticed": "2026-03-14T02:30+01:00"},  # twenty minutes ahead: clocks differ
        {"noticed": "2026-03-14", "occurred": "2026-03-14"},
        {"noticed": "2026", "occurred": "2026-03-20"},
        {"origin": "undetermined", "category": "ransomware"},
        {"category": "ransomware", "ransomware_extent": "one_server"},
        {"endangerment": "unknown", "episodes": [{"kind": "endangerment_proven"}]},
    ],
)
def test_answers_that_fit_raise_no_doubt(answers):
    assert doubts.doubts(Facts.model_validate(answers), NOW) == []


@given(some_facts())
def test_doubts_are_found_in_anything_without_failing(facts):
    assert set(doubts.doubts(facts, NOW)) <= set(Doubt)


def test_only_what_happened_counts_as_an_incident():
    assert legal.assess(Facts(kind=Kind.SUSPECTED)).severity is Severity.MINOR
    assert legal.assess(Facts(kind=Kind.VOLUNTARY)).severity is Severity.EVENT
