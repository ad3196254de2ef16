"""What `may` says of one place, `within` says of all rows; so do `governs` and `governed`."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigie.accounts import queries
from vigie.accounts.models import Delegation, Membership, User
from vigie.accounts.queries import may, require, scoped, within
from vigie.accounts.rules import DELEGABLE, ROLES, Permission, grants
from vigie.accounts.tests.factories import (
    DelegationFactory,
    MembershipFactory,
    UserFactory,
    again,
    ago,
    ahead,
    person,
)
from vigie.establishments.models import Establishment, Group, Site
from vigie.establishments.rules import TerritoryKind
from vigie.establishments.tests.factories import (
    EstablishmentFactory,
    GroupFactory,
    GroupMemberFactory,
    SiteFactory,
)
from vigie.reference import catalogue

pytestmark = pytest.mark.django_db
READ = Permission.READ_INCIDENTS
WHERE = (("FR", "84", "69"), ("FR", "84", "01"), ("FR", "11", "75"), ("BE", "", ""))


@pytest.fixture
def world():
    """Four establishments, two sites each of which one elsewhere, two groups, one of them past."""
    for number, (country, region, department) in enumerate(WHERE):
        seat = {"country": country, "region": region, "department": department}
        far = dict(zip(seat, WHERE[(number + 1) % len(WHERE)], strict=True))
        row = EstablishmentFactory(**seat)
        SiteFactory(establishment=row, **seat)
        SiteFactory(establishment=row, **far)
    first, second = GroupFactory(country="FR"), GroupFactory(country="BE")
    rows = list(Establishment.objects.order_by("id"))
    GroupMemberFactory(group=first, establishment=rows[0])
    GroupMemberFactory(group=first, establishment=rows[2])
    GroupMemberFactory(group=second, establishment=rows[1], left_on=ago(days=2).date())
    GroupMemberFactory(group=second, establishment=rows[3], joined_on=ago(days=2).date())


def territories():
    rows = st.sampled_from(range(4))
    return st.one_of(
        st.sampled_from(["FR", "BE"]).map(lambda c: (TerritoryKind.NATION, c)),
        st.sampled_from(["84", "11"]).map(lambda c: (TerritoryKind.REGION, c)),
        st.sampled_from(["69", "01", "75"]).map(lambda c: (TerritoryKind.DEPARTMENT, c)),
        st.sampled_from(range(2)).map(lambda n: (TerritoryKind.GROUP, n)),
        rows.map(lambda n: (TerritoryKind.EJ, n)),
        st.sampled_from(range(8)).map(lambda n: (TerritoryKind.ET, n)),
    )


# Each: role, territory, and when it counts (-1: over, 0: now, 1: later).
ROWS = st.lists(
    st.tuples(st.sampled_from(sorted(ROLES)), territories(), st.sampled_from([-1, 0, 0, 1])),
    max_size=4,
)
LENT = st.lists(st.tuples(st.sampled_from(range(4)), st.sampled_from([-1, 0, 1])), max_size=2)
SCOPES = st.one_of(st.none(), st.frozensets(st.sampled_from(sorted(Permission)), max_size=6))
PERIODS = {-1: (30, -10), 0: (30, 30), 1: (-10, 30)}  # days since the start, days until the end
by_example = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def columns_of(territory):
    kind, key = territory
    tables = {TerritoryKind.GROUP: Group, TerritoryKind.EJ: Establishment, TerritoryKind.ET: Site}
    names = {
        TerritoryKind.GROUP: "group",
        TerritoryKind.EJ: "establishment",
        TerritoryKind.ET: "site",
    }
    if kind in tables:
        return {"territory_kind": kind, names[kind]: tables[kind].objects.order_by("id")[key]}
    return {"territory_kind": kind, "territory_code": key}


def membership(user, role, territory, period):
    since, until = PERIODS[period]
    return Membership(
        user=user,
        role=role,
        **columns_of(territory),
        valid_from=ago(days=since),
        valid_to=ahead(days=until),
        given_by="system:cli",
    )


def reader_with(rows, lent=(), scopes=None):
    user = UserFactory()
    Membership.objects.bulk_create(membership(user, *row) for row in rows)
    director = UserFactory()
    for number, period in lent:
        since, until = PERIODS[period]
        DelegationFactory(
            establishment=Establishment.objects.order_by("id")[number],
            by=director,
            to=user,
            valid_from=ago(days=since),
            valid_to=ahead(days=until),
        )
    user = again(user)
    user.token_scopes = scopes
    return user


@by_example
@given(rows=ROWS, lent=LENT, scopes=SCOPES, permission=st.sampled_from(sorted(Permission)))
def test_a_row_is_within_exactly_where_the_reader_may(world, rows, lent, scopes, permission):
    with transaction.atomic():
        reader = reader_with(rows, lent, scopes)
        for table, columns in (
            (Establishment, {"establishment": "id", "site": ""}),
            (Site, {"site": "id"}),
        ):
            every = list(table.objects.order_by("id"))
            asked = [row.pk for row in every if may(reader, permission, at=row.place)]
            found = table.objects.filter(within(reader, permission, **columns)).order_by("id")
            assert list(found.values_list("id", flat=True)) == asked
        transaction.set_rollback(True)


@by_example
@given(rows=ROWS, others=ROWS)
def test_what_is_governed_in_sql_is_what_the_reader_governs(world, rows, others):
    with transaction.atomic():
        reader, somebody = reader_with(rows), reader_with(others)
        every = list(Membership.objects.filter(user=somebody).order_by("id"))
        asked = [m.pk for m in every if queries.governs(reader, Permission.MANAGE_PEOPLE, m)]
        found = Membership.objects.filter(
            queries.governed(reader, Permission.MANAGE_PEOPLE), user=somebody
        )
        assert list(found.order_by("id").values_list("id", flat=True)) == asked
        transaction.set_rollback(True)


@by_example
@given(rows=ROWS, lent=LENT, scopes=SCOPES)
def test_no_token_opens_more_than_its_owner(world, rows, lent, scopes):
    with transaction.atomic():
        owner, program = reader_with(rows, lent), None
        program = again(owner)
        program.token_scopes = scopes
        for permission in Permission:
            held = {s.pk for s in Site.objects.filter(within(owner, permission, site="id"))}
            used = {s.pk for s in Site.objects.filter(within(program, permission, site="id"))}
            assert used <= held
            if scopes is not None and permission not in scopes:
                assert not used
        transaction.set_rollback(True)


def test_a_membership_counts_from_its_day_until_its_end():
    here = EstablishmentFactory()
    for since, until, counts in (
        (ago(days=2), None, True),
        (ago(days=2), ahead(days=1), True),
        (ago(days=2), ago(days=1), False),
        (ahead(days=1), None, False),
    ):
        held = MembershipFactory(establishment=here, valid_from=since, valid_to=until)
        assert may(held.user, READ, at=here.place) is counts, (since, until)


def test_a_delegation_counts_until_it_ends_or_is_revoked():
    here = EstablishmentFactory()
    for since, until, revoked, counts in (
        (ago(days=1), ahead(days=1), None, True),
        (ago(days=3), ago(days=1), None, False),
        (ahead(days=1), ahead(days=2), None, False),
        (ago(days=1), ahead(days=1), ago(hours=1), False),
    ):
        lent = DelegationFactory(
            establishment=here, valid_from=since, valid_to=until, revoked_at=revoked
        )
        assert may(lent.to, Permission.DECLARE, at=here.place) is counts


@pytest.mark.parametrize("permission", sorted(Permission))
def test_a_delegation_lends_only_what_is_delegable(permission):
    lent = DelegationFactory()
    place = lent.establishment.place
    assert may(lent.to, permission, at=place) is (permission in DELEGABLE)


def test_a_closed_account_may_nothing():
    held = MembershipFactory(user__is_active=False)
    assert not may(held.user, READ)
    assert not may(held.user, READ, at=held.establishment.place)


def test_nobody_signed_in_may_nothing():
    assert not may(AnonymousUser(), READ)


def test_require_names_the_person_by_number_alone():
    held = MembershipFactory(user__first_name="Claire")
    elsewhere = EstablishmentFactory()
    with pytest.raises(PermissionDenied) as refused:
        require(held.user, READ, at=elsewhere.place)
    assert "Claire" not in str(refused.value)
    assert held.user.journal_name in str(refused.value)


def test_rights_cost_one_query_a_request(django_assert_num_queries):
    held = MembershipFactory(user=UserFactory())
    MembershipFactory(user=held.user)
    reader = again(held.user)
    with django_assert_num_queries(2):
        for permission in DELEGABLE:
            may(reader, permission, at=held.establishment.place)
            within(reader, permission)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_holds_its_permissions_at_home_and_nowhere_else(role):
    kinds = ROLES[role].territories
    home = SiteFactory(region="84", department="69")
    abroad = SiteFactory(establishment__country="BE", country="BE", region="", department="")
    if TerritoryKind.NATION in kinds:
        user = person(role, nation="FR")
    elif TerritoryKind.REGION in kinds:
        user = person(role, region="84")
    else:
        user = person(role, home.establishment)
    for permission in Permission:
        assert may(user, permission, at=home.place) is grants(role, permission)
        assert not may(user, permission, at=abroad.place)


def test_a_site_in_another_region_counts_where_it_lies():
    owner = EstablishmentFactory(region="84", department="69")
    far = SiteFactory(establishment=owner, region="11", department="75")
    assert may(person("ars_officer", region="11"), READ, at=far.place)
    assert not may(person("ars_officer", region="84"), READ, at=far.place)
    assert may(person("rssi", owner), READ, at=far.place)


class TestScope:
    def test_all_together_without_a_choice(self):
        here, there = EstablishmentFactory(), EstablishmentFactory()
        user = person("rssi", here)
        MembershipFactory(user=user, establishment=there)
        assert self.shown(again(user)) == {here.pk, there.pk}

    def test_a_chosen_establishment_alone(self):
        here, there = EstablishmentFactory(), EstablishmentFactory()
        user = person("rssi", here)
        MembershipFactory(user=user, establishment=there)
        assert self.shown(self.choosing(user, f"ej:{there.finess}")) == {there.pk}

    def test_a_choice_never_opens_what_rights_close(self):
        user, foreign = person("rssi", EstablishmentFactory()), EstablishmentFactory()
        chosen = self.choosing(user, f"ej:{foreign.finess}")
        assert foreign.pk not in self.shown(chosen)
        assert queries.scope_of(chosen) is None

    def test_a_choice_that_is_no_longer_theirs_counts_as_none(self):
        here = EstablishmentFactory()
        user = person("rssi", here)
        past = MembershipFactory(user=user, valid_to=ago(days=1))
        assert self.shown(self.choosing(user, f"ej:{past.establishment.finess}")) == {here.pk}

    def test_a_nation_narrows_to_one_of_its_regions(self):
        rhone = EstablishmentFactory(region="84")
        EstablishmentFactory(region="11", department="75")
        assert self.shown(self.choosing(person("cert_lead"), "region:84")) == {rhone.pk}

    def test_a_region_narrows_to_one_of_its_departments(self):
        ain = EstablishmentFactory(region="84", department="01")
        EstablishmentFactory(region="84", department="69")
        officer = person("ars_officer", region="84")
        assert self.shown(self.choosing(officer, "department:01")) == {ain.pk}

    def test_a_group_narrows_to_one_of_its_establishments(self):
        member, other = GroupMemberFactory(), EstablishmentFactory()
        GroupMemberFactory(group=member.group, establishment=other)
        officer = person("rssi", group=member.group)
        assert self.shown(self.choosing(officer, f"ej:{other.finess}")) == {other.pk}
        assert self.shown(self.choosing(officer, f"group:{member.group.code}")) == {
            other.pk,
            member.establishment_id,
        }

    def test_programs_are_never_narrowed(self):
        here, there = EstablishmentFactory(), EstablishmentFactory()
        user = person("rssi", here)
        MembershipFactory(user=user, establishment=there)
        program = self.choosing(user, f"ej:{there.finess}")
        program.token_scopes = frozenset(Permission)
        assert self.shown(program) == {here.pk, there.pk}

    def test_who_has_one_place_has_nothing_to_switch(self):
        assert queries.scope_choices(person("rssi", EstablishmentFactory())) == []

    def test_the_switch_names_what_is_chosen(self):
        user = person("rssi", EstablishmentFactory(name="Un"))
        there = EstablishmentFactory(name="Deux")
        MembershipFactory(user=user, establishment=there)
        lines = queries.scope_choices(self.choosing(user, f"ej:{there.finess}"))
        assert [(line.label, line.is_current) for line in lines] == [
            ("Tous ensemble", False),
            ("Un", False),
            ("Deux", True),
        ]

    def test_a_delegation_can_be_looked_at_alone(self):
        lent = DelegationFactory(to=person("rssi", EstablishmentFactory()))
        chosen = self.choosing(lent.to, f"ej:{lent.establishment.finess}")
        assert self.shown(chosen) == {lent.establishment_id}

    def choosing(self, user, scope):
        User.objects.filter(pk=user.pk).update(scope=scope)
        return again(user)

    def shown(self, user):
        columns = {"establishment": "id", "site": ""}
        found = Establishment.objects.filter(
            within(user, READ, **columns), queries.scoped(user, **columns)
        )
        return set(found.values_list("id", flat=True))


def test_a_delegation_to_oneself_is_refused_by_the_database():
    user = UserFactory()
    with pytest.raises(Exception, match="delegation_goes_to_someone_else"), transaction.atomic():
        Delegation.objects.create(
            establishment=EstablishmentFactory(),
            by=user,
            to=user,
            valid_from=ago(days=1),
            valid_to=ago(days=1) + timedelta(days=2),
        )


@pytest.mark.parametrize(
    "columns",
    [
        {"territory_kind": "nation", "territory_code": ""},
        {"territory_kind": "ej"},
        {"territory_kind": "region", "territory_code": "84", "with_site": True},
    ],
)
def test_a_row_names_exactly_one_territory(columns):
    if columns.pop("with_site", False):
        columns["site"] = SiteFactory()
    with pytest.raises(Exception, match="membership_one_territory"), transaction.atomic():
        Membership.objects.create(
            user=UserFactory(), role="auditor", valid_from=ago(days=1), given_by="x", **columns
        )


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("region", {"region": "84", "department": "69"}),
        ("department", {"region": "84", "department": "69"}),
    ],
)
def test_a_region_is_of_one_nation_whatever_codes_another_one_uses(kind, codes):
    here = EstablishmentFactory(country="FR", **codes)
    there = EstablishmentFactory(country="BE", **codes)
    reader = MembershipFactory(role="auditor", **{kind: codes[kind]}).user
    found = within(reader, Permission.READ_INCIDENTS, establishment="id", site="")
    assert list(Establishment.objects.filter(found)) == [here]
    assert reader.may(Permission.READ_INCIDENTS, at=here.place)
    assert not reader.may(Permission.READ_INCIDENTS, at=there.place)
    reader.scope = f"{kind}:{codes[kind]}"
    narrowed = scoped(reader, establishment="id", site="")
    assert there not in Establishment.objects.filter(narrowed)


def test_no_two_nations_of_the_reference_use_the_same_code():
    """Memberships name regions by code alone: a nation that shares one needs its own column."""
    for codes in (catalogue.regions, catalogue.departments):
        found = [code for country in catalogue.countries() for code in codes(country)]
        assert len(found) == len(set(found))
