from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from vigie.establishments import queries
from vigie.establishments.models import Establishment, Site
from vigie.establishments.rules import Place, Territory
from vigie.establishments.tests.factories import (
    EstablishmentFactory,
    GroupMemberFactory,
    SiteFactory,
    Somebody,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
TODAY = NOW.date()


def territory(text):
    return Territory.parse(text)


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "years"),
    [
        (None, None, {2023, 2024, 2025}),
        (date(2024, 1, 1), None, {2024, 2025}),
        (date(2024, 12, 31), None, {2024, 2025}),
        (None, date(2024, 1, 1), {2023}),  # the first day without it
        (None, date(2024, 1, 2), {2023, 2024}),
        (date(2024, 3, 1), date(2024, 4, 1), {2024}),
    ],
)
def test_each_year_has_its_own_population(opened_on, closed_on, years):
    row = EstablishmentFactory(opened_on=opened_on, closed_on=closed_on)
    assert {y for y in (2023, 2024, 2025) if row in Establishment.objects.in_force(y)} == years
    assert {y for y in (2023, 2024, 2025) if queries.population(None, year=y)} == years


def test_in_force_without_a_year_means_today():
    now = EstablishmentFactory(closed_on=date(2999, 1, 1))
    EstablishmentFactory(closed_on=date(2020, 1, 1))
    EstablishmentFactory(opened_on=date(2999, 1, 1))
    assert list(Establishment.objects.in_force()) == [now]


def test_an_establishment_of_two_regions_counts_in_both():
    row = EstablishmentFactory(region="11", department="75")
    SiteFactory(establishment=row, region="11", department="75")
    SiteFactory(establishment=row, region="32", department="62")
    for text in ("nation:FR", "region:11", "region:32", "department:62", f"ej:{row.finess}"):
        assert list(queries.establishments_of(territory(text))) == [row], text
    assert not queries.establishments_of(territory("region:84")).exists()
    assert queries.establishments_of(None).count() == 1


def test_a_seat_counts_only_where_there_is_no_site():
    alone = EstablishmentFactory(region="11", department="75")
    away = SiteFactory(region="32", department="62", establishment__region="11").establishment
    assert list(queries.establishments_of(territory("region:11"))) == [alone]
    assert list(queries.establishments_of(territory("region:32"))) == [away]


def test_a_site_that_closed_counts_no_more():
    site = SiteFactory(
        region="32",
        department="62",
        establishment__region="11",
        closed_on=date(2024, 1, 1),
    )
    assert queries.establishments_of(territory("region:32"), year=2023).exists()
    assert not queries.establishments_of(territory("region:32"), year=2024).exists()
    # Its establishment then counts at its seat.
    assert list(queries.establishments_of(territory("region:11"), year=2024)) == [
        site.establishment
    ]


def test_groups_and_numbers_are_territories_too():
    member = GroupMemberFactory(joined_on=date(2022, 1, 1), left_on=date(2024, 1, 1))
    site = SiteFactory(establishment=member.establishment)
    SiteFactory()
    group = territory(f"group:{member.group.code}")
    assert list(queries.establishments_of(group, year=2023)) == [member.establishment]
    assert list(queries.sites_of(group, year=2023)) == [site]
    assert not queries.establishments_of(group, year=2025).exists()
    assert list(queries.sites_of(territory(f"et:{site.finess}"))) == [site]
    assert list(queries.sites_of(territory(f"ej:{member.establishment.finess}"))) == [site]
    assert list(queries.establishments_of(territory(f"et:{site.finess}"))) == [member.establishment]


def test_a_structure_without_a_number_is_named_by_its_own_code():
    row = EstablishmentFactory(finess=None, country="BE", region="", department="")
    assert row.code == f"id{row.pk}"
    assert list(queries.establishments_of(territory(f"ej:{row.code}"))) == [row]
    numbered = EstablishmentFactory()
    assert not queries.establishments_of(territory(f"ej:id{numbered.pk}")).exists()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nation:FR", "France"),
        ("nation:XX", "XX"),
        ("region:53", "Bretagne"),
        ("department:2A", "Corse-du-Sud"),
        ("region:99", "99"),
        ("group:none", "none"),
    ],
)
def test_territories_have_names(text, name):
    assert queries.territory_name(territory(text)) == name


def test_territories_of_structures_have_the_name_of_the_structure():
    site = SiteFactory(name="Site Sud", establishment__name="CH du Lac")
    assert queries.territory_name(territory(f"et:{site.finess}")) == "Site Sud"
    assert queries.territory_name(territory(f"ej:{site.establishment.finess}")) == "CH du Lac"
    assert queries.territory_name(territory("region:53"), "en") == "Brittany"


def test_a_place_holds_what_territories_ask():
    site = SiteFactory(region="53", department="35")
    owner = site.establishment
    assert site.place == Place("FR", "53", "35", owner.pk, site.pk)
    assert owner.place == Place("FR", "84", "69", owner.pk)


def test_an_actor_without_the_permission_is_denied():
    with pytest.raises(PermissionDenied, match=r"user:1 lacks establishments\.read"):
        queries.require_from(Somebody(), "establishments.read", at=Place("FR"))


def test_shipped_contacts_say_when_they_want_a_new_look():
    shown = {c.key: c for c in queries.emergency_contacts("FR", today=date(2023, 10, 17))}
    assert shown["cert_sante"].dialled == "0972439125"
    assert not shown["cert_sante"].is_stale
    later = {c.key: c for c in queries.emergency_contacts("FR", today=date(2023, 10, 18))}
    assert later["cert_sante"].is_stale
    assert queries.emergency_contacts("NZ", today=TODAY) == []


def test_contacts_cost_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.emergency_contacts("FR", today=TODAY)


def test_a_nation_of_which_nothing_is_known_declares_here():
    assert queries.legal_portal("NZ").is_here


def test_lists_of_a_territory_cost_one_query(django_assert_num_queries):
    SiteFactory.create_batch(3)
    with django_assert_num_queries(1):
        list(queries.establishments_of(territory("region:84"), year=2024))
    with django_assert_num_queries(1):
        list(queries.sites_of(territory("region:84")))
    assert Site.objects.count() == 3
