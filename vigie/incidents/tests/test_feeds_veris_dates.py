"""Dates as far as they go, and values of a wrong type."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.feeds import veris
from vigie.incidents.feeds.records import BadRecord
from vigie.incidents.tests.veris import PARIS, READING, RECORD, parsed, refused
from vigie.kernel.partial import PartialDate

# dates


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


# wrong types


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
