"""Pages about the nation: emergency contacts and the legal portal."""

import pytest

from vigie.establishments.models import EmergencyContact, NationSetting
from vigie.establishments.tests.factories import GroupMemberFactory
from vigie.portal.tests.register import page, post

pytestmark = pytest.mark.django_db


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
    reader = sign("cert_lead")
    reader.language = "en"
    reader.save()
    group = GroupMemberFactory(establishment=lyon).group
    for route, args in (
        ("places", ()),
        ("place", (lyon.pk,)),
        ("groups", ()),
        ("group", (group.pk,)),
        ("settings", ()),
        ("new_place", ()),
    ):
        text = page(client, route, *args).text
        assert '<html lang="en"' in text
        for french in ("Établissements", "Groupements", "Désignations", "Enregistrer", "Région<"):
            assert french not in text, route
