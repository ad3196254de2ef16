from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vigie.incidents.rules import blocks, doubts, legal, projection
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.blocks import ESSENTIAL, Step
from vigie.incidents.rules.doubts import Doubt
from vigie.incidents.rules.facts import EpisodeFacts, Facts
from vigie.incidents.rules.legal import Answer, Criterion, Duty, Severity, Standing
from vigie.incidents.rules.projection import Ruling
from vigie.incidents.rules.words import (
    DataImpact,
    DataType,
    Endangerment,
    EpisodeKind,
    Extent,
    Kind,
    Origin,
    StructureImpact,
)
from vigie.reference import catalogue

NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
DATES = st.sampled_from(
    ["", "2026", "2026-03", "2026-03-14", "2026-03-14T02:10+01:00", "2025-12-31T23:59-05:00"]
)
ACTIVITIES = st.sampled_from(sorted(catalogue.care_activities()))
MAYBE = st.sampled_from([None, False, True])


@st.composite
def episodes(draw):
    start, end = draw(DATES), draw(DATES)
    if start and end and facts_rules.surely_after(start, end):
        start, end = end, start
    return EpisodeFacts(
        kind=draw(st.sampled_from(EpisodeKind)),
        activity=draw(st.one_of(st.just(""), ACTIVITIES)),
        start=start,
        end=end,
    )


def some_facts():
    """Anything that a structure may say, on every question that a rule reads."""
    words = {
        name: st.sampled_from(list(field.annotation))
        for name, field in Facts.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum)
    }
    answers = {name: MAYBE for name, f in Facts.model_fields.items() if f.annotation == bool | None}
    return st.builds(
        Facts,
        **words,
        **answers,
        title=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
        occurred=DATES,
        noticed=DATES,
        care_activities=st.lists(ACTIVITIES, max_size=4, unique=True),
        episodes=st.lists(episodes(), max_size=3),
        data_impacts=st.none() | st.lists(st.sampled_from(DataImpact), max_size=3, unique=True),
        data_types=st.none() | st.lists(st.sampled_from(DataType), max_size=2, unique=True),
        transfers=st.none() | st.integers(0, 9),
        category=st.sampled_from(["", *catalogue.incident_categories()]),
    )


def finding(facts, criterion):
    return next(f for f in legal.assess(facts).findings if f.criterion is criterion)


# what is stored


@given(some_facts())
def test_facts_come_back_from_json_as_they_were(facts):
    assert Facts.model_validate(facts_rules.to_json(facts)) == facts


@given(some_facts(), some_facts())
def test_what_changed_is_what_must_be_copied_to_get_the_new_facts(old, new):
    names = facts_rules.changed(old, new)
    copied = old.model_copy(update={name: getattr(new, name) for name in names})
    assert copied == new
    assert facts_rules.changed(old, old) == []


def test_unanswered_fields_are_not_stored():
    assert facts_rules.to_json(Facts(title="Panne")) == {"title": "Panne"}


def test_every_text_that_people_type_is_masked():
    typed = {
        name
        for name, field in Facts.model_fields.items()
        if field.annotation is str and any("_visible" in repr(m) for m in field.metadata)
    }
    assert typed == set(facts_rules.FREE_TEXTS)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"occurred": "hier"}, "occurred"),
        ({"occurred": "2026-13"}, "occurred"),
        ({"category": "gremlins"}, "category"),
        ({"care_activities": ["CAFETERIA"]}, "care_activities"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"patients": -1}, "patients"),
        ({"applications": [10**30]}, "applications"),
        ({"supplier": 0}, "supplier"),
        ({"colour": "red"}, "colour"),
        ({"episodes": [{"kind": "party"}]}, "episodes"),
        ({"episodes": [{"kind": "degraded", "start": "2026-03", "end": "2026-02"}]}, "episodes"),
    ],
)
def test_nonsense_is_refused_at_its_field(answers, field):
    with pytest.raises(ValidationError) as refused:
        Facts.model_validate(answers)
    assert {error["loc"][0] for error in refused.value.errors()} == {field}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-14", "2026-03-14"),
        ("2026-03", "2026-03-01"),
        ("2026-03-14T02:10+01:00", "2026-03-14"),
        # a day in La Réunion begins four hours before it does in UTC
        ("2026-03-14", "2026-03-14T01:00+04:00"),
        ("2026-03-14T02:10+01:00", "2026-03-14T01:10+00:00"),
    ],
)
def test_an_episode_may_end_in_the_stretch_in_which_it_starts(start, end):
    assert EpisodeFacts(kind="degraded", start=start, end=end).end == end


def test_an_empty_answer_is_missing_but_unknown_is_an_answer():
    assert facts_rules.missing(Facts()) == ["title", "description", "noticed", "support_requested"]
    whole = Facts(title="a", description="b", noticed="2026", support_requested=False)
    assert facts_rules.missing(whole) == []
    assert whole.endangerment is Endangerment.UNKNOWN


# the form


def test_every_question_is_asked_once_amended_once_and_stands_once_in_the_legal_order():
    everything = sorted(Facts.model_fields.keys() - blocks.TOLD_BY_IMPORTS)
    assert sorted(name for names in blocks.ASKED.values() for name in names) == everything
    assert sorted(name for names in blocks.AMENDED.values() for name in names) == everything
    assert sorted(name for names in blocks.LEGAL.values() for name in names) == everything
    parts = [part for found in blocks.BLOCKS.values() for part in found]
    assert sorted(parts) == sorted(blocks.LEGAL)


