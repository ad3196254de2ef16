"""The import of real records, held against a count of the same file that knows no importer."""

import json
import time
from datetime import UTC, datetime

import pytest

from vigie.incidents import operations
from vigie.incidents.models import Declaration

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
MALICIOUS = {"malware", "hacking", "social", "misuse", "physical"}


@pytest.fixture
def path(shared_data):
    return shared_data / "veris" / "healthcare.jsonl"


@pytest.fixture
def raw(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_twelve_hundred_records_are_imported_once_each_in_time(path):
    start = time.process_time()
    first = operations.import_veris([path], now=NOW)
    assert time.process_time() - start < 20
    assert (first.read, first.created, first.exit_code) == (1200, 1200, 0)
    second = operations.import_veris([path], now=NOW)
    assert (second.read, second.unchanged) == (1200, 1200)
    assert Declaration.objects.count() == 1200


def test_every_column_that_counts_agrees_with_the_raw_record(path, raw):
    operations.import_veris([path], now=NOW)
    found = {row["source_key"]: row for row in Declaration.objects.values()}
    for record in raw:
        row = found[record["incident_id"]]
        assert row["occurred_year"] == record["timeline"]["incident"]["year"]
        assert (row["origin"] == "malicious") == bool(MALICIOUS & record["action"].keys())
        ransomware = "Ransomware" in record["action"].get("malware", {}).get("variety", [])
        assert (row["category"] == "ransomware") == ransomware
        told = record["attribute"].get("confidentiality", {})
        assert (row["data_disclosed"] is True) == (told.get("data_disclosure") == "Yes")
        medical = any(data["variety"] == "Medical" for data in told.get("data", []))
        assert (row["health_data"] is True) == medical
        assert row["counts"]
        assert row["country"] in {"ZZ", *record["victim"]["country"]}


def test_notifications_that_cannot_be_are_named_and_the_rest_keep_their_year(path, raw):
    summary = operations.import_veris([path], now=NOW)
    told = {w.line for w in summary.warnings if "taken as unknown" in w.reason}
    found = {row["source_key"]: row for row in Declaration.objects.values()}
    for line, record in enumerate(raw, start=1):
        notified = record["plus"].get("timeline", {}).get("notification", {}).get("year")
        year = found[record["incident_id"]]["declared_year"]
        if line in told:
            assert year is None
        else:
            assert year == notified
    assert len(told) == 2
