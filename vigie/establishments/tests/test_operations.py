from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from vigie.audit.models import Event
from vigie.establishments import operations, queries
from vigie.establishments.models import (
    Designation,
    EmergencyContact,
    Establishment,
    GroupMember,
    Instance,
    NationSetting,
    Site,
    Ward,
)
from vigie.establishments.operations import ContactFacts
from vigie.establishments.rules import EstablishmentFacts, Portal, SiteFacts
from vigie.establishments.tests.factories import (
    DesignationFactory,
    EstablishmentFactory,
    GroupFactory,
    GroupMemberFactory,
    SiteFactory,
    Somebody,
    WardFactory,
    finess,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
ADMIN = Somebody()
NOBODY = Somebody(permissions=frozenset())
BRETON = Somebody(region="53", journal_name="user:53")
LAKE = EstablishmentFacts(
    name="Hôpital du Lac", finess=finess("74078016"), structure_type="CH", department="74"
)


def verbs():
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_an_establishment_opens_is_found_and_journalled():
    row = operations.create_establishment(by=ADMIN, facts=LAKE, now=NOW)
    assert (row.region, row.department, row.source) == ("84", "74", "")
    assert queries.search("hopital du lac") == [row]
    event = Event.objects.get()
    assert (event.actor, event.verb, event.target) == (
        "user:1",
        "establishment.created",
        f"establishment:{row.pk}",
    )
    assert event.happened_at == NOW


@pytest.mark.parametrize("who", [NOBODY, BRETON])
def test_nobody_opens_an_establishment_outside_their_territory(who):
    with pytest.raises(PermissionDenied):
        operations.create_establishment(by=who, facts=LAKE, now=NOW)
    assert not Establishment.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"finess": "740780169"}, "finess"),
        ({"name": ""}, "name"),
        ({"department": "20", "region": "94"}, "department"),
        ({"legal_status": "royal"}, "legal_status"),
    ],
)
def test_wrong_facts_are_told_at_their_field_and_nothing_is_kept(change, field):
    with pytest.raises(ValidationError) as refused:
        operations.create_establishment(by=ADMIN, facts=replace(LAKE, **change), now=NOW)
    assert set(refused.value.message_dict) == {field}
    assert not Establishment.objects.exists()
    assert not Event.objects.exists()


def test_a_finess_number_belongs_to_one_establishment():
    operations.create_establishment(by=ADMIN, facts=LAKE, now=NOW)
    with pytest.raises(ValidationError) as refused:
        operations.create_establishment(by=ADMIN, facts=replace(LAKE, name="Autre"), now=NOW)
    assert set(refused.value.message_dict) == {"finess"}


def test_several_establishments_may_have_no_number():
    for name in ("Un", "Deux"):
        facts = EstablishmentFacts(name=name, country="BE")
        assert operations.create_establishment(by=ADMIN, facts=facts, now=NOW).finess is None


def test_an_amendment_is_journalled_with_before_and_after():
    row = operations.create_establishment(by=ADMIN, facts=LAKE, now=NOW)
    changed = replace(LAKE, name="Hôpital des Lacs")
    operations.amend_establishment(by=ADMIN, establishment=row, facts=changed, now=NOW)
    assert Event.objects.get(verb="establishment.amended").details == {
        "name": ["Hôpital du Lac", "Hôpital des Lacs"]
    }
    assert [e.pk for e in queries.search("lacs")] == [row.pk]
    assert Establishment.objects.get().search_text == "hopital des lacs"


def test_an_amendment_that_changes_nothing_leaves_no_trace():
    row = operations.create_establishment(by=ADMIN, facts=LAKE, now=NOW)
    operations.amend_establishment(by=ADMIN, establishment=row, facts=LAKE, now=NOW)
    assert verbs() == ["establishment.created"]


def test_an_establishment_moves_only_between_territories_that_are_both_ones_own():
    row = EstablishmentFactory(region="53", department="35")
    facts = EstablishmentFacts(
        name=row.name, finess=row.finess, structure_type="CH", department="74"
    )
    with pytest.raises(PermissionDenied):
        operations.amend_establishment(by=BRETON, establishment=row, facts=facts, now=NOW)
    row.refresh_from_db()
    assert row.department == "35"


def test_closing_an_establishment_closes_its_open_sites():
    row = EstablishmentFactory()
    early = SiteFactory(establishment=row, closed_on=date(2020, 1, 1))
    late = SiteFactory(establishment=row, beds=40)
    operations.close_establishment(by=ADMIN, establishment=row, closed_on=TODAY, now=NOW)
    assert dict(Site.objects.values_list("pk", "closed_on")) == {
        early.pk: date(2020, 1, 1),
        late.pk: TODAY,
    }
    assert verbs() == ["site.closed", "establishment.closed"]
    assert list(Establishment.objects.in_force(TODAY)) == []
    assert list(Establishment.objects.in_force(2026)) == [row]
    operations.close_establishment(by=ADMIN, establishment=row, closed_on=None, now=NOW)
    assert verbs()[-1] == "establishment.reopened"
    assert list(Establishment.objects.in_force(TODAY)) == [row]


