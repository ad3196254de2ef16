import json
from datetime import UTC, datetime

import pytest

from vigie.audit.models import Event as JournalEntry
from vigie.establishments import queries as establishments
from vigie.incidents import operations, queries
from vigie.incidents.models import Brought, Declaration, Incident, Revision
from vigie.incidents.tests.factories import MembershipFactory, person
from vigie.incidents.tests.imports import LATER, NOW, bring, counts, declaration, everything, record

pytestmark = pytest.mark.django_db


# what arrives


def test_a_record_becomes_a_closed_file_with_its_statistic_columns(tmp_path):
    assert counts(bring(tmp_path, record())) == (1, 0, 0, 0)
    found = declaration()
    assert (found.declared, found.declared_year) == ("2019-04-02", 2019)
    assert (found.occurred, found.occurred_year) == ("2019-03", 2019)
    assert (found.origin, found.category) == ("malicious", "ransomware")
    assert found.data_disclosed is True
    assert found.data_unavailable is None
    assert found.counts
    assert (found.incident.status, found.incident.is_open) == ("closed", False)
    assert found.incident.declared_at == datetime(2019, 4, 1, 22, tzinfo=UTC)
    assert found.establishment.name == "Mercy Hospital"
    assert (found.country, found.establishment.structure_type) == ("US", "CH")


def test_imported_history_does_not_stand_in_the_desk_s_queue(tmp_path):
    bring(tmp_path, record())
    assert not Incident.objects.filter(is_open=True).exists()


def test_imported_files_and_their_structures_are_found_by_their_words(tmp_path):
    bring(tmp_path, record())
    assert "mercy hospital" in declaration().incident.search_text
    assert [found.name for found in establishments.search("mercy")] == ["Mercy Hospital"]


def test_the_facts_are_the_first_revision_and_the_rest_is_kept_beside(tmp_path):
    bring(tmp_path, record())
    found = declaration()
    assert queries.facts_in_force(found).title == "A server was encrypted."
    kept = found.brought.get()
    assert kept.kept["source_id"] == "vcdb"
    assert "summary" not in kept.kept
    assert (kept.file, kept.line, kept.revision_number) == ("veris.jsonl", 1, 1)


def test_a_false_positive_arrives_rejected_and_counts_nowhere(tmp_path):
    bring(tmp_path, record(security_incident="False positive"))
    assert declaration().incident.status == "rejected"
    assert not declaration().counts


def test_a_record_without_notification_belongs_to_no_year_of_declaration(tmp_path):
    bring(tmp_path, record(plus={}))
    assert declaration().declared == ""
    assert declaration().declared_year is None
    assert declaration().same_day is None


def test_a_notification_before_the_occurrence_is_kept_and_flagged(tmp_path):
    summary = bring(tmp_path, record(plus__timeline__notification={"year": 2018}))
    assert declaration().dates_disagree
    assert declaration().declared_year == 2018
    assert [w.field for w in summary.warnings] == ["plus.timeline.notification"]


def test_the_same_victim_is_one_structure_and_nameless_ones_are_each_their_own(tmp_path):
    bring(
        tmp_path,
        record("A1"),
        record("A2", victim__victim_id="MERCY hospital "),
        record("A3", victim__victim_id="Unknown"),
        record("A4", victim={"country": ["US"]}),
        record("A5", victim__country=["CA"]),
    )
    owners = [declaration(f"A{n}").establishment_id for n in range(1, 6)]
    assert owners[0] == owners[1]
    assert len(set(owners)) == 4


def test_what_looks_like_a_social_security_number_is_masked_everywhere(tmp_path):
    number = "1 84 12 76 451 089 46"
    summary = bring(tmp_path, record(summary=f"Patient {number}.", notes=[{"x": f"see {number}"}]))
    stored = json.dumps(list(Revision.objects.values_list("facts", flat=True)))
    stored += json.dumps(list(Brought.objects.values_list("kept", "facts")))
    assert "451" not in stored
    assert len([w for w in summary.warnings if "sécurité sociale" in w.reason]) == 1


# a second run, a later edition


def test_a_second_run_changes_nothing(tmp_path):
    lines = [record("A1"), record("A2", victim__victim_id="Unknown"), record("A3", plus={})]
    bring(tmp_path, *lines)
    before = everything(), JournalEntry.objects.count()
    assert counts(bring(tmp_path, *lines, now=LATER)) == (0, 0, 3, 0)
    assert everything() == before[0]
    assert JournalEntry.objects.count() == before[1] + 1  # the run itself


def test_the_order_of_keys_in_a_record_does_not_matter(tmp_path):
    bring(tmp_path, record())
    turned = dict(reversed(record().items()))
    assert counts(bring(tmp_path, turned)) == (0, 0, 1, 0)


