from copy import deepcopy
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from vigie.incidents.feeds import veris
from vigie.incidents.feeds.records import BadRecord
from vigie.incidents.rules.words import Kind, Origin, Status

PARIS = ZoneInfo("Europe/Paris")


READING = veris.Reading(date(2026, 3, 14), PARIS)


RECORD = {
    "incident_id": "0008DADB",
    "security_incident": "Confirmed",
    "summary": "A laptop was stolen. It was not encrypted.",
    "action": {"physical": {"variety": ["Theft"], "vector": ["Personal vehicle"]}},
    "attribute": {
        "confidentiality": {
            "data": [{"variety": "Medical", "amount": 12}],
            "data_disclosure": "Potentially",
        }
    },
    "timeline": {"incident": {"year": 2014, "month": 11}},
    "victim": {"victim_id": "Corvallis Clinic", "country": ["US"], "industry": "622110"},
    "plus": {"analyst": "x", "timeline": {"notification": {"year": 2014, "month": 12, "day": 11}}},
}


def changed(path, value):
    """Return the record with one value changed, or taken out for « absent »."""
    record = deepcopy(RECORD)
    node = record
    *steps, last = path.split(".")
    for step in steps:
        node = node.setdefault(step, {})
    if value == "absent":
        node.pop(last, None)
    else:
        node[last] = value
    return record


def parsed(path="incident_id", value="0008DADB"):
    return veris.parse(changed(path, value), READING, file="v.jsonl", line=7)


def refused(path, value):
    with pytest.raises(BadRecord) as reason:
        parsed(path, value)
    return reason.value.field, reason.value.reason


def test_a_record_becomes_a_declaration():
    found = parsed()
    assert (found.source, found.key, found.file, found.line) == ("veris", "0008DADB", "v.jsonl", 7)
    assert found.facts.title == "A laptop was stolen."
    assert found.facts.description == RECORD["summary"]
    assert (found.facts.occurred, found.declared) == ("2014-11", "2014-12-11")
    assert found.status is Status.CLOSED
    assert found.doubts == ()


@pytest.mark.parametrize(
    ("actions", "origin"),
    [
        (["malware"], "malicious"),
        (["hacking"], "malicious"),
        (["social"], "malicious"),
        (["misuse"], "malicious"),
        (["physical"], "malicious"),
        (["physical", "error"], "malicious"),
        (["error"], "non_malicious"),
        (["environmental"], "non_malicious"),
        (["unknown"], "undetermined"),
        ([], "undetermined"),
    ],
)
def test_the_origin_follows_from_the_actions(actions, origin):
    found = parsed("action", {name: {} for name in actions})
    assert found.facts.origin == Origin(origin)


@pytest.mark.parametrize(
    ("action", "category"),
    [
        ({"malware": {"variety": ["Ransomware"]}, "hacking": {"variety": ["DoS"]}}, "ransomware"),
        ({"hacking": {"variety": ["DoS"]}}, "denial_of_service"),
        (
            {"malware": {"variety": ["DoS"]}, "social": {"variety": ["Phishing"]}},
            "denial_of_service",
        ),
        ({"social": {"variety": ["Phishing"]}, "malware": {}}, "malicious_email"),
        ({"physical": {"variety": ["Theft"]}, "hacking": {}}, "equipment_theft"),
        ({"malware": {"variety": ["Unknown"]}, "misuse": {}}, "information_system_compromise"),
        ({"hacking": {}}, "information_system_compromise"),
        ({"misuse": {}, "physical": {}}, "insider_misuse"),
        (
            {"physical": {"variety": ["Snooping"]}, "error": {"variety": ["Loss"]}},
            "other_malicious",
        ),
        ({"social": {}}, "other_malicious"),
        ({"error": {"variety": ["Malfunction", "Loss"]}}, "equipment_loss"),
        ({"error": {"variety": ["Malfunction"]}}, "infrastructure_failure"),
        ({"error": {"variety": ["Misdelivery"]}, "environmental": {}}, "human_error"),
        ({"error": {}}, "human_error"),
        ({"environmental": {}}, "environmental"),
        ({"unknown": {}}, "undetermined"),
        ({}, "undetermined"),
    ],
)
def test_the_category_is_the_first_that_fits(action, category):
    assert parsed("action", action).facts.category == category


def test_a_defaced_site_is_told_by_what_it_did_to_integrity():
    record = changed("attribute.integrity", {"variety": ["Defacement"]})
    record["action"] = {"hacking": {}}
    found = veris.parse(record, READING, file="v.jsonl", line=1)
    assert found.facts.category == "defacement"


@pytest.mark.parametrize(
    ("word", "disclosed"),
    [("Yes", True), ("No", False), ("Potentially", False), ("Unknown", None), ("absent", None)],
)
def test_only_yes_is_disclosed_and_what_is_not_said_stays_open(word, disclosed):
    facts = parsed("attribute.confidentiality.data_disclosure", word).facts
    assert facts.data_disclosed is disclosed
    assert facts.data_impacts is None


@pytest.mark.parametrize(
    ("varieties", "types"),
    [
        (["Personal", "Medical"], ["personal", "health"]),
        (["Medical", "Medical"], ["health"]),
        (["Payment"], ["personal"]),
        (["Unknown"], None),
        ([], None),
    ],
)
def test_health_data_are_told_by_any_medical_variety(varieties, types):
    data = [{"variety": variety} for variety in varieties]
    assert parsed("attribute.confidentiality.data", data).facts.data_types == types


