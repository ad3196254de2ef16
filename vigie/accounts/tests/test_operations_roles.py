from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts import operations
from vigie.accounts.models import ApiToken, Delegation
from vigie.accounts.rules import (
    AlreadyHeld,
    BadDates,
    NotHere,
    Operator,
    OwnRights,
    Permission,
    TooLong,
    TooMuch,
    UnfitRole,
    UnknownTerritory,
)
from vigie.accounts.tests.factories import (
    DelegationFactory,
    MembershipFactory,
    UserFactory,
    again,
    ago,
    ahead,
    person,
)
from vigie.audit.models import Event
from vigie.establishments.rules import Territory
from vigie.establishments.tests.factories import (
    EstablishmentFactory,
    GroupMemberFactory,
    SiteFactory,
)
from vigie.kernel import clock

pytestmark = pytest.mark.django_db


def give(by, to, role, where, **dates):
    return operations.give_membership(
        by=by,
        person=to,
        role=role,
        territory=Territory.parse(where),
        now=clock.now(),
        **dates,
    )


class TestGiving:
    def test_a_role_is_given_and_journalled(self):
        here = EstablishmentFactory()
        by, to = person("administrator", here), person("declarant", here)
        held = give(by, to, "rssi", f"ej:{here.finess}")
        assert (held.user, held.role, held.establishment) == (to, "rssi", here)
        assert again(to).may(Permission.DECLARE, at=here.place)
        event = Event.objects.get()
        assert (event.actor, event.verb, event.target) == (
            by.journal_name,
            "membership.given",
            to.journal_name,
        )
        assert event.details == {"role": "rssi", "territory": f"ej:{here.finess}"}

    def test_nobody_gives_a_role_beyond_their_territory(self):
        here, there = EstablishmentFactory(), EstablishmentFactory()
        by, to = person("administrator", here), person("declarant", here)
        for where in (f"ej:{there.finess}", "region:84", "nation:FR"):
            role = "auditor"
            with pytest.raises(PermissionDenied):
                give(by, to, role, where)
        assert not Event.objects.exists()

    def test_an_administrator_of_a_region_gives_roles_in_it(self):
        inside = EstablishmentFactory(region="84", department="69")
        outside = EstablishmentFactory(region="11", department="75")
        by, to = person("administrator", region="84"), person("declarant", inside)
        give(by, to, "rssi", f"ej:{inside.finess}")
        give(by, to, "auditor", "department:69")
        give(by, to, "auditor", "region:84")
        for where in (f"ej:{outside.finess}", "department:75", "region:11", "nation:FR"):
            with pytest.raises(PermissionDenied):
                give(by, to, "auditor", where)

    def test_an_administrator_of_a_site_gives_nothing_on_its_establishment(self):
        site = SiteFactory()
        by, to = person("administrator", site=site), person("declarant", site=site)
        give(by, to, "rssi", f"et:{site.finess}")
        with pytest.raises(PermissionDenied):
            give(by, to, "rssi", f"ej:{site.establishment.finess}")

    def test_an_administrator_of_a_group_gives_roles_on_it_and_its_members(self):
        member = GroupMemberFactory()
        group, inside = member.group, member.establishment
        by, to = person("administrator", group=group), person("declarant", inside)
        give(by, to, "rssi", f"group:{group.code}")
        give(by, to, "dpo", f"ej:{inside.finess}")
        with pytest.raises(PermissionDenied):
            give(by, to, "rssi", f"ej:{EstablishmentFactory().finess}")

    def test_nobody_gives_a_role_to_themselves(self):
        here = EstablishmentFactory()
        by = person("administrator", here)
        with pytest.raises(OwnRights):
            give(by, by, "rssi", f"ej:{here.finess}")

    def test_nobody_gives_a_role_to_a_stranger(self):
        here = EstablishmentFactory()
        stranger = person("rssi", EstablishmentFactory())
        with pytest.raises(PermissionDenied):
            give(person("administrator", here), stranger, "rssi", f"ej:{here.finess}")

    @pytest.mark.parametrize("role", ["rssi", "director", "cert_lead", "auditor"])
    def test_only_administrators_give_roles(self, role):
        by = person(role)
        here = by.memberships.get().establishment or EstablishmentFactory()
        with pytest.raises(PermissionDenied):
            give(by, person("declarant", here), "rssi", f"ej:{here.finess}")

    def test_a_role_must_fit_the_territory(self):
        with pytest.raises(UnfitRole):
            give(Operator(), UserFactory(), "rssi", "region:84")

    @pytest.mark.parametrize("where", ["region:00", "nation:XX", "ej:000000000", "group:GHT-0"])
    def test_a_territory_must_exist(self, where):
        with pytest.raises(UnknownTerritory):
            give(Operator(), UserFactory(), "auditor", where)

    def test_a_role_is_held_once(self):
        held = MembershipFactory()
        where = f"ej:{held.establishment.finess}"
        with pytest.raises(AlreadyHeld):
            give(Operator(), held.user, "rssi", where)

    def test_a_role_that_is_over_is_given_again(self):
        past = MembershipFactory(valid_to=ago(days=1))
        assert give(Operator(), past.user, "rssi", f"ej:{past.establishment.finess}")

    @pytest.mark.parametrize(("starts", "ends"), [(5, 4), (5, 5), (-5, -4), (None, 0)], ids=str)
    def test_the_end_comes_after_the_start_and_after_now(self, starts, ends):
        now, here = clock.now(), EstablishmentFactory()
        with pytest.raises(BadDates):
            operations.give_membership(
                by=Operator(),
                person=UserFactory(),
                role="rssi",
                territory=Territory.parse(f"ej:{here.finess}"),
                now=now,
                valid_from=None if starts is None else now + timedelta(days=starts),
                valid_to=now + timedelta(days=ends),
            )


