from datetime import date, timedelta

import pytest

from vigie.incidents.rules import routing
from vigie.incidents.rules.blocks import Part
from vigie.incidents.rules.legal import Answer
from vigie.incidents.rules.routing import (
    BY_HAND,
    OTHER,
    BadTelling,
    Means,
    Outcome,
    Situation,
    State,
    Telling,
)
from vigie.incidents.rules.words import Tlp
from vigie.incidents.tests.factories import NOW, facts, later
from vigie.reference import parties

FRANCE = parties.routing("FR")
TODAY = date(2026, 3, 14)


def found(*states, **situation):
    """Return the tasks by key. states: answers, each an hour after the one before."""
    history = [State(later(hours=n), facts(**answers)) for n, answers in enumerate(states or [{}])]
    asked = routing.tasks(FRANCE, history, Situation(declared_on=TODAY, **situation))
    return {task.key: task for task in asked}


def test_the_region_and_the_ministry_are_always_told_and_without_delay():
    tasks = found()
    assert list(tasks) == ["ars_always", "fssi_always"]
    assert {task.answer for task in tasks.values()} == {Answer.YES}
    assert {task.since for task in tasks.values()} == {NOW}


def test_anssi_is_called_in_for_an_operator_of_essential_services():
    task = found(designations=frozenset({"ose"}))["anssi_ose"]
    assert (task.answer, task.because) == (Answer.YES, ("is_ose",))


@pytest.mark.parametrize("kind", ["oiv", "ee"])
def test_another_designation_asks_a_person_to_look(kind):
    assert found(designations=frozenset({kind}))["anssi_ose"].answer is Answer.UNKNOWN


def test_an_important_entity_is_no_operator_of_essential_services():
    assert "anssi_ose" not in found(designations=frozenset({"ei", "priority"}))


@pytest.mark.parametrize(
    ("answers", "situation", "why"),
    [
        ({"others_at_risk": True}, {}, "others_at_risk"),
        ({"cross_border": True}, {}, "cross_border"),
        ({}, {"event_regions": 2}, "event_regions"),
    ],
)
def test_signs_of_a_national_scope_are_to_check_and_never_a_duty(answers, situation, why):
    task = found(answers, **situation)["anssi_national"]
    assert task.answer is Answer.UNKNOWN
    assert task.because == (why,)


def test_one_region_is_no_national_scope():
    assert "anssi_national" not in found(event_regions=1)


@pytest.mark.parametrize("danger", ["potential", "proven"])
def test_health_directorate_and_region_are_told_of_a_danger_for_patients(danger):
    tasks = found({"endangerment": danger})
    assert tasks["dgs_health"].answer is Answer.YES
    assert tasks["ars_health"].because == (f"endangerment_{danger}",)


def test_an_indirect_effect_through_the_health_system_counts_too():
    assert found({"health_system_impact": True})["dgs_health"].answer is Answer.YES


def test_nobody_knows_whether_patients_are_in_danger_so_it_is_to_check():
    assert found({"endangerment": "unknown"})["dgs_health"].answer is Answer.UNKNOWN


def test_a_task_is_due_since_the_amendment_that_made_its_rule_hold():
    tasks = found({}, {"endangerment": "potential"}, {"endangerment": "proven"})
    assert tasks["dgs_health"].since == later(hours=1)
    assert tasks["ars_always"].since == NOW


def test_what_was_to_check_is_due_only_since_it_is_sure():
    tasks = found({"endangerment": "unknown"}, {"endangerment": "proven"})
    assert tasks["dgs_health"].since == later(hours=1)


def test_a_rule_that_held_once_and_no_more_asks_for_nothing():
    assert "dgs_health" not in found({"endangerment": "potential"}, {"endangerment": "none"})


def test_the_resolution_is_told_to_the_agency_and_to_all_who_were_told():
    tasks = found(resolved_at=later(hours=5), told=frozenset({"ars", "fssi", OTHER}))
    late = {key: task for key, task in tasks.items() if task.rule.stage == "resolution"}
    assert list(late) == ["ans_resolved", "told_resolved-ars", "told_resolved-fssi"]
    assert {task.since for task in late.values()} == {later(hours=5)}


def test_a_rule_holds_for_files_declared_since_its_text():
    history = [State(NOW, facts())]
    before = Situation(declared_on=date(2023, 5, 22))
    keys = {task.key for task in routing.tasks(FRANCE, history, before)}
    assert "ars_always" not in keys


def test_nothing_but_whom_to_call_is_written_of_a_red_file():
    assert routing.shown_parts(FRANCE.parties["fssi"], Tlp.RED) == ()
    assert Part.CAUSES in routing.shown_parts(FRANCE.parties["fssi"], Tlp.AMBER_STRICT)
    assert Part.CAUSES not in routing.shown_parts(FRANCE.parties["dgs"], Tlp.CLEAR)


TOLD = {"rule": "ars_always", "party": "ars", "outcome": Outcome.TOLD, "at": NOW}


@pytest.mark.parametrize(
    ("telling", "field"),
    [
        ({"proof": "Accusé 12"}, "means"),
        ({"means": Means.PHONE}, "proof"),
        ({"means": Means.PHONE, "proof": "x", "at": NOW + timedelta(hours=1)}, "at"),
        ({"outcome": Outcome.NOT_NEEDED}, "reason"),
        ({"rule": BY_HAND, "means": Means.PHONE, "proof": "x"}, "reason"),
        ({"party": OTHER, "means": Means.PHONE, "proof": "x"}, "party_name"),
    ],
)
def test_a_record_without_its_proof_is_refused(telling, field):
    with pytest.raises(BadTelling) as refused:
        Telling(**TOLD | telling).check(NOW, has_file=False)
    assert refused.value.field == field


def test_a_file_is_proof_enough():
    Telling(**TOLD, means=Means.MAIL).check(NOW, has_file=True)