def test_at_most_eight_answers_are_required():
    structure_and_phone = 2
    assert len(ESSENTIAL) + structure_and_phone <= 8
    assert blocks.ASKED[Step.ESSENTIAL][0] == "endangerment"  # care first


# what the facts add up to


@pytest.mark.parametrize(
    ("answer", "kinds", "found"),
    [
        ("none", [], "none"),
        ("unknown", [], "unknown"),
        ("none", ["degraded"], "none"),
        ("none", ["endangerment_potential"], "potential"),
        ("proven", ["endangerment_potential"], "proven"),
        ("potential", ["endangerment_proven"], "proven"),
    ],
)
def test_the_gravest_danger_counts_whether_answered_or_dated(answer, kinds, found):
    facts = Facts(endangerment=answer, episodes=[{"kind": kind} for kind in kinds])
    assert facts_rules.endangerment(facts) == found


@pytest.mark.parametrize(
    ("impact", "answer", "kinds", "interrupted", "structure"),
    [
        ("unknown", None, [], None, "unknown"),
        ("none", None, [], False, "none"),
        ("other", None, [], False, "other"),
        ("degraded", None, [], None, "degraded"),
        ("degraded", False, [], False, "degraded"),
        ("none", True, [], True, "degraded"),
        ("unknown", None, ["interruption"], True, "degraded"),
        ("degraded", False, ["interruption"], True, "degraded"),
        ("none", None, ["degraded"], None, "degraded"),
        ("none", None, ["recovery"], False, "none"),
    ],
)
def test_an_interruption_is_a_kind_of_degraded_mode(impact, answer, kinds, interrupted, structure):
    facts = Facts(
        structure_impact=impact,
        care_interrupted=answer,
        episodes=[{"kind": kind} for kind in kinds],
    )
    assert facts_rules.interruption(facts) is interrupted
    assert facts_rules.structure_impact(facts) == structure


@given(some_facts())
def test_what_lists_and_statistics_read_holds_together(facts):
    columns = projection.columns(facts, Ruling(), declared_on=date(2026, 3, 14), zone=UTC)
    if columns["care_interrupted"]:
        assert columns["structure_impact"] == StructureImpact.DEGRADED
    if columns["data_touched"] is None:
        known = [impact for impact in DataImpact if columns[f"data_{impact}"] is not None]
        assert known in ([], [DataImpact.DISCLOSED])  # a source may tell that one alone
    else:
        assert columns["data_touched"] == any(columns[f"data_{impact}"] for impact in DataImpact)
    if columns["occurred_year"] is not None:
        written = int(columns["occurred"][:4])
        assert columns["occurred_year"] - written in (0, 1)  # New Year's Eve west of the zone


@pytest.mark.parametrize("told", [True, False])
def test_a_disclosure_told_alone_says_nothing_of_other_impacts(told):
    columns = projection.columns(Facts(data_disclosed=told), Ruling(), declared_on=None, zone=UTC)
    assert columns["data_disclosed"] is told
    assert columns["data_touched"] is None
    assert columns["data_unavailable"] is None


def test_what_a_structure_answers_of_its_data_prevails_over_a_disclosure_told_alone():
    facts = Facts(data_disclosed=True, data_impacts=["lost"])
    columns = projection.columns(facts, Ruling(), declared_on=None, zone=UTC)
    assert columns["data_disclosed"] is False
    assert columns["data_lost"] is True


def test_a_disclosure_told_alone_meets_the_criterion_on_health_data():
    facts = Facts(data_disclosed=True, data_types=["health"])
    found = {f.criterion: f.answer for f in legal.assess(facts).findings}
    assert found[Criterion.DATA] is Answer.YES
    facts = Facts(data_disclosed=False, data_types=["health"])
    found = {f.criterion: f.answer for f in legal.assess(facts).findings}
    assert found[Criterion.DATA] is Answer.UNKNOWN


def test_the_year_of_an_incident_is_that_of_the_nations_clock():
    facts = Facts(occurred="2025-12-31T23:30+00:00")
    columns = projection.columns(facts, Ruling(), declared_on=None, zone=ZoneInfo("Europe/Paris"))
    assert columns["occurred_year"] == 2026


def test_the_certs_ruling_on_origin_and_category_prevails_once_it_is_given():
    facts = Facts(origin="non_malicious", category="human_error")
    plain = projection.columns(facts, Ruling(), declared_on=None, zone=UTC)
    ruled = projection.columns(
        facts, Ruling(Origin.MALICIOUS, "ransomware"), declared_on=None, zone=UTC
    )
    assert (plain["origin"], plain["category"]) == ("non_malicious", "human_error")
    assert (ruled["origin"], ruled["category"]) == ("malicious", "ransomware")


@pytest.mark.parametrize(
    ("noticed", "occurred", "same_day"),
    [
        ("2026-03-14", "", True),
        ("2026-03-13", "2026-03-14", False),
        ("", "2026-03-14", True),
        ("2026-03", "2026-03-14", None),
        ("", "", None),
        ("2026-03-14T23:30-05:00", "", False),  # the fifteenth in UTC
    ],
)
def test_declared_on_the_same_day_looks_at_the_finding_first(noticed, occurred, same_day):
    facts = Facts(noticed=noticed, occurred=occurred)
    columns = projection.columns(facts, Ruling(), declared_on=date(2026, 3, 14), zone=UTC)
    assert columns["same_day"] is same_day


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
