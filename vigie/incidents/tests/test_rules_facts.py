from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from pydantic import ValidationError

from vigie.incidents.rules import blocks, legal, projection
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.blocks import ESSENTIAL, Step
from vigie.incidents.rules.facts import EpisodeFacts, Facts
from vigie.incidents.rules.legal import Answer, Criterion
from vigie.incidents.rules.projection import Ruling
from vigie.incidents.rules.words import (
    DataImpact,
    Endangerment,
    Origin,
    StructureImpact,
)
from vigie.incidents.tests.strategies import some_facts
from vigie.kernel.partial import PartialDate

# what is stored


MARCH_14 = PartialDate.parse("2026-03-14")


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
    columns = projection.columns(facts, Ruling(), declared=MARCH_14, zone=UTC)
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
    columns = projection.columns(Facts(data_disclosed=told), Ruling(), declared=None, zone=UTC)
    assert columns["data_disclosed"] is told
    assert columns["data_touched"] is None
    assert columns["data_unavailable"] is None


def test_what_a_structure_answers_of_its_data_prevails_over_a_disclosure_told_alone():
    facts = Facts(data_disclosed=True, data_impacts=["lost"])
    columns = projection.columns(facts, Ruling(), declared=None, zone=UTC)
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
    columns = projection.columns(facts, Ruling(), declared=None, zone=ZoneInfo("Europe/Paris"))
    assert columns["occurred_year"] == 2026


def test_the_certs_ruling_on_origin_and_category_prevails_once_it_is_given():
    facts = Facts(origin="non_malicious", category="human_error")
    plain = projection.columns(facts, Ruling(), declared=None, zone=UTC)
    ruled = projection.columns(
        facts, Ruling(Origin.MALICIOUS, "ransomware"), declared=None, zone=UTC
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
    columns = projection.columns(facts, Ruling(), declared=MARCH_14, zone=UTC)
    assert columns["same_day"] is same_day


@pytest.mark.parametrize(
    ("noticed", "declared", "delay"),
    [
        ("2026-03-14T23:50+01:00", "2026-03-15T00:10+01:00", "within_a_day"),  # across midnight
        ("2026-03-14T02:00+01:00", "2026-03-15T02:00+01:00", "within_a_day"),
        ("2026-03-14T02:00+01:00", "2026-03-15T02:01+01:00", "later"),
        ("2026-03-14", "2026-03-14T02:01+01:00", "same_day"),
        ("2026-03-13", "2026-03-14T02:01+01:00", ""),  # two hours, or twenty-six
        ("2026-03-12", "2026-03-14", "later"),
        ("2026-02", "2026-03-14", "later"),
        ("2026-03", "2026-03-14", ""),
        ("2026-03-14T02:00+01:00", "2026-03-12T02:00+01:00", ""),  # declared first
        ("", "2026-03-14", ""),
    ],
)
def test_the_delay_is_said_only_where_the_dates_tell(noticed, declared, delay):
    zone = ZoneInfo("Europe/Paris")
    facts = Facts(noticed=noticed)
    assert projection.delay(facts, PartialDate.parse(declared), zone) == delay


def paper(kind, start, end=""):
    return EpisodeFacts(kind=kind, activity="BIO", start=start, end=end)


def test_degraded_mode_lasts_from_the_first_start_to_the_last_end():
    facts = Facts(
        episodes=[
            paper("degraded", "2026-03-14T02:00+01:00", "2026-03-14T04:00+01:00"),
            paper("interruption", "2026-03-14T03:00+01:00", "2026-03-14T08:30+01:00"),
            paper("recovery", "2026-03-14T08:30+01:00"),
        ]
    )
    assert projection.degraded_minutes(facts, UTC) == 390


@pytest.mark.parametrize(
    "episodes",
    [
        [],
        [paper("degraded", "2026-03-14T02:00+01:00")],  # not over
        [paper("degraded", "2026-03-14", "2026-03-15")],  # to the day
        [paper("recovery", "2026-03-14T02:00+01:00", "2026-03-14T04:00+01:00")],
    ],
)
def test_a_length_that_nobody_told_exactly_is_unknown(episodes):
    assert projection.degraded_minutes(Facts(episodes=episodes), UTC) is None
