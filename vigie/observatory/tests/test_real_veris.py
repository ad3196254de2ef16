"""The figures of 2010-2019 over real records, held against a count of the same file alone."""

import json
from datetime import UTC, datetime

import pytest

from vigie.establishments.rules import Territory
from vigie.incidents import operations
from vigie.observatory import queries
from vigie.observatory.rules.question import Axis, Question, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
MALICIOUS = {"malware", "hacking", "social", "misuse", "physical"}
UNKNOWN = {
    "major",
    "degraded_mode_share",
    "care_interruption_share",
    "no_impact_share",
    "data_impact_share",
    "data_unavailable",
    "care_impact_share",
    "endangerment",
    "endangerment_share",
    "endangerment_proven",
    "support_structures",
    "support_share",
    "detected_before_impact_share",
    "seen_by_staff_share",
    "degraded_mode_median_hours",
    "declarations_without_provider",
    "structures_without_provider",
}


@pytest.fixture(scope="module")
def raw(request):
    shared_data = request.getfixturevalue("shared_data")
    path = shared_data / "veris" / "healthcare.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def imported(shared_data):
    operations.import_veris([shared_data / "veris" / "healthcare.jsonl"], now=NOW)


def structure(record):
    """Who declared: a name in a country, or the record where nobody is named."""
    name = record["victim"].get("victim_id", "").strip().lower()
    if name in ("", "unknown"):
        return record["incident_id"]
    return (" ".join(name.split()), record["victim"]["country"][0])


def is_malicious(record):
    return bool(MALICIOUS & record["action"].keys())


def is_ransomware(record):
    return "Ransomware" in record["action"].get("malware", {}).get("variety", [])


def is_disclosed(record):
    return record["attribute"].get("confidentiality", {}).get("data_disclosure") == "Yes"


def is_same_day(record):
    parts = ("year", "month", "day")
    incident = record["timeline"]["incident"]
    notified = record["plus"].get("timeline", {}).get("notification", {})
    known = all(part in incident and part in notified for part in parts)
    return known and all(incident[part] == notified[part] for part in parts)


def expected_months(records):
    months = [record["timeline"]["incident"].get("month") for record in records]
    known = {f"{number:02d}": months.count(number) for number in range(1, 13)}
    return known | {"unknown": len(records) - sum(known.values())}


def test_the_figures_of_ten_years_agree_with_the_file(imported, raw):
    for year in range(2010, 2020):
        records = [r for r in raw if r["timeline"]["incident"]["year"] == year]
        report = queries.report_of_everything(Question(year, axis=Axis.OCCURRED), as_of=NOW)
        value = {figure.id: figure.value for figure in report.figures}
        number = len(records)
        assert number > 10
        assert value["declarations"] == value["events"] == number
        assert value["structures"] == len({structure(r) for r in records})
        malicious = sum(map(is_malicious, records))
        assert report["malicious_share"].numerator == malicious
        assert value["malicious_share"] == pytest.approx(100 * malicious / number)
        assert value["ransomware"] == sum(map(is_ransomware, records))
        assert value["data_disclosed"] == sum(map(is_disclosed, records))
        assert report["same_day_share"].numerator == sum(map(is_same_day, records))
        assert {name for name in value if value[name] is None} == UNKNOWN
        assert report.left_out.without_year == 0
        tables = {one.table.id: one for one in report.tables}
        origins = {line.row.code: line.numbers[0] for line in tables["T05"].lines}
        assert origins["malicious"] == malicious
        assert sum(origins[code] for code in origins) == number
        months = {line.row.code: line.numbers[0] for line in tables["T01"].lines}
        assert months == expected_months(records)
        before = [r for r in raw if r["timeline"]["incident"]["year"] == year - 1]
        assert tables["T05"].lines[0].numbers[2] == sum(map(is_malicious, before))


def test_records_without_a_notification_belong_to_no_year_and_are_counted(imported, raw):
    years = [r["plus"].get("timeline", {}).get("notification", {}).get("year") for r in raw]
    absurd = [year for year in years if year is not None and year < 1980]
    report = queries.report_of_everything(Question(2014), as_of=NOW)
    assert report.left_out.without_year == years.count(None) + len(absurd)
    assert report["declarations"].value == years.count(2014)


def test_without_events_both_units_agree(imported):
    by_unit = [
        queries.report_of_everything(Question(2013, unit=unit, axis=Axis.OCCURRED), as_of=NOW)
        for unit in Unit
    ]
    one, other = ([figure.value for figure in report.figures] for report in by_unit)
    assert one == other


def test_the_records_lie_in_their_countries(imported, raw):
    question = Question(2013, Territory.parse("nation:GB"), axis=Axis.OCCURRED)
    british = [
        r
        for r in raw
        if r["victim"]["country"] == ["GB"] and r["timeline"]["incident"]["year"] == 2013
    ]
    report = queries.report_of_everything(question, as_of=NOW)
    assert report["declarations"].value == len(british) > 0
