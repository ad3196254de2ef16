import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied

from vigie.accounts import operations
from vigie.accounts.models import User
from vigie.accounts.rules import AddressTaken, Operator, OwnRights
from vigie.accounts.tests.factories import (
    DelegationFactory,
    MembershipFactory,
    UserFactory,
    again,
    ago,
    person,
)
from vigie.audit.models import Event, People
from vigie.establishments.tests.factories import EstablishmentFactory
from vigie.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return EstablishmentFactory()


@pytest.fixture
def administrator(here):
    return person("administrator", here)


def journal():
    return [(e.actor, e.verb, e.target) for e in Event.objects.order_by("id")]


def test_the_command_line_opens_an_account():
    made = operations.create_user(
        by=Operator(), email="Claire.Morel@CH.example", now=clock.now(), first_name="Claire"
    )
    assert (made.email, made.first_name) == ("claire.morel@ch.example", "Claire")
    assert not made.has_usable_password()
    assert journal() == [("system:cli", "person.created", made.journal_name)]


def test_the_journal_keeps_the_address_apart():
    operations.create_user(by=Operator(), email="claire@ch.example", now=clock.now())
    assert "claire" not in str(Event.objects.get().details)
    assert People.objects.get().content == {"email": "claire@ch.example"}


def test_an_address_has_one_account_whatever_the_capitals():
    UserFactory(email="claire@ch.example")
    with pytest.raises(AddressTaken):
        operations.create_user(by=Operator(), email="CLAIRE@ch.example", now=clock.now())


def test_a_person_changes_their_own_profile():
    me = UserFactory(first_name="Claire")
    operations.change_profile(by=me, now=clock.now(), first_name="Clara", phone="01 99 00 12 34")
    assert again(me).first_name == "Clara"
    assert journal() == [(me.journal_name, "person.changed", me.journal_name)]
    assert "Clara" not in str(Event.objects.get().details)


def test_how_pages_look_is_nobodys_business():
    me = UserFactory()
    operations.change_profile(by=me, now=clock.now(), language="en", theme="dark")
    assert (again(me).language, again(me).theme) == ("en", "dark")
    assert journal() == []


def test_nobody_changes_their_own_address():
    with pytest.raises(TypeError):
        operations.change_profile(by=UserFactory(), now=clock.now(), email="x@ch.example")


def test_an_administrator_corrects_whom_they_administer(here, administrator):
    someone = person("rssi", here)
    operations.correct_person(
        by=administrator, person=someone, now=clock.now(), email="Neuve@ch.example", job="RSSI"
    )
    assert (again(someone).email, again(someone).job) == ("neuve@ch.example", "RSSI")
    assert journal()[-1][1:] == ("person.corrected", someone.journal_name)


def test_a_corrected_address_must_be_free(here, administrator):
    UserFactory(email="prise@ch.example")
    someone = person("rssi", here)
    with pytest.raises(AddressTaken):
        operations.correct_person(
            by=administrator, person=someone, now=clock.now(), email="PRISE@ch.example"
        )


ACTS = [
    operations.deactivate_person,
    operations.reactivate_person,
    operations.reset_second_factor,
    operations.end_sessions,
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_nobody_acts_on_a_person_beyond_their_territory(act, administrator):
    someone = person("rssi", EstablishmentFactory())
    with pytest.raises(PermissionDenied):
        act(by=administrator, person=someone, now=clock.now())
    assert again(someone).is_active
    assert journal() == []


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_one_role_elsewhere_puts_a_person_out_of_reach(act, here, administrator):
    someone = person("rssi", here)
    MembershipFactory(user=someone, role="cert_lead", nation="FR")
    with pytest.raises(PermissionDenied):
        act(by=administrator, person=someone, now=clock.now())


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_nobody_acts_on_themselves(act, administrator):
    with pytest.raises(OwnRights):
        act(by=administrator, person=administrator, now=clock.now())


@pytest.mark.parametrize("role", ["rssi", "director", "auditor"])
def test_only_administrators_close_accounts(role, here):
    with pytest.raises(PermissionDenied):
        operations.deactivate_person(
            by=person(role, here), person=person("rssi", here), now=clock.now()
        )


def test_a_closed_account_loses_sessions_and_what_it_delegated(client, here, administrator):
    director = person("director", here)
    lent = DelegationFactory(by=director, establishment=here)
    client.force_login(director)
    UserSession.objects.create(
        user=director, session_key=client.session.session_key, ip="127.0.0.1", user_agent="x"
    )
    operations.deactivate_person(by=administrator, person=director, now=clock.now())
    lent.refresh_from_db()
    assert lent.revoked_at
    assert not UserSession.objects.exists()
    assert client.get("/account/").status_code == 302
    assert [verb for _, verb, _ in journal()] == ["delegation.revoked", "person.deactivated"]


def test_a_closed_account_opens_again(here, administrator):
    someone = person("rssi", here)
    operations.deactivate_person(by=administrator, person=someone, now=clock.now())
    operations.reactivate_person(by=administrator, person=someone, now=clock.now())
    assert again(someone).is_active


def test_somebody_whose_roles_are_over_stays_within_reach(here, administrator):
    past = MembershipFactory(establishment=here, valid_to=ago(days=1))
    operations.deactivate_person(by=administrator, person=past.user, now=clock.now())
    assert not again(past.user).is_active


def test_a_lost_second_factor_is_reset_and_its_owner_told(here, administrator, outbox):
    someone = person("rssi", here)
    Authenticator.objects.create(user=someone, type="totp", data={})
    operations.reset_second_factor(by=administrator, person=someone, now=clock.now())
    assert not Authenticator.objects.exists()
    assert [letter.to for letter in outbox] == [someone.email]
    assert "second facteur" in outbox[0].body


def test_ending_ones_other_sessions_keeps_this_one(here):
    me = UserFactory()
    for key in ("this", "that", "other"):
        UserSession.objects.create(user=me, session_key=key, ip="127.0.0.1", user_agent="x")
    assert operations.end_other_sessions(by=me, kept="this", now=clock.now()) == 2
    assert [s.session_key for s in UserSession.objects.all()] == ["this"]


def test_two_people_may_not_share_an_address_in_the_database():
    UserFactory(email="claire@ch.example")
    with pytest.raises(Exception, match=r"one_user_per_email|UNIQUE"):
        User.objects.create(email="Claire@ch.example")
