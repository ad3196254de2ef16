"""What programs may look up before they declare."""

from datetime import timedelta

import pytest

from vigie.accounts.operations import create_token
from vigie.accounts.rules import Permission
from vigie.establishments.operations import index_establishments
from vigie.incidents.tests.factories import EstablishmentFactory, person
from vigie.inventory.models import Application
from vigie.kernel import clock
from vigie.reference import catalogue

pytestmark = pytest.mark.django_db


def bearer(user, *scopes):
    """Return the header of a token with these scopes, or with all that its owner holds."""
    held = scopes or [p for p in Permission if user.may(p)]
    now = clock.now()
    ends = now + timedelta(days=1)
    made = create_token(by=user, name="test", scopes=held, expires_at=ends, now=now)
    return {"Authorization": f"Bearer {made.secret}"}


@pytest.fixture
def hospital():
    found = EstablishmentFactory(name="Hôpital des Ormes", finess="010780054")
    index_establishments([found.pk])
    return found


@pytest.fixture
def officer(hospital):
    return person("rssi", hospital)


def test_a_program_learns_for_whom_it_acts(client, officer, hospital):
    answer = client.get("/api/v1/me", headers=bearer(officer, Permission.DECLARE)).json()
    assert answer["memberships"] == [{"role": "rssi", "territory": "ej:010780054"}]
    assert answer["permissions"] == [Permission.DECLARE]  # the token's, not the person's


def test_a_structure_is_found_by_a_name_typed_in_haste(client, officer, hospital):
    found = client.get("/api/v1/establishments?q=hopital ormse", headers=bearer(officer)).json()
    assert [row["finess"] for row in found] == ["010780054"]


def test_a_token_without_the_scope_reads_no_register(client, officer):
    headers = bearer(officer, Permission.DECLARE)
    assert client.get("/api/v1/establishments?q=ormes", headers=headers).status_code == 403


def test_applications_of_others_are_not_listed(client, officer, hospital):
    Application.objects.create(establishment=hospital, name="Dossier patient")
    Application.objects.create(establishment=EstablishmentFactory(), name="Ailleurs")
    listed = client.get("/api/v1/applications", headers=bearer(officer)).json()
    assert [row["name"] for row in listed] == ["Dossier patient"]


def test_a_closed_list_is_the_reference(client, officer):
    listed = client.get("/api/v1/reference/incident-categories", headers=bearer(officer)).json()
    assert {row["code"] for row in listed} == set(catalogue.incident_categories())
    assert client.get("/api/v1/reference/nothing", headers=bearer(officer)).status_code == 422
