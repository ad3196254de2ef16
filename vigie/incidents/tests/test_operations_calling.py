"""Urgent declarations wake people; past ones and files that are settled do not."""

import pytest
from django.db import transaction

from vigie.establishments.models import Callout, CallStep
from vigie.establishments.operations import escalate_due
from vigie.establishments.tests.factories import DutyFactory, RotaFactory
from vigie.incidents.models import Revision
from vigie.incidents.operations import follow
from vigie.incidents.operations.amend import amend
from vigie.incidents.operations.declare import declare
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Status
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    SiteFactory,
    later,
    person,
    submission,
)
from vigie.messages.queries import sent_about

pytestmark = pytest.mark.django_db
URGENT = {"care_interrupted": True, "structure_impact": "degraded"}


@pytest.fixture
def hospital():
    return EstablishmentFactory()


@pytest.fixture
def ladder(hospital):
    rotas = (
        RotaFactory(establishment=hospital),
        RotaFactory(kind="region", establishment=None, country="FR", region="84"),
        RotaFactory(kind="nation", establishment=None, country="FR"),
    )
    return [DutyFactory(rota=r, starts_at=later(hours=-9), ends_at=later(days=9)) for r in rotas]


def calls():
    return list(Callout.objects.order_by("id"))


def amended(incident, by, **answers):
    revision = Revision.objects.get(declaration__incident=incident)
    said = Facts.model_validate(revision.facts | answers)
    return amend(by=by, incident=incident, facts=said, based_on=1, reason="", now=later(minutes=5))


def test_structure_region_and_cert_are_called(hospital, ladder):
    incident = IncidentFactory(establishment=hospital, **URGENT)
    found = calls()
    assert [str(call.rota.territory.kind) for call in found] == ["ej", "region", "nation"]
    assert {call.reason for call in found} == {"urgent"}
    assert all(incident.reference in call.title for call in found)
    assert found[0].path == f"/incidents/{incident.pk}/"
    assert CallStep.objects.count() == 3
    assert all(sent_about(call.about).count() == 2 for call in found)


def test_a_patient_in_danger_is_called_as_such(hospital, ladder):
    IncidentFactory(establishment=hospital, endangerment="potential")
    assert {call.reason for call in calls()} == {"danger"}


def test_a_site_is_called_as_its_establishment_or_by_its_own_rota(hospital, ladder):
    site = SiteFactory(establishment=hospital)
    IncidentFactory(establishment=hospital, site=site, **URGENT)
    assert calls()[0].rota.establishment == hospital


def test_nobody_is_called_for_what_can_wait(hospital, ladder):
    IncidentFactory(establishment=hospital, structure_impact="degraded")
    assert calls() == []


def test_what_can_wait_costs_no_query_more(hospital, ladder, django_assert_num_queries):
    by = person("rssi", hospital)
    said = submission(hospital)
    declare(by=by, submission=submission(hospital), now=NOW)  # memberships are read
    with django_assert_num_queries(9) as asked:  # what is counted of it is one
        declare(by=by, submission=said, now=NOW)
    assert not [q for q in asked.captured_queries if "callout" in q["sql"]]


def test_sending_twice_calls_once(hospital, ladder):
    by, said = person("rssi", hospital), submission(hospital, **URGENT)
    declare(by=by, submission=said, now=NOW)
    assert not declare(by=by, submission=said, now=later(minutes=1)).created
    assert len(calls()) == 3


def test_a_declaration_that_is_not_kept_calls_nobody(hospital, ladder):
    by = person("rssi", hospital)
    with transaction.atomic():
        declare(by=by, submission=submission(hospital, **URGENT), now=NOW)
        transaction.set_rollback(True)
    assert calls() == []


def test_an_amendment_that_makes_it_grave_calls(hospital, ladder):
    by = person("rssi", hospital)
    incident = IncidentFactory(establishment=hospital, by=by)
    amended(incident, by, lessons="Rien")
    assert calls() == []
    incident = IncidentFactory(establishment=hospital, by=by)
    amended(incident, by, endangerment="proven")
    assert {call.reason for call in calls()} == {"danger"}


def test_an_amendment_no_graver_calls_nobody_again(hospital, ladder):
    by = person("rssi", hospital)
    incident = IncidentFactory(establishment=hospital, by=by, **URGENT)
    amended(incident, by, plan_blanc=True)
    assert len(calls()) == 3


def test_a_rejected_file_wakes_nobody_more(hospital, ladder):
    incident = IncidentFactory(establishment=hospital, **URGENT)
    analyst = person("cert_analyst", None)
    follow.move(
        by=analyst,
        incident=incident,
        to=Status.REJECTED,
        version=incident.version,
        reason="Exercice",
        now=later(minutes=3),
    )
    assert all(call.closed_at == later(minutes=3) for call in calls())
    assert escalate_due(later(hours=2)) == 0
    assert CallStep.objects.count() == 3


def test_a_duplicate_wakes_nobody_more(hospital, ladder):
    first = IncidentFactory(establishment=hospital)
    double = IncidentFactory(establishment=hospital, **URGENT)
    analyst = person("cert_analyst", None)
    follow.merge(
        by=analyst,
        incident=double,
        into=first,
        reason="Deux fois",
        version=double.version,
        now=later(minutes=3),
    )
    assert all(call.closed_at for call in calls())
