"""Pages of the register: who sees what."""

import pytest
from django.urls import reverse

from vigie.accounts.rules import Permission
from vigie.establishments import operations
from vigie.establishments.tests.factories import (
    DesignationFactory,
    EstablishmentFactory,
    GroupMemberFactory,
    SiteFactory,
    WardFactory,
)
from vigie.inventory.models import Application
from vigie.portal.queries import places
from vigie.portal.queries.places import Asked
from vigie.portal.tests.register import page

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_a_list_shows_what_the_reader_may_see(client, sign, lyon, rennes):
    sign("rssi", lyon)
    text = page(client, "places").text
    assert lyon.name in text
    assert rennes.name not in text
    assert page(client, "place", rennes.pk).status_code == 404


def test_a_region_sees_an_establishment_with_a_site_in_it(client, sign, lyon, rennes):
    SiteFactory(establishment=lyon, region="53", department="35")
    sign("ars_officer", region="53")
    text = page(client, "places").text
    assert lyon.name in text
    assert rennes.name in text
    assert page(client, "place", lyon.pk).status_code == 200


def test_whoever_serves_a_site_sees_its_establishment(client, sign, lyon):
    site = SiteFactory(establishment=lyon, name="Site sud")
    sign("rssi", site=site)
    assert lyon.name in page(client, "places").text
    assert "Site sud" in page(client, "place", lyon.pk).text


def test_the_chosen_territory_narrows_the_list_and_nothing_else(client, sign, lyon, rennes):
    user = sign("cert_lead")
    EstablishmentFactory(name="Sans site", region="53", department="35")
    user.scope = "region:53"
    user.save()
    text = page(client, "places").text
    assert rennes.name in text
    assert "Sans site" in text
    assert lyon.name not in text
    assert page(client, "place", lyon.pk).status_code == 200


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["Centre hospitalier de Lyon", "Clinique de Rennes"]),
        ({"sort": "beds"}, ["Clinique de Rennes", "Centre hospitalier de Lyon"]),
        ({"region": "53"}, ["Clinique de Rennes"]),
        ({"type": "CLCC"}, []),
        ({"state": "closed"}, ["Fermé"]),
        ({"state": "all", "region": "84"}, ["Centre hospitalier de Lyon", "Fermé"]),
        ({"designation": "ose"}, ["Centre hospitalier de Lyon"]),
        ({"designation": "oiv"}, []),
        ({"q": "renes"}, ["Clinique de Rennes"]),
        ({"q": "clinique", "region": "84"}, []),
        (
            {"region": "nowhere", "page": "many"},
            ["Centre hospitalier de Lyon", "Clinique de Rennes"],
        ),
    ],
)
def test_filters_and_order_are_in_the_address(client, sign, lyon, rennes, query, shown):
    EstablishmentFactory(name="Fermé", closed_on="2020-01-01", commune="Bron")
    DesignationFactory(establishment=lyon)
    DesignationFactory(establishment=rennes, valid_to="2020-01-01")  # no longer
    operations.rebuild_search()
    sign("cert_lead")
    text = page(client, "places", **query).text
    names = ["Centre hospitalier de Lyon", "Clinique de Rennes", "Fermé"]
    found = sorted((text.index(f">{n}</a>"), n) for n in names if f">{n}</a>" in text)
    assert [name for _, name in found] == shown


def test_htmx_gets_the_same_table_as_the_page(client, sign, lyon):
    sign("cert_lead")
    whole = page(client, "places").text
    part = client.get(reverse("portal:places"), headers=HTMX).text
    assert "<h1" not in part
    assert part.strip() in whole


def test_pages_of_the_list_lead_on_and_back(client, sign):
    EstablishmentFactory.create_batch(51)
    sign("cert_lead")
    first = page(client, "places").text
    assert "?page=2" in first
    second = page(client, "places", page="2").text
    assert second.count('class="ref"') == 1


@pytest.mark.parametrize("many", [1, 30])
def test_lists_and_pages_cost_the_same_however_long(
    client, sign, lyon, django_assert_max_num_queries, many
):
    for _ in range(many):
        DesignationFactory(establishment=SiteFactory().establishment)
        WardFactory(site=SiteFactory(establishment=lyon))
        GroupMemberFactory(establishment=lyon)
    operations.rebuild_search()
    sign("cert_lead")
    with django_assert_max_num_queries(12):
        page(client, "places")
    with django_assert_max_num_queries(15):
        page(client, "place", lyon.pk)


def test_a_page_shows_sites_wards_groups_applications_and_whom_to_call(client, sign, lyon):
    site = SiteFactory(establishment=lyon, name="Site Croix", beds=120, emergency_visits=41000)
    WardFactory(site=site, name="Urgences adultes", care_activity="URG")
    GroupMemberFactory(establishment=lyon, group__name="GHT Rhône")
    Application.objects.create(establishment=lyon, name="Dossier patient", care_activities=["URG"])
    sign("rssi", lyon)
    text = page(client, "place", lyon.pk).text
    for shown in ("Site Croix", "Urgences adultes", "GHT Rhône", "Dossier patient", "SARA"):
        assert shown in text
    assert "tel:0972439125" in text
    assert "Corriger" not in text


def test_designations_are_for_those_who_follow_incidents_there(client, sign, lyon):
    DesignationFactory(establishment=lyon, kind="oiv")
    reader = sign("declarant", lyon)
    assert "Opérateur d’importance vitale" in page(client, "place", lyon.pk).text
    # A program that was given the register alone learns nothing of it.
    reader.token_scopes = frozenset({Permission.READ_ESTABLISHMENTS})
    assert not places.knows_designations(reader, lyon)
    assert places.designations_of(reader, lyon) == []
    (line,) = places.lines(reader, places.listed(reader, Asked()))
    assert line.designations == []
    assert not places.listed(reader, Asked(designation="oiv")).exists()
