"""A VERIS record for tests, and what the importer makes of it."""

from copy import deepcopy
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from vigie.incidents.feeds import veris
from vigie.incidents.feeds.records import BadRecord

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
