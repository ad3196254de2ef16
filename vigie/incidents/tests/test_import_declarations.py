from datetime import UTC, date, datetime

import pytest

from vigie.incidents import operations, queries
from vigie.incidents.models import Declaration, Event
from vigie.incidents.tests.factories import EstablishmentFactory, SiteFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
EJ, OTHER, ET = "690781810", "750712184", "690000245"
COLUMNS = (
    "key;establishment;declared;site;status;status_reason;event;title;category;support_requested"
)


@pytest.fixture
def owner():
    return EstablishmentFactory(finess=EJ, region="84", department="69")


def bring(tmp_path, *rows, columns=COLUMNS, now=NOW, **options):
    path = tmp_path / "past.csv"
    path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return operations.import_declarations([path], now=now, **options)


def row(key="K1", establishment=EJ, declared="2021-03-04", **cells):
    given = {"key": key, "establishment": establishment, "declared": declared} | cells
    return ";".join(given.get(name, "") for name in COLUMNS.split(";"))


def counts(summary):
    return (summary.created, summary.updated, summary.unchanged, summary.refused)


def declaration(key="K1"):
    return Declaration.objects.select_related("incident").get(source="register", source_key=key)


def test_a_row_becomes_a_closed_file_of_its_structure(tmp_path, owner):
    cells = {"title": "Panne", "category": "human_error", "support_requested": "oui"}
    assert counts(bring(tmp_path, row(**cells))) == (1, 0, 0, 0)
    found = declaration()
    assert found.establishment == owner
    assert (found.region, found.department) == ("84", "69")
    assert (found.declared, found.declared_year) == ("2021-03-04", 2021)
    assert (found.category, found.support_requested) == ("human_error", True)
    assert (found.incident.status, found.incident.title) == ("closed", "Panne")
    assert found.incident.declared_at.date() == date(2021, 3, 3)  # midnight in Paris


def test_a_site_decides_where_the_declaration_counts(tmp_path, owner):
    SiteFactory(establishment=owner, finess=ET, region="93", department="13")
    bring(tmp_path, row(site=ET))
    assert declaration().region == "93"


def test_a_structure_that_the_register_lacks_refuses_the_record_alone(tmp_path, owner):
    other = EstablishmentFactory(finess=OTHER)
    SiteFactory(establishment=other, finess=ET)
    summary = bring(
        tmp_path,
        row("K1"),
        row("K2", establishment="010000024"),
        row("K3", site="130000011"),
        row("K4", site=ET),
    )
    assert counts(summary) == (1, 0, 0, 3)
    assert [(e.line, e.field) for e in summary.errors] == [
        (3, "establishment"),
        (4, "site"),
        (5, "site"),
    ]
    assert OTHER in summary.errors[2].reason


def test_a_second_run_changes_nothing_and_a_changed_row_adds_a_revision(tmp_path, owner):
    bring(tmp_path, row("K1", title="Panne"), row("K2"))
    assert counts(bring(tmp_path, row("K1", title="Panne"), row("K2"))) == (0, 0, 2, 0)
    assert counts(bring(tmp_path, row("K1", title="Coupure"), row("K2"))) == (0, 1, 1, 0)
    assert queries.facts_in_force(declaration()).title == "Coupure"
    assert declaration().revisions.count() == 2


def test_a_rejected_declaration_counts_nowhere(tmp_path, owner):
    bring(tmp_path, row(status="rejected", status_reason="Essai"))
    assert not declaration().counts
    assert declaration().incident.status_reason == "Essai"


def test_declarations_that_name_the_same_event_share_it_over_batches_and_runs(tmp_path, owner):
    rows = [row(f"K{n}", event="Panne de l’hébergeur") for n in range(120)]
    bring(tmp_path, *rows)
    bring(tmp_path, *rows, row("K999", event="Panne de l’hébergeur"))
    event = Event.objects.get()
    assert event.title == "Panne de l’hébergeur"
    assert event.declarations.count() == event.incidents.count() == 121


def test_a_later_edition_may_name_the_event_and_confirm_what_was_major(tmp_path, owner):
    columns = "key;establishment;declared;event;major_confirmed"
    bring(tmp_path, f"K1;{EJ};2021;;", columns=columns)
    assert declaration().major_confirmed is None
    bring(tmp_path, f"K1;{EJ};2021;Panne nationale;oui", columns=columns)
    found = declaration()
    assert found.event == found.incident.event == Event.objects.get(title="Panne nationale")
    assert found.major_confirmed is found.incident.major_confirmed is True


def test_the_same_key_of_another_source_is_another_declaration(tmp_path, owner):
    columns = "key;establishment;declared;source"
    first = bring(tmp_path, f"K1;{EJ};2021;ancien", f"K1;{EJ};2021;autre", columns=columns)
    assert counts(first) == (2, 0, 0, 0)


def test_a_wrong_header_is_told_and_other_files_are_read(tmp_path, owner):
    (tmp_path / "a.csv").write_text("clé;date\n1;2021\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(f"key;establishment;declared\nK1;{EJ};2021\n")
    summary = operations.import_declarations([tmp_path], now=NOW)
    assert counts(summary) == (1, 0, 0, 0)
    assert summary.exit_code == 1
    assert "missing column: key, establishment, declared" in summary.errors[0].reason


def test_a_dry_run_finds_the_same_faults_and_writes_nothing(tmp_path, owner):
    rows = [row("K1"), row("K2", establishment="010000024"), row("K3", declared="hier")]
    dry = bring(tmp_path, *rows, dry_run=True)
    assert counts(dry) == (1, 0, 0, 2)
    assert not Declaration.objects.exists()
    assert bring(tmp_path, *rows).errors == dry.errors


def test_a_file_of_the_past_says_when_it_was_over_and_who_helped(tmp_path, owner):
    columns = "key;establishment;declared;resolved;support_given"
    bring(
        tmp_path,
        f"K1;{EJ};2021-03-04;2021-03-06;cert|ars",
        f"K2;{EJ};2021-03-04;;cert",
        f"K3;{EJ};2021-03-04;2021;",
        columns=columns,
    )
    over, helped, alone = (declaration(key).incident for key in ("K1", "K2", "K3"))
    assert over.resolved_at.isoformat() == "2021-03-05T23:00:00+00:00"  # midnight in Paris
    assert (over.support_given, over.support_given_at) == (["cert", "ars"], over.resolved_at)
    assert (helped.resolved_at, helped.support_given_at) == (None, helped.declared_at)
    assert (alone.resolved_at.year, alone.support_given_at) == (2020, None)  # in UTC


def test_a_later_edition_may_say_when_it_was_over_unless_people_did(tmp_path, owner):
    columns = "key;establishment;declared;resolved"
    bring(tmp_path, f"K1;{EJ};2021-03-04;", f"K2;{EJ};2021-03-04;", columns=columns)
    theirs = declaration("K2").incident
    theirs.resolved_at = NOW
    theirs.save()
    rows = [f"{key};{EJ};2021-03-04;2021-03-06T10:00" for key in ("K1", "K2")]
    bring(tmp_path, *rows, columns=columns)
    ours = declaration("K1").incident
    assert ours.resolved_at.isoformat() == "2021-03-06T09:00:00+00:00"
    assert declaration("K2").incident.resolved_at == NOW
