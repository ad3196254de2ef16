import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.establishments.rules import CallReason
from vigie.incidents.rules.urgency import became_graver, call_reason, is_urgent, why_urgent
from vigie.incidents.tests.factories import facts

DANGER, URGENT = CallReason.DANGER, CallReason.URGENT
STOP = {"kind": "interruption", "activity": "URG", "start": "2026-03-14T02:00+01:00"}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, None),
        ({"endangerment": "unknown"}, None),
        ({"structure_impact": "degraded"}, None),
        ({"data_impacts": ["disclosed"], "data_types": ["health"]}, None),
        ({"ransomware_extent": "one_server"}, None),
        ({"endangerment": "potential"}, DANGER),
        ({"endangerment": "proven"}, DANGER),
        ({"episodes": [{"kind": "endangerment_potential"}]}, DANGER),
        ({"care_interrupted": True}, URGENT),
        ({"episodes": [STOP]}, URGENT),
        ({"transfers": 2}, URGENT),
        ({"transfers": 0}, None),
        ({"ransomware_extent": "several_servers"}, URGENT),
        ({"ransomware_extent": "domain_controller"}, URGENT),
        ({"ransomware_extent": "provider"}, URGENT),
        ({"samu_affected": True}, URGENT),
        ({"health_system_impact": True}, URGENT),
        ({"plan_blanc": True}, URGENT),
        ({"care_interrupted": True, "endangerment": "proven"}, DANGER),
        # Nothing happened, or it is over.
        ({"kind": "near_miss", "endangerment": "potential"}, None),
        ({"kind": "threat", "plan_blanc": True}, None),
        ({"kind": "suspected", "care_interrupted": True}, URGENT),
        ({"progress": "resolved", "care_interrupted": True}, None),
        ({"resolved": "2026-03-14", "endangerment": "potential"}, None),
        ({"resolved": "2026-03-14", "endangerment": "proven"}, DANGER),
    ],
)
def test_what_wakes_people(answers, reason):
    said = facts(**answers)
    assert call_reason(said) == reason
    assert is_urgent(said) == bool(why_urgent(said)) == (reason is not None)


def test_it_says_why():
    said = facts(endangerment="proven", plan_blanc=True)
    assert why_urgent(said) == ("endangerment_proven", "plan_blanc")


GRADES = [facts(), facts(plan_blanc=True), facts(endangerment="potential")]


@given(st.integers(0, 2), st.integers(0, 2))
def test_only_a_step_up_calls_again(before, after):
    assert became_graver(GRADES[before], GRADES[after]) == (after > before)
