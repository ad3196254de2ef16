import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vigie.audit.models import Event as JournalEntry
from vigie.establishments.models import Establishment
from vigie.incidents import operations
from vigie.incidents.feeds import veris
from vigie.incidents.models import Declaration
from vigie.incidents.operations.imports import run
from vigie.incidents.tests.imports import LATER, NOW, bring, counts, declaration, everything, record
from vigie.kernel.imports import UnusableInput

pytestmark = pytest.mark.django_db


# broken input


def test_each_bad_record_is_named_and_the_others_are_imported(tmp_path):
    summary = bring(
        tmp_path,
        record("A1"),
        '{"incident_id": "A2", "act',
        "[1]",
        '"text"',
        record("A5", action=["malware"]),
        record("", summary="no key"),
        record("A7", timeline={"incident": {"year": 1492}}),
        "",
        record("A9"),
    )
    assert counts(summary) == (2, 0, 0, 6)
    assert summary.exit_code == 1
    assert [(e.line, e.field) for e in summary.errors] == [
        (2, ""),
        (3, ""),
        (4, ""),
        (5, "action"),
        (6, "incident_id"),
        (7, "timeline.incident.year"),
    ]
    assert all(e.file.endswith("veris.jsonl") and e.reason for e in summary.errors)
    assert set(Declaration.objects.values_list("source_key", flat=True)) == {"A1", "A9"}


def test_nothing_of_a_refused_record_is_written(tmp_path):
    bring(tmp_path, record("A1", timeline={}), record("A2", victim="x"))
    assert everything() == (0, 0, 0)
    assert not Establishment.objects.exists()
    assert [e.verb for e in JournalEntry.objects.all()] == ["declarations.imported"]


def test_a_key_repeated_within_the_run_is_refused_with_both_lines(tmp_path):
    summary = bring(tmp_path, record("A1"), record("A2"), record("A1", summary="Other."))
    assert counts(summary) == (2, 0, 0, 1)
    (error,) = summary.errors
    assert (error.line, error.field) == (3, "incident_id")
    assert "ligne 1" in error.reason
    assert declaration("A1").incident.title == "A server was encrypted."


def test_a_key_repeated_in_another_file_of_the_run_names_that_file(tmp_path):
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(record()))
    summary = operations.import_veris([tmp_path], now=NOW)
    assert counts(summary) == (1, 0, 0, 1)
    assert summary.errors[0].file.endswith("b.json")
    assert "a.json" in summary.errors[0].reason


def test_a_key_whose_first_record_was_refused_may_come_again(tmp_path):
    summary = bring(tmp_path, record("A1", timeline={}), record("A1"))
    assert counts(summary) == (1, 0, 0, 1)


def test_a_record_that_the_database_refuses_is_refused_alone(tmp_path, monkeypatch):
    """A type too long for its column stands for whatever only the database finds wrong."""
    on_sqlite = connection.vendor == "sqlite"  # which has no length of text, but checks
    long = {"country": "usa"} if on_sqlite else {"structure_type": "X" * 40}
    understood = veris.parse

    def parse(found, *args, **options):
        arrival = understood(found, *args, **options)
        if arrival.key != "A2":
            return arrival
        return replace(arrival, stranger=replace(arrival.stranger, key="odd", **long))

    monkeypatch.setattr(veris, "parse", parse)
    summary = bring(tmp_path, record("A1"), record("A2"), record("A3"))
    assert counts(summary) == (2, 0, 0, 1)
    assert summary.errors[0].line == 2
    assert "base de données le refuse" in summary.errors[0].reason
    assert everything() == (2, 2, 2)


def test_a_file_that_cannot_be_opened_does_not_cost_the_others(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(record()))
    summary = operations.import_veris([tmp_path / "absent.json", tmp_path / "a.json"], now=NOW)
    assert counts(summary) == (1, 0, 0, 0)
    assert summary.exit_code == 1
    assert summary.errors[0].file.endswith("absent.json")


def test_an_empty_file_is_told(tmp_path):
    summary = bring(tmp_path)
    assert counts(summary) == (0, 0, 0, 0)
    assert summary.warnings[0].reason == "aucun enregistrement"


def test_a_folder_without_json_is_unusable(tmp_path):
    with pytest.raises(UnusableInput):
        operations.import_veris([tmp_path], now=NOW)


# runs


@pytest.mark.parametrize("known", [False, True])
def test_a_dry_run_counts_the_same_and_writes_nothing(tmp_path, known):
    lines = [record("A1"), record("A2", timeline={}), record("A3"), record("A3")]
    if known:
        bring(tmp_path, record("A1"), record("A3", summary="Other."))
    before = everything(), JournalEntry.objects.count(), Establishment.objects.count()
    dry = bring(tmp_path, *lines, dry_run=True)
    assert (everything(), JournalEntry.objects.count(), Establishment.objects.count()) == before
    wet = bring(tmp_path, *lines)
    assert counts(dry) == counts(wet) == ((0, 1, 1, 2) if known else (2, 0, 0, 2))
    assert dry.errors == wet.errors


def test_every_act_is_in_the_journal(tmp_path):
    bring(tmp_path, record("A1"), by="user:7")
    bring(tmp_path, record("A1", summary="Other."), by="user:7", now=LATER)
    found = declaration()
    entries = JournalEntry.objects.order_by("id")
    assert {entry.actor for entry in entries} == {"user:7"}
    assert [(entry.verb, entry.target) for entry in entries] == [
        ("establishment.created", f"establishment:{found.establishment_id}"),
        ("incident.imported", f"incident:{found.incident_id}"),
        ("declarations.imported", "import:veris"),
        ("incident.imported_again", f"incident:{found.incident_id}"),
        ("declarations.imported", "import:veris"),
    ]


def test_the_summary_tells_what_became_of_each_field(tmp_path):
    summary = bring(tmp_path, record())
    assert summary.coverage["timeline.incident"] == "mapped"
    assert summary.coverage["source_id"] == "kept"
    assert summary.coverage["targeted"] == "absent"


class Watched:
    """A progress that remembers what it heard."""

    def __init__(self):
        self.whole, self.done, self.stages = 0, 0, []

    def total(self, amount):
        self.whole = amount

    def advance(self, amount=1):
        self.done += amount

    def stage(self, name):
        self.stages.append(name)


def test_the_progress_comes_to_its_end(tmp_path):
    watched = Watched()
    bring(tmp_path, *(record(f"A{n}") for n in range(30)), progress=watched)
    assert watched.done == watched.whole == 100
    assert len(watched.stages) == 1


def test_batches_are_short_and_a_record_costs_few_queries(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "BATCH", 20)
    with CaptureQueriesContext(connection) as few:
        bring(tmp_path, *(record(f"A{n}") for n in range(20)))
    with CaptureQueriesContext(connection) as many:
        bring(tmp_path, *(record(f"B{n}") for n in range(60)))
    begun = [q for q in many if q["sql"].startswith("SAVEPOINT")]
    assert len(begun) == 3
    # one line of the journal a record; what a batch costs beside does not grow with it
    assert len(many) - 60 <= 3 * (len(few) - 20)
