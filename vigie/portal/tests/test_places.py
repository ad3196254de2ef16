"""Pages of the register: who sees and changes what."""

from datetime import date

import pytest
from django.urls import reverse

from vigie.accounts.rules import Permission
from vigie.accounts.tests.factories import person
from vigie.audit.models import Event
from vigie.establishments import operations, queries
from vigie.establishments.models import (
    Designation,
    EmergencyContact,
    Establishment,
    Group,
    GroupMember,
    NationSetting,
    Site,
    Ward,
)
from vigie.establishments.tests.factories import (
    DesignationFactory,
    EstablishmentFactory,
    GroupFactory,
    GroupMemberFactory,
    SiteFactory,
    WardFactory,
    finess,
)
from vigie.inventory.models import Application
from vigie.portal.queries import places
from vigie.portal.queries.places import Asked

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TODAY = date(2026, 5, 4)


@pytest.fixture
def lyon():
    return EstablishmentFactory(name="Centre hospitalier de Lyon", beds=300)


@pytest.fixture
def rennes():
    return EstablishmentFactory(
        name="Clinique de Rennes", region="53", department="35", commune="Rennes", beds=900
    )


@pytest.fixture
def sign(client, demo):
    """Sign somebody in with a role: sign("rssi", establishment) or sign("auditor", region="84")."""

    def signed(role, establishment=None, **territory):
        user = person(role, establishment, **territory)
        client.force_login(user)
        return user

    return signed


def page(client, route, *args, **query):
    return client.get(reverse(f"portal:{route}", args=args), query)


def post(client, route, *args, **said):
    return client.post(reverse(f"portal:{route}", args=args), said)


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


MANAGING = [
    ("amend_place", "place"),
    ("close_place", "place"),
    ("new_site", "place"),
    ("designate", "place"),
    ("join_group", "place"),
    ("amend_site", "site"),
    ("close_site", "site"),
    ("new_ward", "site"),
    ("amend_ward", "ward"),
    ("leave_group", "member"),
    ("end_designation", "designation"),
]


@pytest.fixture
def whole(lyon):
    """An establishment with one of everything, by what addresses call them."""
    ward = WardFactory(site=SiteFactory(establishment=lyon))
    return {
        "place": lyon.pk,
        "site": ward.site_id,
        "ward": ward.pk,
        "member": GroupMemberFactory(establishment=lyon).pk,
        "designation": DesignationFactory(establishment=lyon).pk,
    }


@pytest.mark.parametrize(("route", "what"), MANAGING)
def test_who_only_reads_may_not_change(client, sign, lyon, whole, route, what):
    sign("rssi", lyon)
    before = Event.objects.count()
    assert page(client, route, whole[what]).status_code == 403
    assert post(client, route, whole[what], name="X").status_code == 403
    assert Event.objects.count() == before


@pytest.mark.parametrize(("route", "what"), MANAGING)
def test_an_administrator_elsewhere_finds_nothing(client, sign, whole, route, what):
    sign("administrator", region="53")
    assert page(client, route, whole[what]).status_code == 404
    assert post(client, route, whole[what], name="X").status_code == 404


@pytest.mark.parametrize(("route", "what"), MANAGING)
def test_an_administrator_of_the_nation_opens_every_form(client, sign, whole, route, what):
    sign("administrator")
    answer = page(client, route, whole[what])
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


def test_an_establishment_opens_and_is_found(client, sign):
    sign("administrator")
    answer = post(
        client,
        "new_place",
        name="Hôpital du Lac",
        finess=finess("74078016"),
        structure_type="CH",
        department="74",
    )
    assert answer.status_code == 302
    (row,) = queries.search("lac")
    assert (row.name, row.region) == ("Hôpital du Lac", "84")
    assert Event.objects.get().actor.startswith("user:")


def test_all_that_is_wrong_is_told_at_once_at_its_field(client, sign):
    sign("administrator")
    answer = post(client, "new_place", name="", finess="123", structure_type="CH", department="74")
    assert answer.status_code == 422
    assert 'id="id_name_error"' in answer.text or "obligatoire" in answer.text
    assert "neuf caractères, dont une clé" in answer.text
    assert not Establishment.objects.exists()