def test_a_changed_record_adds_a_revision_and_nothing_is_lost(tmp_path):
    bring(tmp_path, record())
    summary = bring(tmp_path, record(summary="Two servers were encrypted."), now=LATER)
    assert counts(summary) == (0, 1, 0, 0)
    found = declaration()
    assert found.revision_number == 2
    assert [r.facts["title"] for r in found.revisions.order_by("number")] == [
        "A server was encrypted.",
        "Two servers were encrypted.",
    ]
    assert found.revisions.get(number=2).changed == ["title", "description"]
    assert found.incident.title == "Two servers were encrypted."
    assert "two servers" in found.incident.search_text
    assert counts(bring(tmp_path, record(summary="Two servers were encrypted."))) == (0, 0, 1, 0)


def test_what_changes_in_the_kept_part_alone_is_an_update_without_revision(tmp_path):
    bring(tmp_path, record())
    assert counts(bring(tmp_path, record(source_id="other"), now=LATER)) == (0, 1, 0, 0)
    found = declaration()
    assert found.revision_number == 1
    assert [b.kept["source_id"] for b in found.brought.order_by("id")] == ["vcdb", "other"]


def test_a_later_edition_moves_the_dates_the_structure_and_the_figures(tmp_path):
    bring(tmp_path, record())
    later = record(
        timeline__incident={"year": 2018},
        plus__timeline__notification={"year": 2020},
        action={"error": {"variety": ["Loss"]}},
        attribute={},
        victim__country=["CA"],
    )
    bring(tmp_path, later, now=LATER)
    found = declaration()
    assert (found.occurred_year, found.declared_year) == (2018, 2020)
    assert (found.origin, found.category) == ("non_malicious", "equipment_loss")
    assert found.data_disclosed is None
    assert found.country == found.establishment.country == "CA"
    assert found.incident.establishment_id == found.establishment_id


def amended(**changes):
    """Let somebody of the structure change the imported declaration."""
    found = declaration()
    by = person("rssi", found.establishment)
    facts = queries.facts_in_force(found).model_copy(update=changes)
    operations.amend(
        by=by,
        incident=found.incident,
        facts=facts,
        based_on=found.revision_number,
        reason="précision",
        now=NOW,
    )


def test_what_people_changed_here_survives_a_later_edition_of_other_fields(tmp_path):
    bring(tmp_path, record(), record("A2"))
    complete = {"noticed": "2019-03-02", "support_requested": False}
    amended(title="Chiffrement d’un serveur", **complete)
    assert counts(bring(tmp_path, record())) == (0, 0, 1, 0)
    bring(tmp_path, record(action={"error": {}}), now=LATER)
    facts = queries.facts_in_force(declaration())
    assert facts.title == "Chiffrement d’un serveur"
    assert facts.category == "human_error"
    # a third edition must not bring the old title back
    bring(tmp_path, record(action={"error": {"variety": ["Loss"]}}), now=LATER)
    facts = queries.facts_in_force(declaration())
    assert facts.title == "Chiffrement d’un serveur"
    assert facts.category == "equipment_loss"


def test_a_field_changed_on_both_sides_keeps_both_texts(tmp_path):
    bring(tmp_path, record())
    amended(title="Ici", noticed="2019-03-02", support_requested=False)
    summary = bring(tmp_path, record(summary="There."), now=LATER)
    found = declaration()
    assert queries.facts_in_force(found).title == "Ici"
    aside = found.revisions.get(standing=Revision.Standing.SET_ASIDE)
    assert aside.facts["title"] == "There."
    assert [w.field for w in summary.warnings] == ["title"]
    assert counts(bring(tmp_path, record(summary="There."))) == (0, 0, 1, 0)


def test_the_certs_ruling_outlives_a_later_edition(tmp_path):
    bring(tmp_path, record())
    found = declaration()
    desk = MembershipFactory(
        role="cert_analyst", territory_kind="nation", territory_code="US", establishment=None
    ).user
    decision = operations.Decision(origin="malicious", category="data_leak", major_confirmed=True)
    operations.qualify(
        by=desk,
        incident=found.incident,
        decision=decision,
        version=found.incident.version,
        now=NOW,
    )
    bring(tmp_path, record(action={"error": {}}), now=LATER)
    assert declaration().category == "data_leak"
    assert declaration().major_confirmed is True


def test_a_record_that_turns_out_a_false_positive_stops_counting(tmp_path):
    bring(tmp_path, record())
    bring(tmp_path, record(security_incident="False positive"), now=LATER)
    assert declaration().incident.status == "rejected"
    assert not declaration().counts
    bring(tmp_path, record(), now=LATER)
    assert declaration().incident.status == "closed"
    assert declaration().counts


def test_a_file_that_people_moved_keeps_its_status(tmp_path):
    bring(tmp_path, record())
    Incident.objects.update(status="rejected", status_reason="hors sujet")
    Declaration.objects.update(counts=False)
    summary = bring(tmp_path, record(security_incident="False positive", summary="No."), now=LATER)
    assert counts(summary) == (0, 1, 0, 0)
    assert declaration().incident.status_reason == "hors sujet"
    assert [w.field for w in summary.warnings] == ["status"]
