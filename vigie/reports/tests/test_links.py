"""Short links and their posters."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from vigie.accounts.tests.factories import MembershipFactory
from vigie.audit.models import Event
from vigie.reference.catalogue import Title
from vigie.reports import operations, queries
from vigie.reports.exports import poster
from vigie.reports.models import ShortLink
from vigie.reports.queries import Telephone, Whereabouts
from vigie.reports.tests.factories import (
    NOW,
    ShortLinkFactory,
    SiteFactory,
    WardFactory,
    later,
    person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return WardFactory(name="Urgences adultes")


@pytest.fixture
def officer(ward):
    return person("rssi", ward.site.establishment)


def test_a_site_and_its_wards_get_a_link_each_once(ward, officer):
    made = operations.open_short_links(by=officer, site=ward.site, now=NOW)
    assert {link.ward for link in made} == {None, ward}
    assert operations.open_short_links(by=officer, site=ward.site, now=NOW) == []
    new = WardFactory(site=ward.site)
    assert [
        link.ward for link in operations.open_short_links(by=officer, site=ward.site, now=NOW)
    ] == [new]
    assert Event.objects.filter(verb="report.links_opened").count() == 2


def test_a_code_leads_to_its_place(ward):
    link = ShortLinkFactory(site=ward.site, ward=ward)
    where = queries.whereabouts_of_code(link.code.lower())
    assert (where.ward, where.site, where.name) == (ward, ward.site, "Urgences adultes")
    assert where.around == ward.site.name


def test_a_renewed_link_leads_nowhere_and_the_new_one_does(ward, officer):
    link = ShortLinkFactory(site=ward.site, ward=ward)
    new = operations.renew_link(by=officer, link=link, now=later(days=1))
    assert queries.whereabouts_of_code(link.code) is None
    assert queries.whereabouts_of_code(new.code).ward == ward
    operations.revoke_link(by=officer, link=new, now=later(days=2))
    assert queries.whereabouts_of_code(new.code) is None
    with pytest.raises(PermissionDenied):
        operations.renew_link(by=officer, link=new, now=later(days=3))


def test_others_keep_no_posters_there(ward):
    link = ShortLinkFactory(site=ward.site, ward=ward)
    for stranger in (person("rssi"), person("declarant", ward.site.establishment)):
        with pytest.raises(PermissionDenied):
            operations.revoke_link(by=stranger, link=link, now=NOW)
        with pytest.raises(PermissionDenied):
            operations.open_short_links(by=stranger, site=ward.site, now=NOW)
        assert queries.link_to_print(stranger, link.pk) is None
        assert queries.links_of(stranger, ward.site.pk) == []


def test_an_officer_of_one_site_keeps_the_posters_of_that_site_alone(ward):
    other = SiteFactory(establishment=ward.site.establishment)
    keeper = MembershipFactory(role="rssi", site=ward.site, establishment=None).user
    assert list(queries.sites_to_keep(keeper)) == [ward.site]
    with pytest.raises(PermissionDenied):
        operations.open_short_links(by=keeper, site=other, now=NOW)


def test_one_link_in_force_a_place(ward):
    ShortLinkFactory(site=ward.site, ward=ward)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShortLinkFactory(site=ward.site, ward=ward)
    ShortLinkFactory(site=ward.site)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShortLinkFactory(site=ward.site)


def test_removing_a_ward_removes_its_link(ward):
    ShortLinkFactory(site=ward.site, ward=ward)
    ward.delete()
    assert not ShortLink.objects.exists()


def places(*wards):
    links = [ShortLinkFactory(site=ward.site, ward=ward) for ward in wards]
    return [
        Whereabouts(ward.site.establishment, ward.site, ward, link)
        for ward, link in zip(wards, links, strict=True)
    ]


def test_posters_are_one_page_a_place_with_number_and_address(ward):
    where = places(ward, WardFactory(site=ward.site, name="Réanimation"))
    telephone = Telephone(Title("Astreinte informatique", "IT on call"), "05 36 49 01 12")
    made = poster.pdf(where, telephone, address="https://vigie.ch-valmont.example", now=NOW)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    assert len(pages) == 2
    assert "Urgences adultes" in pages[0]
    assert "Réanimation" in pages[1]
    for page, place in zip(pages, where, strict=True):
        assert f"vigie.ch-valmont.example/s/{place.link.code}" in page
        assert "05 36 49 01 12" in page
        assert "IT on call" in page
        assert "Ne débranchez pas" in page
        assert "Do not unplug it" in page


def test_a_poster_without_a_number_still_comes(ward):
    made = poster.pdf(places(ward), None, address="http://localhost:8000", now=NOW)
    assert "localhost:8000/s/" in PdfReader(io.BytesIO(made)).pages[0].extract_text()


def test_the_long_name_of_a_place_stays_on_its_page():
    long = WardFactory(
        name=("Unité de surveillance continue polyvalente et soins intensifs " * 2)[:120]
    )
    made = poster.pdf(places(long), None, address="http://localhost:8000", now=NOW)
    assert len(PdfReader(io.BytesIO(made)).pages) == 1


def test_a_code_for_scanning_holds_the_address():
    drawn = poster.qr_svg("https://vigie.example/s/BCDF2345")
    assert drawn.startswith("<svg")
    assert "<path" in drawn
    assert poster.short_address("https://vigie.example:8443/v", "X") == "vigie.example:8443/v/s/X"