def test_a_number_that_another_has_is_told_at_its_field(client, sign, lyon):
    sign("administrator")
    answer = post(client, "new_place", name="Autre", finess=lyon.finess, structure_type="CH")
    assert answer.status_code == 422
    assert Establishment.objects.count() == 1


def test_an_administrator_of_a_region_opens_nothing_elsewhere(client, sign):
    sign("administrator", region="53")
    answer = post(client, "new_place", name="Ailleurs", structure_type="CH", department="74")
    assert answer.status_code == 403
    assert not Establishment.objects.exists()


def test_an_establishment_is_corrected_closed_and_reopened(client, sign, lyon):
    sign("administrator")
    said = {"finess": lyon.finess, "structure_type": "CHU_CHR", "department": "69"}
    assert post(client, "amend_place", lyon.pk, name="CHU de Lyon", **said).status_code == 302
    lyon.refresh_from_db()
    assert (lyon.name, lyon.structure_type) == ("CHU de Lyon", "CHU_CHR")
    post(client, "close_place", lyon.pk, closed_on="2026-01-01")
    lyon.refresh_from_db()
    assert lyon.closed_on == date(2026, 1, 1)
    assert "Fermé à partir du" in page(client, "place", lyon.pk).text
    post(client, "close_place", lyon.pk, closed_on="")
    lyon.refresh_from_db()
    assert lyon.closed_on is None


def test_a_site_opens_with_what_the_form_does_not_ask_kept_on_correction(client, sign, lyon):
    sign("administrator")
    said = {"structure_type": "CH", "department": "69", "commune": "Lyon", "beds": "40"}
    post(client, "new_site", lyon.pk, name="Site nord", **said)
    site = Site.objects.get()
    site.category, site.commune_insee = "355", "69123"
    site.save()
    post(client, "amend_site", site.pk, name="Site du Nord", **said)
    site.refresh_from_db()
    assert (site.name, site.category, site.commune_insee) == ("Site du Nord", "355", "69123")
    post(client, "close_site", site.pk, closed_on="2026-01-01")
    site.refresh_from_db()
    assert site.closed_on == date(2026, 1, 1)


def test_wards_come_change_and_go(client, sign, lyon):
    site = SiteFactory(establishment=lyon)
    sign("administrator")
    post(client, "new_ward", site.pk, name="Bloc", care_activity="BLOC")
    ward = Ward.objects.get()
    post(client, "amend_ward", ward.pk, name="Bloc central", care_activity="BLOC")
    assert "Bloc central" in page(client, "place", lyon.pk).text
    assert post(client, "remove_ward", ward.pk).status_code == 302
    assert not Ward.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("rssi", 403), (None, 404)])
def test_only_administrators_remove_wards(client, sign, lyon, rennes, role, status):
    ward = WardFactory(site=SiteFactory(establishment=lyon))
    sign(role, lyon) if role else sign("administrator", region="53")
    assert post(client, "remove_ward", ward.pk).status_code == status
    assert Ward.objects.exists()


def test_groups_are_formed_joined_left_and_renamed(client, sign, lyon):
    sign("administrator")
    post(client, "new_group", code="GHT-1", name="GHT Un", kind="ght")
    group = Group.objects.get()
    post(client, "join_group", lyon.pk, group=group.pk, joined_on="2024-01-01")
    assert lyon.name in page(client, "group", group.pk).text
    post(client, "leave_group", GroupMember.objects.get().pk, day="2025-01-01")
    assert GroupMember.objects.get().left_on == date(2025, 1, 1)
    post(client, "amend_group", group.pk, name="GHT Une", kind="ght")
    assert "GHT Une" in page(client, "groups").text


def test_an_administrator_of_a_region_forms_no_group(client, sign):
    sign("administrator", region="84")
    assert page(client, "new_group").status_code == 403
    assert post(client, "new_group", code="G", name="G", kind="ght").status_code == 403


def test_a_group_shows_only_the_members_that_the_reader_may_see(client, sign, lyon, rennes):
    group = GroupMemberFactory(establishment=lyon).group
    GroupMemberFactory(group=group, establishment=rennes)
    sign("rssi", lyon)
    text = page(client, "group", group.pk).text
    assert lyon.name in text
    assert rennes.name not in text
    assert page(client, "group", GroupFactory().pk).status_code == 404