def test_nothing_closes_before_it_opened():
    row = SiteFactory(opened_on=date(2025, 1, 1))
    with pytest.raises(ValidationError, match="précéder"):
        operations.close_site(by=ADMIN, site=row, closed_on=date(2024, 12, 31), now=NOW)
    assert not Event.objects.exists()


def test_a_site_opens_and_its_beds_count_for_the_establishment():
    owner = EstablishmentFactory()
    facts = SiteFacts(name="Site Nord", finess=finess("69000001"), department="69", beds=120)
    row = operations.create_site(by=ADMIN, establishment=owner, facts=facts, now=NOW)
    owner.refresh_from_db()
    assert owner.beds == 120
    assert queries.search_sites("site nord") == [row]
    operations.amend_site(by=ADMIN, site=row, facts=replace(facts, beds=100), now=NOW)
    owner.refresh_from_db()
    assert owner.beds == 100
    operations.close_site(by=ADMIN, site=row, closed_on=TODAY, now=NOW)
    owner.refresh_from_db()
    assert owner.beds == 0
    assert verbs() == ["site.created", "site.amended", "site.closed"]


def test_a_site_opens_only_where_one_manages_both_seat_and_place():
    owner = EstablishmentFactory(region="53", department="35")
    facts = SiteFacts(name="Annexe", department="69")
    with pytest.raises(PermissionDenied):
        operations.create_site(by=BRETON, establishment=owner, facts=facts, now=NOW)
    assert not Site.objects.exists()


def test_wards_are_added_renamed_and_removed():
    site = SiteFactory()
    ward = operations.add_ward(by=ADMIN, site=site, name="Urgences", care_activity="URG", now=NOW)
    operations.amend_ward(by=ADMIN, ward=ward, name="SAU", care_activity="URG", now=NOW)
    assert Ward.objects.get().name == "SAU"
    operations.remove_ward(by=ADMIN, ward=ward, now=NOW)
    assert not Ward.objects.exists()
    assert verbs() == ["ward.created", "ward.amended", "ward.removed"]


@pytest.mark.parametrize(
    ("name", "activity", "field"),
    [("Magie", "MAGIC", "care_activity"), ("", "URG", "name"), ("Urgences", "URG", "__all__")],
)
def test_a_ward_needs_a_new_name_and_a_known_activity(name, activity, field):
    site = WardFactory(name="Urgences").site
    with pytest.raises(ValidationError) as refused:
        operations.add_ward(by=ADMIN, site=site, name=name, care_activity=activity, now=NOW)
    assert set(refused.value.message_dict) == {field}
    assert Ward.objects.count() == 1


def test_establishments_join_and_leave_groups():
    group = operations.create_group(by=ADMIN, code="GHT-1", name="GHT Un", kind="ght", now=NOW)
    row = EstablishmentFactory()
    member = operations.join_group(
        by=ADMIN, group=group, establishment=row, joined_on=date(2020, 1, 1), now=NOW
    )
    assert list(group.members.in_force(2026)) == [member]
    operations.leave_group(by=ADMIN, member=member, left_on=date(2024, 1, 1), now=NOW)
    assert not group.members.in_force(2024).exists()
    assert group.members.in_force(2023).exists()
    operations.rename_group(by=ADMIN, group=group, name="GHT Une", kind="ght", now=NOW)
    assert verbs() == ["group.created", "group.joined", "group.left", "group.amended"]


def test_only_who_manages_the_whole_nation_forms_groups():
    with pytest.raises(PermissionDenied):
        operations.create_group(by=BRETON, code="GHT-1", name="GHT Un", kind="ght", now=NOW)


def test_an_establishment_belongs_to_a_group_once_at_a_time():
    member = GroupMemberFactory()
    with pytest.raises(ValidationError):
        operations.join_group(
            by=ADMIN,
            group=member.group,
            establishment=member.establishment,
            joined_on=None,
            now=NOW,
        )
    assert GroupMember.objects.count() == 1


def test_nobody_leaves_before_joining():
    member = GroupMemberFactory(joined_on=date(2024, 1, 1))
    with pytest.raises(ValidationError, match="précéder"):
        operations.leave_group(by=ADMIN, member=member, left_on=date(2023, 1, 1), now=NOW)


def test_designations_are_dated():
    row = EstablishmentFactory()
    one = operations.designate(
        by=ADMIN, establishment=row, kind="ose", valid_from=date(2021, 3, 1), now=NOW
    )
    assert not row.designations.in_force(2020).exists()
    operations.end_designation(by=ADMIN, designation=one, valid_to=date(2025, 1, 1), now=NOW)
    assert row.designations.in_force(date(2024, 12, 31)).exists()
    assert not row.designations.in_force(date(2025, 1, 1)).exists()
    assert verbs() == ["establishment.designated", "establishment.designation_ended"]


def test_no_designation_ends_before_it_begins():
    one = DesignationFactory(valid_from=date(2024, 1, 1))
    with pytest.raises(ValidationError, match="précéder"):
        operations.end_designation(by=ADMIN, designation=one, valid_to=date(2023, 1, 1), now=NOW)
    assert Designation.objects.get().valid_to is None


