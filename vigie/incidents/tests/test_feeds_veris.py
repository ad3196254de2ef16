from copy import deepcopy

import pytest

from vigie.incidents.feeds import veris
from vigie.incidents.feeds.coverage import Coverage
from vigie.incidents.rules.words import Kind, Origin, Status
from vigie.incidents.tests.veris import READING, RECORD, changed, parsed
from vigie.reference import catalogue

# the mapping


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


# structures


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


# what is kept


def test_what_has_no_place_is_kept_and_what_has_one_is_not():
    kept = parsed().kept
    assert kept == {
        "action": RECORD["action"],
        "attribute": RECORD["attribute"],
        "victim": {"industry": "622110"},
        "plus": {"analyst": "x"},
    }


def test_parsing_changes_nothing_in_the_record():
    record = deepcopy(RECORD)
    veris.parse(record, READING, file="v.jsonl", line=1)
    assert record == RECORD


def test_a_summary_too_long_for_a_text_is_cut_and_kept_whole():
    found = parsed("summary", "x " * 15_000)
    assert len(found.facts.description) <= 20_000
    assert found.kept["summary"] == "x " * 15_000
    assert [doubt.field for doubt in found.doubts] == ["summary"]


def test_control_characters_become_spaces():
    assert parsed("summary", "a\u000bb\nc").facts.description == "a b\nc"


@pytest.mark.parametrize("summary", ["absent", "", "\u0007"])
def test_without_summary_the_title_says_what_happened_to_whom(summary):
    assert parsed("summary", summary).facts.title == "Vol d’équipement – Corvallis Clinic"


def test_the_coverage_tells_what_became_of_each_field():
    mapping = veris.mapping()
    coverage = Coverage(mapped=[*mapping["mapped"], *mapping["read"]], known=mapping["known"])
    coverage.see(RECORD | {"notes": "x", "own": {"deep": {"er": 1}}})
    table = coverage.table()
    assert table["timeline.incident"] == "mapped"
    assert table["attribute.confidentiality.data.variety"] == "mapped"
    assert table["action.physical.variety"] == "mapped"
    assert table["action.physical"] == "kept"
    assert table["own.deep"] == "kept"
    assert table["notes"] == "kept"
    assert table["action.malware.variety"] == "absent"
    assert table["targeted"] == "absent"
    assert list(table) == sorted(table)


# the mapping file


def test_the_mapping_speaks_in_codes_that_exist():
    mapping = veris.mapping()
    categories = {line["category"] for line in mapping["categories"]}
    assert categories <= catalogue.incident_categories().keys()
    types = set(mapping["structure_types"].values()) | {mapping["other_structure_type"]}
    assert types <= catalogue.structure_types().keys()
    assert set(mapping["data_types"].values()) <= catalogue.data_types().keys()
    assert {Kind(kind) for kind in mapping["kinds"].values()}
    assert {Origin(line["origin"]) for line in mapping["origins"]}


def test_an_origin_agrees_with_its_category():
    """A category of the reference has an origin: the mapping must not contradict it."""
    origins = {code: entry.origin for code, entry in catalogue.incident_categories().items()}
    for action, origin in (
        ({"malware": {}}, "malicious"),
        ({"misuse": {}}, "malicious"),
        ({"error": {}}, "non_malicious"),
        ({"environmental": {}}, "non_malicious"),
        ({}, "undetermined"),
    ):
        facts = parsed("action", action).facts
        assert origins[facts.category] == facts.origin == origin
