from vigie.kernel.imports import ImportSummary, Problem


def test_read_is_the_sum_of_what_became_of_the_records():
    summary = ImportSummary("sae", created=3, updated=2, unchanged=4, closed=7)
    summary.refuse(Problem("sites.csv", 11, "fi", "no FINESS number"))
    assert summary.read == 10


def test_a_refusal_makes_the_command_fail_and_a_warning_does_not():
    summary = ImportSummary("veris", created=1)
    summary.warn(Problem("a.jsonl", 2, "timeline", "year 3020 is absurd"))
    assert summary.exit_code == 0
    summary.refuse(Problem("a.jsonl", 3, "", "not an object"))
    assert summary.exit_code == 1


def test_the_summary_names_file_line_field_and_reason():
    summary = ImportSummary("veris")
    summary.refuse(Problem("a.jsonl", 3, "incident_id", "absent"))
    assert list(summary.as_json()) == [
        "format",
        "read",
        "created",
        "updated",
        "unchanged",
        "closed",
        "refused",
        "errors",
        "warnings",
    ]
    assert summary.as_json()["errors"] == [
        {"file": "a.jsonl", "line": 3, "field": "incident_id", "reason": "absent"}
    ]


def test_a_problem_reads_as_a_sentence_with_its_place():
    assert str(Problem("a.jsonl", 3, "kind", "unknown")) == "a.jsonl:3: kind: unknown"
    assert str(Problem("a.json", None, "", "not JSON")) == "a.json: not JSON"
