"""Bring VERIS records into the register, for tests."""

import json
from copy import deepcopy
from datetime import UTC, datetime

from vigie.incidents import operations
from vigie.incidents.models import Declaration, Incident, Revision

NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
LATER = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
RECORD = {
    "incident_id": "A1",
    "security_incident": "Confirmed",
    "summary": "A server was encrypted.",
    "action": {"malware": {"variety": ["Ransomware"]}},
    "attribute": {"confidentiality": {"data_disclosure": "Yes"}},
    "timeline": {"incident": {"year": 2019, "month": 3}},
    "victim": {"victim_id": "Mercy Hospital", "country": ["US"], "industry": "622110"},
    "plus": {"timeline": {"notification": {"year": 2019, "month": 4, "day": 2}}},
    "source_id": "vcdb",
}


def record(key="A1", **changes):
    """Return a VERIS record; __ in a name goes one level down."""
    made = deepcopy(RECORD) | {"incident_id": key}
    for path, value in changes.items():
        node = made
        *steps, last = path.split("__")
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value
    return made


def bring(tmp_path, *lines, now=NOW, name="veris.jsonl", **options):
    """Import records, or lines of text that stand for them."""
    path = tmp_path / name
    written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(written) + "\n", encoding="utf-8")
    return operations.import_veris([path], now=now, **options)


def counts(summary):
    return (summary.created, summary.updated, summary.unchanged, summary.refused)


def everything():
    return Declaration.objects.count(), Incident.objects.count(), Revision.objects.count()


def declaration(key="A1"):
    return Declaration.objects.select_related("incident").get(source="veris", source_key=key)
