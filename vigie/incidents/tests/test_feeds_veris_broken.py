from contextlib import suppress
from copy import deepcopy
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.feeds import veris
from vigie.incidents.feeds.coverage import Coverage
from vigie.incidents.feeds.records import BadRecord
from vigie.incidents.rules.words import Kind, Origin
from vigie.kernel.partial import PartialDate
from vigie.reference import catalogue

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


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"year": 2014, "month": 13}, "2014"),
        ({"year": 2014, "month": 2, "day": 30}, "2014-02"),
        ({"year": 2014, "day": 3}, "2014"),
    ],
)
def test_a_month_or_day_that_cannot_be_is_left_out_with_a_doubt(parts, text):
    found = parsed("timeline.incident", parts)
    assert found.facts.occurred == text
    assert [doubt.field for doubt in found.doubts] == ["timeline.incident"]
    assert found.kept["timeline"]["incident"] == parts


@pytest.mark.parametrize("time", ["25:00", "noon", "13:00 PM", 5, ["05:00"], "02:30 of the night"])
def test_a_time_that_cannot_be_read_is_unknown_with_a_doubt(time):
    found = parsed("timeline.incident", {"year": 2014, "month": 11, "day": 9, "time": time})
    assert found.facts.occurred == "2014-11-09"
    assert [doubt.field for doubt in found.doubts] == ["timeline.incident.time"]


def test_a_time_without_a_day_is_unknown_with_a_doubt():
    found = parsed("timeline.incident", {"year": 2014, "time": "05:00"})
    assert found.facts.occurred == "2014"
    assert [doubt.field for doubt in found.doubts] == ["timeline.incident.time"]


@pytest.mark.parametrize(
    "parts",
    [
        {"year": 7},
        {"year": 1979, "month": 3},
        {"year": 2028},
        {"month": 3},
        {"year": "2014"},
        {"year": 2014, "month": []},
        "yesterday",
        [2014],
    ],
)
def test_an_absurd_notification_date_is_unknown_with_a_doubt(parts):
    found = parsed("plus.timeline.notification", parts)
    assert found.declared == ""
    assert [doubt.field for doubt in found.doubts] == ["plus.timeline.notification"]
    assert found.kept["plus"]["timeline"]["notification"] == parts


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"year": 2015, "month": 14, "day": 8}, "2015"),
        ({"year": 2015, "month": 2, "day": 30}, "2015-02"),
        ({"year": 2015, "month": 2, "day": 3, "time": "late"}, "2015-02-03"),
    ],
)
def test_a_notification_is_taken_as_far_as_it_can_be(parts, text):
    found = parsed("plus.timeline.notification", parts)
    assert found.declared == text
    assert len(found.doubts) == 1
    assert found.kept["plus"]["timeline"]["notification"] == parts


@pytest.mark.parametrize("parts", ["absent", {}, None])
def test_a_notification_that_is_not_there_is_no_doubt(parts):
    found = parsed("plus.timeline.notification", parts)
    assert found.declared == ""
    assert found.doubts == ()


def test_a_notification_before_the_occurrence_is_kept_and_told():
    found = parsed("plus.timeline.notification", {"year": 2014, "month": 10})
    assert found.declared == "2014-10"
    assert "before the incident" in found.doubts[0].reason


@given(
    st.fixed_dictionaries(
        {"year": st.integers(1980, 2027)},
        optional={
            "month": st.integers(-2, 15),
            "day": st.integers(-2, 33),
            "time": st.text(max_size=8) | st.times().map(str),
        },
    )
)
def test_whatever_the_parts_the_year_stays_the_one_written(parts):
    found = parsed("timeline.incident", parts)
    assert PartialDate.parse(found.facts.occurred).year_in(PARIS) == parts["year"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("action", []),
        ("action", "Theft"),
        ("action.physical", ["Theft"]),
        ("action.physical.variety", "Theft"),
        ("action.physical.variety", [1]),
        ("action.malware", 3),
        ("attribute", "x"),
        ("attribute.confidentiality", []),
        ("attribute.confidentiality.data", {"variety": "Medical"}),
        ("attribute.confidentiality.data", ["Medical"]),
        ("attribute.confidentiality.data_disclosure", True),
        ("victim", [{"victim_id": "A"}]),
        ("victim.victim_id", {"name": "A"}),
        ("victim.country", [None]),
        ("victim.country", 33),
        ("victim.industry", 622110),
        ("timeline", "2014"),
        ("plus", []),
        ("plus.timeline", "2014"),
        ("summary", {"text": "x"}),
        ("security_incident", 1),
        ("security_incident", "Perhaps"),
    ],
)
def test_a_wrong_type_refuses_the_record_and_names_the_field(path, value):
    field, reason = refused(path, value)
    assert field == path
    assert reason


@pytest.mark.parametrize("key", ["absent", "", "  ", None, 12, ["a"], "x" * 201])
def test_a_record_without_a_key_is_refused(key):
    assert refused("incident_id", key)[0] == "incident_id"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "action",
                        "malware",
                        "variety",
                        "victim",
                        "country",
                        "timeline",
                        "incident",
                        "year",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_record_is_either_understood_or_refused_with_a_reason(value):
    record = value if isinstance(value, dict) else {"victim": value, "action": value}
    with suppress(BadRecord):
        found = veris.parse(RECORD | record, READING, file="v.jsonl", line=1)
        assert found.key == RECORD["incident_id"]


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
