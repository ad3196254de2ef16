"""Pages that change the register: who may, and what is said when it cannot be."""

from datetime import date

import pytest

from vigie.audit.models import Event
from vigie.establishments import queries
from vigie.establishments.models import Designation, Establishment, Group, GroupMember, Site, Ward
from vigie.establishments.tests.factories import (
    GroupFactory,
    GroupMemberFactory,
    SiteFactory,
    WardFactory,
    finess,
)
from vigie.portal.tests.register import page, post

pytestmark = pytest.mark.django_db


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