@pytest.mark.parametrize(
    ("word", "kind", "status"),
    [
        ("Confirmed", Kind.INCIDENT, Status.CLOSED),
        ("Suspected", Kind.SUSPECTED, Status.CLOSED),
        ("Near miss", Kind.NEAR_MISS, Status.CLOSED),
        ("near miss", Kind.NEAR_MISS, Status.CLOSED),
        ("False positive", Kind.INCIDENT, Status.REJECTED),
    ],
)
def test_near_misses_and_suspicions_are_declarations_of_that_kind(word, kind, status):
    found = parsed("security_incident", word)
    assert (found.facts.kind, found.status) == (kind, status)
    assert bool(found.status_reason) == (status is Status.REJECTED)


def test_care_and_impact_are_unknown_never_no():
    facts = parsed().facts
    assert facts.endangerment == "unknown"
    assert facts.structure_impact == "unknown"
    assert facts.care_interrupted is None
    assert facts.support_requested is None


@pytest.mark.parametrize("name", ["absent", "", "Unknown", "unknown", " Unknown "])
def test_a_victim_without_name_is_a_structure_for_each_record(name):
    record = changed("victim.victim_id", name)
    one = veris.parse(record, READING, file="v.jsonl", line=1).stranger
    other = veris.parse(record | {"incident_id": "B"}, READING, file="v.jsonl", line=2).stranger
    assert one.key != other.key
    assert one.name


def test_a_record_without_victim_has_a_structure_all_the_same():
    assert parsed("victim", "absent").stranger.country == "ZZ"


@pytest.mark.parametrize("name", ["Corvallis Clinic", "CORVALLIS  CLINIC", " corvallis clinic\n"])
def test_the_same_name_in_the_same_country_is_the_same_structure(name):
    assert parsed("victim.victim_id", name).stranger.key == parsed().stranger.key


def test_the_same_name_in_another_country_is_another_structure():
    assert parsed("victim.country", ["GB"]).stranger.key != parsed().stranger.key


def test_a_name_that_only_begins_as_unknown_is_a_name():
    found = parsed("victim.victim_id", "Unknown Medical Center").stranger
    assert found.name == "Unknown Medical Center"


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("FR", "FR"),
        (["FR"], "FR"),
        (["fr"], "FR"),
        ([], "ZZ"),
        (["Unknown"], "ZZ"),
        ("absent", "ZZ"),
    ],
)
def test_the_country_is_a_text_or_the_first_of_a_list(country, code):
    assert parsed("victim.country", country).stranger.country == code


def test_several_countries_are_told():
    found = parsed("victim.country", ["US", "CA"])
    assert found.stranger.country == "US"
    assert [doubt.field for doubt in found.doubts] == ["victim.country"]
    assert found.kept["victim"]["country"] == ["US", "CA"]


@pytest.mark.parametrize(
    ("industry", "structure_type"),
    [
        ("622110", "CH"),
        ("622210", "CHS_EPSM"),
        ("621492", "DIALYSE"),
        ("621498", "CENTRE_SANTE"),
        ("623110", "EHPAD"),
        ("62", "AUTRE"),
        ("000000", "AUTRE"),
        ("", "AUTRE"),
    ],
)
def test_the_structure_type_follows_the_longest_beginning_of_the_industry(industry, structure_type):
    assert parsed("victim.industry", industry).stranger.structure_type == structure_type


def test_a_very_long_name_still_makes_a_key_that_fits():
    found = parsed("victim.victim_id", "Hospital " * 60).stranger
    assert len(found.key) <= 120
    assert len(found.name) <= 200


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"year": 2014}, "2014"),
        ({"year": 2014, "month": 3}, "2014-03"),
        ({"year": 2014, "month": 0, "day": 0}, "2014"),
        ({"year": 2014, "month": 3, "day": 9}, "2014-03-09"),
        ({"year": 2014, "month": 3, "day": 9, "time": "05:00:00 AM"}, "2014-03-09T05:00+01:00"),
        ({"year": 2014, "month": 7, "day": 9, "time": "2:10 pm"}, "2014-07-09T14:10+02:00"),
        ({"year": 2014, "month": 7, "day": 9, "time": "12:30 AM"}, "2014-07-09T00:30+02:00"),
        ({"year": 2014, "month": 7, "day": 9, "time": "23:59:59"}, "2014-07-09T23:59+02:00"),
        ({"year": 1980}, "1980"),
        ({"year": 2027}, "2027"),
    ],
)
def test_dates_are_taken_as_far_as_they_go(parts, text):
    found = parsed("timeline.incident", parts)
    assert found.facts.occurred == text
    assert not [doubt for doubt in found.doubts if doubt.field.startswith("timeline")]


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"year": 1979}, "timeline.incident.year"),
        ({"year": 2028}, "timeline.incident.year"),
        ({"year": 0}, "timeline.incident.year"),
        ({"year": -5}, "timeline.incident.year"),
        ({}, "timeline.incident.year"),
        ("absent", "timeline.incident.year"),
        ({"year": "2014"}, "timeline.incident.year"),
        ({"year": 2014.5}, "timeline.incident.year"),
        ({"year": True}, "timeline.incident.year"),
        ({"year": None}, "timeline.incident.year"),
        ({"year": 2014, "month": "March"}, "timeline.incident.month"),
        ("2014", "timeline.incident"),
        ([2014], "timeline.incident"),
    ],
)
def test_without_a_year_that_can_be_the_record_is_refused(parts, field):
    assert refused("timeline.incident", parts)[0] == field
