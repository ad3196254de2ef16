"""The demo nation is built by the real acts, whole or not at all."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from vigie.audit.models import Event
from vigie.demo.operations import build
from vigie.establishments.models import Establishment, Instance, Rota
from vigie.establishments.rules.rota import gaps
from vigie.incidents.models import AnswerTemplate, Declaration, Draft, Incident, Sighting
from vigie.incidents.models import Event as SharedCause
from vigie.inventory.models import Application
from vigie.reports.models import Report, ShortLink

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def nation(django_db_setup, django_db_blocker):
    """Build once for the module, and take it away after: it takes seconds."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield build(now=NOW)
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def test_it_holds_what_it_says(nation):
    assert nation.establishments == Establishment.objects.count() == 7000
    assert nation.files == Incident.objects.filter(is_open=True).count() == 40
    assert Instance.objects.get().is_demo


def test_forty_files_stand_at_every_stage_and_ten_share_one_supplier(nation):
    stages = Counter(Incident.objects.values_list("status", flat=True))
    assert set(stages) == {"received", "qualified", "contained", "resolved"}
    shared = SharedCause.objects.get()
    assert shared.incidents.count() == shared.declarations.count() == 10
    assert shared.supplier.name == "Amarante Hébergement"
    suppliers = Declaration.objects.filter(event=shared).values_list("revisions__facts__supplier")
    assert set(suppliers) == {(shared.supplier_id,)}


def test_every_file_was_declared_before_now_and_has_its_next_action(nation):
    assert not Incident.objects.filter(declared_at__gt=NOW).exists()
    assert not Incident.objects.filter(next_action_at=None).exists()
    assert Incident.objects.filter(next_action_at__lt=NOW).exists()  # some are late
    assert Incident.objects.filter(endangerment="proven").count() == 1


def test_the_acts_are_in_the_journal(nation):
    verbs = Counter(Event.objects.values_list("verb", flat=True))
    assert verbs["incident.declared"] == 40
    assert verbs["incident.qualified"] == 39  # one waits
    assert verbs["incident.grouped"] == 10
    assert verbs["demo.built"] == 1


def test_the_named_structures_run_applications_and_one_is_barely_known(nation):
    counts = Counter(Application.objects.values_list("establishment__structure_type", flat=True))
    assert counts["CH"] >= 30
    assert counts["EHPAD"] == 3
    behind = Application.objects.filter(supplier__name="Amarante Hébergement")
    assert behind.filter(care_activities__icontains="PRESC").exists()
    barely_known = {a.name for a in Application.objects.all() if "hosting" in a.lacks}
    assert barely_known == {"Gestion des repas"}


def test_wards_have_posters_and_reports_wait_for_their_officer(nation):
    assert ShortLink.objects.filter(ward__isnull=False).count() == 18
    states = Counter(Report.objects.values_list("state", flat=True))
    assert states == {"waiting": 3, "rejected": 1}
    assert Report.objects.filter(danger="yes", received_at__lt=NOW).count() == 1
    assert Report.objects.get(words__side="officer").seen_at is not None


def test_three_rotas_stand_the_hospital_s_with_a_hole_and_the_nation_s_without(nation):
    rotas = {rota.kind: rota for rota in Rota.objects.all()}
    assert set(rotas) == {"ej", "region", "nation"}
    start, end = NOW, NOW + timedelta(days=10)
    holes = {
        kind: gaps([d.slot for d in rota.duties.filter(level=1)], start, end)
        for kind, rota in rotas.items()
    }
    assert len(holes["nation"]) == 0
    assert len(holes["ej"]) == 1
    assert len(holes["region"]) > 3


def test_the_same_address_shows_up_in_two_files(nation):
    seen = Counter(Sighting.objects.values_list("observable__value", flat=True))
    assert seen["203.0.113.77"] >= 2
    assert {"ipv4", "domain", "url", "email", "sha256", "cve"} <= set(
        Sighting.objects.values_list("observable__sort", flat=True)
    )


def test_the_desk_has_ready_answers(nation):
    assert AnswerTemplate.objects.count() == 3


def test_somebody_writes_drafts(nation):
    assert Draft.objects.count() == 3