def test_closing_twice_on_the_same_day_leaves_one_line():
    row = SiteFactory()
    for _ in range(2):
        operations.close_site(by=ADMIN, site=row, closed_on=TODAY, now=NOW)
    assert verbs() == ["site.closed"]


def test_one_designation_of_a_kind_is_open_at_a_time():
    row = DesignationFactory().establishment
    with pytest.raises(ValidationError):
        operations.designate(by=ADMIN, establishment=row, kind="ose", valid_from=None, now=NOW)
    assert Designation.objects.count() == 1


CONTACT = ContactFacts(
    label_fr="CERT Santé",
    label_en="CERT Santé",
    phone="01 99 00 00 01",
    email="",
    url="",
    hours="24 h sur 24",
    source="Appel du 4 mai",
    checked_on=TODAY,
)


def test_a_contact_of_this_instance_hides_the_shipped_one_until_it_is_retired():
    contact = operations.keep_contact(
        by=ADMIN, country="FR", key="cert_sante", facts=CONTACT, now=NOW
    )
    shown = {c.key: c for c in queries.emergency_contacts("FR", today=TODAY)}
    assert (shown["cert_sante"].phone, shown["cert_sante"].is_own) == ("01 99 00 00 01", True)
    assert shown["cert_sante"].use.fr  # what it is for still comes from the shipped reference
    again = replace(CONTACT, phone="01 99 00 00 02")
    operations.keep_contact(by=ADMIN, country="FR", key="cert_sante", facts=again, now=NOW)
    assert EmergencyContact.objects.count() == 1
    operations.retire_contact(by=ADMIN, contact=contact, retired_on=TODAY, now=NOW)
    assert "cert_sante" not in {c.key for c in queries.emergency_contacts("FR", today=TODAY)}
    assert verbs() == ["contact.kept", "contact.kept", "contact.retired"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": ""}, "__all__"),
        ({"checked_on": date(2026, 5, 5)}, "checked_on"),
        ({"email": "not an address"}, "email"),
    ],
)
def test_a_contact_can_be_reached_and_was_checked(change, field):
    with pytest.raises(ValidationError) as refused:
        operations.keep_contact(
            by=ADMIN, country="FR", key="x", facts=replace(CONTACT, **change), now=NOW
        )
    assert set(refused.value.message_dict) == {field}
    assert not EmergencyContact.objects.exists()


def test_contacts_and_portals_need_the_permission_for_the_nation():
    with pytest.raises(PermissionDenied):
        operations.keep_contact(by=NOBODY, country="FR", key="x", facts=CONTACT, now=NOW)
    with pytest.raises(PermissionDenied):
        operations.set_portal(by=BRETON, country="FR", portal=Portal.HERE, now=NOW)


def test_a_nation_may_make_this_vigie_its_portal():
    assert not queries.legal_portal("FR").is_here
    operations.set_portal(by=ADMIN, country="FR", portal=Portal.HERE, now=NOW)
    assert queries.legal_portal("FR").is_here
    operations.set_portal(
        by=ADMIN, country="FR", portal=Portal.ELSEWHERE, url="https://example.org/", now=NOW
    )
    portal = queries.legal_portal("FR")
    assert (portal.is_here, portal.url) == (False, "https://example.org/")
    assert portal.name.fr.startswith("Portail de signalement")
    assert NationSetting.objects.count() == 1


def test_a_portal_elsewhere_has_an_address():
    with pytest.raises(ValidationError):
        operations.set_portal(by=ADMIN, country="BE", portal=Portal.ELSEWHERE, now=NOW)
    assert not NationSetting.objects.exists()


def test_an_instance_keeps_what_it_was_created_as():
    assert not queries.is_demo()
    operations.create_instance(by="system:cli", name="Démonstration", is_demo=True, now=NOW)
    operations.create_instance(by="system:cli", name="Réel", is_demo=False, now=NOW)
    assert queries.is_demo()
    assert queries.instance().name == "Démonstration"
    assert verbs() == ["instance.created"]


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (EstablishmentFactory, {"name": ""}),
        (EstablishmentFactory, {"finess": ""}),
        (EstablishmentFactory, {"country": "fr"}),
        (EstablishmentFactory, {"opened_on": date(2025, 1, 2), "closed_on": date(2025, 1, 1)}),
        (SiteFactory, {"name": ""}),
        (SiteFactory, {"country": "F"}),
        (SiteFactory, {"opened_on": date(2025, 1, 2), "closed_on": date(2025, 1, 1)}),
        (WardFactory, {"name": ""}),
        (GroupFactory, {"code": ""}),
        (GroupMemberFactory, {"joined_on": date(2025, 1, 2), "left_on": date(2025, 1, 1)}),
        (DesignationFactory, {"valid_from": date(2025, 1, 2), "valid_to": date(2025, 1, 1)}),
    ],
)
def test_the_database_refuses_rows_that_cannot_be(make, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**wrong)


def test_the_database_holds_one_instance():
    with pytest.raises(IntegrityError), transaction.atomic():
        Instance.objects.create(pk=2, created_at=NOW)