def test_designations_begin_and_end(client, sign, lyon):
    sign("administrator")
    post(client, "designate", lyon.pk, kind="ose", valid_from="2021-03-01")
    found = Designation.objects.get()
    assert (found.kind, found.valid_from) == ("ose", date(2021, 3, 1))
    assert post(client, "designate", lyon.pk, kind="ose").status_code == 422
    assert post(client, "end_designation", found.pk, day="2020-01-01").status_code == 422
    assert post(client, "end_designation", found.pk, day="2026-01-01").status_code == 302


def test_the_journal_stands_beside_for_those_who_read_it(client, sign, lyon):
    sign("administrator")
    post(client, "close_place", lyon.pk, closed_on="2026-01-01")
    assert "a fermé l’établissement" in page(client, "place", lyon.pk).text
    sign("rssi", lyon)
    assert "a fermé l’établissement" not in page(client, "place", lyon.pk).text


CONTACT = {
    "label_fr": "CERT Santé",
    "label_en": "CERT Santé",
    "phone": "01 99 00 00 01",
    "source": "Appel",
    "checked_on": "2026-01-05",
}


def test_a_contact_is_verified_and_the_public_page_shows_it(client, sign):
    sign("cert_lead")
    assert "plus d’un an" in page(client, "settings").text
    assert post(client, "contact", "cert_sante", **CONTACT).status_code == 302
    assert EmergencyContact.objects.get().key == "cert_sante"
    client.logout()
    public = page(client, "contacts").text
    assert "01 99 00 00 01" in public
    assert "09 72 43 91 25" not in public


def test_a_contact_is_added_retired_and_shown_again(client, sign):
    sign("cert_lead")
    added = CONTACT | {"label_fr": "Astreinte", "label_en": "On-call desk"}
    post(client, "new_contact", **added)
    assert EmergencyContact.objects.get().key == "on-call-desk"
    post(client, "retire_contact", "on-call-desk", day="2026-01-06")
    assert "On-call desk" not in page(client, "contacts").text
    assert "Montrer à nouveau" in page(client, "settings").text
    post(client, "contact", "on-call-desk", **added)
    assert EmergencyContact.objects.get().retired_on is None


@pytest.mark.parametrize("route", ["contact", "retire_contact"])
def test_a_contact_that_nobody_stated_is_not_found(client, sign, route):
    sign("cert_lead")
    assert page(client, route, "nobody").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"phone": ""}, {"checked_on": "2999-01-01"}, {"source": ""}, {"email": "x"}]
)
def test_a_contact_that_cannot_be_reached_or_checked_is_refused(client, sign, wrong):
    sign("cert_lead")
    assert post(client, "contact", "cert_sante", **CONTACT | wrong).status_code == 422
    assert not EmergencyContact.objects.exists()


def test_the_legal_portal_is_set(client, sign):
    sign("administrator")
    assert post(client, "set_portal", portal="here").status_code == 302
    assert NationSetting.objects.get().portal == "here"
    assert "déclarer dans Vigie suffit" in page(client, "settings").text


@pytest.mark.parametrize("route", ["settings", "new_contact", "set_portal"])
def test_only_who_manages_the_reference_sets_it(client, sign, lyon, route):
    sign("rssi", lyon)
    assert page(client, route).status_code == 403


def test_an_administrator_of_a_region_does_not_set_the_nation(client, sign):
    sign("administrator", region="84")
    assert post(client, "set_portal", portal="here").status_code == 403
    assert post(client, "contact", "cert_sante", **CONTACT).status_code == 403
    assert not NationSetting.objects.exists()


def test_pages_read_in_english(client, sign, lyon):
    sign("cert_lead")
    client.cookies["vigie_language"] = "en"
    for route, args in (("places", ()), ("place", (lyon.pk,)), ("groups", ()), ("settings", ())):
        answer = client.get(
            reverse(f"portal:{route}", args=args), headers={"Accept-Language": "en"}
        )
        assert "Établissements</h1>" not in answer.text
        assert "Groupements" not in answer.text