class TestEnding:
    def test_an_ended_role_opens_nothing_any_more(self):
        held = MembershipFactory()
        by = person("administrator", held.establishment)
        operations.end_membership(by=by, membership=held, now=clock.now())
        assert not again(held.user).may(Permission.READ_INCIDENTS)
        assert Event.objects.get().verb == "membership.ended"

    def test_ending_twice_writes_one_line(self):
        held = MembershipFactory()
        for _ in range(2):
            operations.end_membership(by=Operator(), membership=held, now=clock.now())
        assert Event.objects.count() == 1

    def test_a_role_that_did_not_begin_never_counts(self):
        held = MembershipFactory(valid_from=ahead(days=3))
        operations.end_membership(by=Operator(), membership=held, now=clock.now())
        assert held.valid_to == held.valid_from

    def test_nobody_ends_a_role_beyond_their_territory(self):
        held = MembershipFactory()
        by = person("administrator", EstablishmentFactory())
        with pytest.raises(PermissionDenied):
            operations.end_membership(by=by, membership=held, now=clock.now())
        held.refresh_from_db()
        assert held.valid_to is None

    def test_the_last_administrator_cannot_strip_themselves(self):
        by = person("administrator", EstablishmentFactory())
        with pytest.raises(OwnRights):
            operations.end_membership(by=by, membership=by.memberships.get(), now=clock.now())

    def test_a_directors_delegations_end_with_the_role(self):
        held = MembershipFactory(role="director")
        lent = DelegationFactory(by=held.user, establishment=held.establishment)
        elsewhere = MembershipFactory(user=held.user, role="director").establishment
        kept = DelegationFactory(by=held.user, establishment=elsewhere)
        operations.end_membership(by=Operator(), membership=held, now=clock.now())
        lent.refresh_from_db()
        kept.refresh_from_db()
        assert lent.revoked_at
        assert kept.revoked_at is None


class TestDelegating:
    def lend(self, by, to, here, **changes):
        now = clock.now()
        wanted = {"until": now + timedelta(days=30), **changes}
        return operations.delegate(by=by, to=to, establishment=here, now=now, **wanted)

    def test_a_director_delegates_declaring(self, outbox, settings):
        settings.VIGIE_URL = "https://vigie.ch.example"
        here = EstablishmentFactory()
        by, to = person("director", here), person("dpo", here)
        assert not to.may(Permission.DECLARE, at=here.place)
        self.lend(by, to, here)
        assert again(to).may(Permission.DECLARE, at=here.place)
        assert Event.objects.get().verb == "delegation.given"
        assert outbox[0].to == to.email
        assert "https://vigie.ch.example/delegations/" in outbox[0].body

    @pytest.mark.parametrize("role", ["rssi", "dsi", "dpo", "declarant", "administrator"])
    def test_only_a_director_delegates(self, role):
        here = EstablishmentFactory()
        with pytest.raises(PermissionDenied):
            self.lend(person(role, here), person("declarant", here), here)

    def test_a_director_delegates_for_their_own_house_alone(self):
        here, there = EstablishmentFactory(), EstablishmentFactory()
        with pytest.raises(PermissionDenied):
            self.lend(person("director", here), person("rssi", there), there)

    def test_a_delegation_goes_to_somebody_of_the_house(self):
        here = EstablishmentFactory()
        with pytest.raises(NotHere):
            self.lend(person("director", here), person("rssi", EstablishmentFactory()), here)

    def test_nobody_delegates_to_themselves(self):
        here = EstablishmentFactory()
        by = person("director", here)
        with pytest.raises(OwnRights):
            self.lend(by, by, here)

    def test_a_delegation_ends_within_a_year(self):
        here = EstablishmentFactory()
        by, to = person("director", here), person("rssi", here)
        with pytest.raises(TooLong):
            self.lend(by, to, here, until=ahead(days=400))
        with pytest.raises(BadDates):
            self.lend(by, to, here, until=ago(days=1))

    def test_giver_and_receiver_may_end_it(self):
        for who in ("by", "to"):
            lent = DelegationFactory()
            operations.revoke_delegation(by=getattr(lent, who), delegation=lent, now=clock.now())
            assert Delegation.objects.get(pk=lent.pk).revoked_at

    def test_the_next_director_may_end_it_and_others_may_not(self):
        lent = DelegationFactory()
        with pytest.raises(PermissionDenied):
            operations.revoke_delegation(
                by=person("rssi", lent.establishment), delegation=lent, now=clock.now()
            )
        operations.revoke_delegation(
            by=person("director", lent.establishment), delegation=lent, now=clock.now()
        )
        assert Delegation.objects.get(pk=lent.pk).revoked_at


class TestTokens:
    def make(self, by, *scopes, days=30, **more):
        now = clock.now()
        ends = now + timedelta(days=days)
        return operations.create_token(
            by=by, name="Tableau de bord", scopes=scopes, expires_at=ends, now=now, **more
        )

    def test_the_secret_is_shown_once_and_kept_nowhere(self):
        made = self.make(person("rssi"), Permission.READ_INCIDENTS)
        assert made.secret.startswith("vig_")
        assert len(made.secret) >= 4 + 43  # 256 bits in base 64
        stored = {str(value) for value in ApiToken.objects.values().get().values()}
        assert not any(made.secret in value for value in stored)
        assert made.secret not in str(Event.objects.values().get())

    def test_a_token_is_made_for_what_its_owner_may(self):
        me = person("dpo")
        with pytest.raises(TooMuch):
            self.make(me, Permission.READ_INCIDENTS, Permission.QUALIFY)
        with pytest.raises(TooMuch):
            self.make(me)
        assert not ApiToken.objects.exists()

    @pytest.mark.parametrize(("days", "refused"), [(0, BadDates), (-1, BadDates), (367, TooLong)])
    def test_a_token_lives_a_year_at_most(self, days, refused):
        with pytest.raises(refused):
            self.make(person("rssi"), Permission.READ_INCIDENTS, days=days)

    def test_the_journal_says_who_made_it(self):
        me = person("rssi")
        self.make(me, Permission.READ_INCIDENTS, actor="system:cli")
        event = Event.objects.get()
        assert (event.actor, event.target) == ("system:cli", me.journal_name)

    def test_its_owner_and_an_administrator_revoke_it(self):
        me = person("rssi")
        administrator = person("administrator", me.memberships.get().establishment)
        for by in (me, administrator):
            token = self.make(me, Permission.READ_INCIDENTS).token
            operations.revoke_token(by=by, token=token, now=clock.now())
            assert ApiToken.objects.get(pk=token.pk).revoked_at

    def test_a_colleague_does_not(self):
        me = person("rssi")
        token = self.make(me, Permission.READ_INCIDENTS).token
        colleague = person("director", me.memberships.get().establishment)
        with pytest.raises(PermissionDenied):
            operations.revoke_token(by=colleague, token=token, now=clock.now())

    def test_its_use_is_kept_by_the_day(self):
        token = self.make(person("rssi"), Permission.READ_INCIDENTS).token
        today = clock.now()
        for moment in (today, today, today + timedelta(days=1)):
            operations.note_token_use(token=token, now=moment)
        used = Event.objects.filter(verb="token.used")
        assert used.count() == 2
        assert ApiToken.objects.get().last_used_on == (today + timedelta(days=1)).date()

    def test_the_database_keeps_no_token_that_ends_before_it_starts(self):
        now = clock.now()
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.create(
                user=UserFactory(),
                name="x",
                token_hash="0" * 64,
                hint="vig_",
                created_at=now,
                expires_at=now,
            )
