import re
import time
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from vigie.accounts import operations, queries
from vigie.accounts.models import Invitation, User
from vigie.accounts.operations import Newcomer
from vigie.accounts.rules import (
    AlreadyHeld,
    BadDates,
    InvitationOver,
    Operator,
    OtherAddress,
    OwnRights,
    Permission,
    SignInFirst,
    UnfitRole,
)
from vigie.accounts.tests.factories import (
    PASSWORD,
    MembershipFactory,
    UserFactory,
    again,
    ago,
    person,
)
from vigie.audit.models import Event, People
from vigie.establishments.rules import Territory
from vigie.establishments.tests.factories import EstablishmentFactory
from vigie.kernel import clock
from vigie.messages.queries import sent_about
from vigie.messages.rules import State

pytestmark = pytest.mark.django_db
NEW = "nouveau@ch.example"
NEWCOMER = Newcomer("Nour", "Haddad", PASSWORD)


@pytest.fixture
def here():
    return EstablishmentFactory()


@pytest.fixture
def administrator(here):
    return person("administrator", here)


def invite(by, here, email=NEW, role="rssi", **more):
    return operations.invite(
        by=by,
        email=email,
        role=role,
        territory=Territory.parse(f"ej:{here.finess}"),
        now=clock.now(),
        **more,
    )


def secret_of(made):
    return made.link.rstrip("/").rpartition("/")[2]


def test_a_newcomer_gets_an_account_and_the_role(here, administrator):
    made = invite(administrator, here)
    joined = operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())
    assert (joined.email, joined.full_name) == (NEW, "Nour Haddad")
    assert joined.check_password(PASSWORD)
    assert again(joined).may(Permission.READ_INCIDENTS, at=here.place)
    assert [e.verb for e in Event.objects.order_by("id")] == [
        "invitation.sent",
        "person.joined",
        "membership.given",
        "invitation.accepted",
    ]


def test_the_role_was_given_by_who_invited(here, administrator):
    made = invite(administrator, here)
    operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())
    assert Event.objects.get(verb="membership.given").actor == administrator.journal_name


def test_a_link_works_once(here, administrator):
    made = invite(administrator, here)
    operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())
    with pytest.raises(InvitationOver):
        operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())


def test_the_secret_is_stored_nowhere(here, administrator):
    made = invite(administrator, here)
    secret = secret_of(made)
    assert len(secret) >= 43  # 256 bits in base 64
    assert secret not in str(Invitation.objects.values().get())
    assert secret not in str(list(Event.objects.values())) + str(list(People.objects.values()))


def test_a_link_dies_after_a_week(here, administrator):
    made = invite(administrator, here)
    late = {"created_at": ago(days=8), "expires_at": ago(days=1)}
    Invitation.objects.update(**late)
    with pytest.raises(InvitationOver):
        operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())
    assert made.invitation.expires_at - made.invitation.created_at == timedelta(days=7)


@pytest.mark.parametrize("secret", ["", "x", "vig_0000", "🙂"])
def test_a_made_up_link_opens_nothing(secret, here, administrator):
    invite(administrator, here)
    with pytest.raises(InvitationOver):
        operations.join(secret=secret, newcomer=NEWCOMER, now=clock.now())


def test_a_revoked_link_opens_nothing(here, administrator):
    made = invite(administrator, here)
    operations.revoke_invitation(by=administrator, invitation=made.invitation, now=clock.now())
    with pytest.raises(InvitationOver):
        operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())


def test_a_second_invitation_replaces_the_first(here, administrator):
    first, second = invite(administrator, here), invite(administrator, here)
    with pytest.raises(InvitationOver):
        operations.join(secret=secret_of(first), newcomer=NEWCOMER, now=clock.now())
    assert operations.join(secret=secret_of(second), newcomer=NEWCOMER, now=clock.now())


def test_what_the_sender_may_no_longer_give_is_not_given(here, administrator):
    made = invite(administrator, here)
    administrator.memberships.update(valid_to=ago(days=1))
    with pytest.raises(InvitationOver):
        operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())
    assert not User.objects.filter(email=NEW).exists()


def test_an_address_with_an_account_signs_in_first(here, administrator):
    UserFactory(email=NEW)
    made = invite(administrator, here)
    with pytest.raises(SignInFirst):
        operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())


def test_its_owner_accepts_when_signed_in(here, administrator):
    owner = UserFactory(email=NEW)
    made = invite(administrator, here, email=NEW.upper())
    operations.accept_invitation(by=owner, secret=secret_of(made), now=clock.now())
    assert again(owner).may(Permission.READ_INCIDENTS, at=here.place)


def test_somebody_else_does_not(here, administrator):
    made = invite(administrator, here)
    with pytest.raises(OtherAddress):
        operations.accept_invitation(by=UserFactory(), secret=secret_of(made), now=clock.now())
    assert Invitation.objects.get().accepted_at is None


def test_the_role_may_end_by_itself(here, administrator):
    ends = clock.now() + timedelta(days=90)
    made = invite(administrator, here, membership_until=ends)
    joined = operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())
    assert joined.memberships.get().valid_to == ends


@pytest.mark.parametrize("role", ["rssi", "director", "auditor", "dpo"])
def test_only_administrators_invite(role, here):
    with pytest.raises(PermissionDenied):
        invite(person(role, here), here)


def test_nobody_invites_beyond_their_territory(administrator):
    with pytest.raises(PermissionDenied):
        invite(administrator, EstablishmentFactory())


def test_nobody_revokes_beyond_their_territory(here, administrator):
    made = invite(administrator, here)
    with pytest.raises(PermissionDenied):
        operations.revoke_invitation(
            by=person("administrator", EstablishmentFactory()),
            invitation=made.invitation,
            now=clock.now(),
        )


def test_a_wider_administrator_sees_and_revokes_it(here, administrator):
    made = invite(administrator, here)
    wider = person("administrator", nation="FR")
    assert list(queries.visible_invitations(wider)) == [made.invitation]
    operations.revoke_invitation(by=wider, invitation=made.invitation, now=clock.now())
    assert not Invitation.objects.open().exists()


def test_what_makes_no_sense_is_refused(here, administrator):
    with pytest.raises(UnfitRole):
        invite(administrator, here, role="cert_lead")
    with pytest.raises(OwnRights):
        invite(administrator, here, email=administrator.email.upper())
    with pytest.raises(BadDates):
        invite(administrator, here, membership_until=ago(days=1))
    MembershipFactory(user__email=NEW, establishment=here)
    with pytest.raises(AlreadyHeld):
        invite(administrator, here)
    assert not Invitation.objects.exists()


def test_the_command_line_invites_the_first_administrator(here):
    made = invite(Operator(), here, role="administrator")
    joined = operations.join(secret=secret_of(made), newcomer=NEWCOMER, now=clock.now())
    assert again(joined).may(Permission.MANAGE_PEOPLE, at=here.place)


class TestLetter:
    @pytest.fixture(autouse=True)
    def served_at(self, settings):
        settings.VIGIE_URL = "https://vigie.ch.example"

    def test_links_begin_with_the_address_of_the_settings(self, administrator, here, outbox):
        made = invite(administrator, here)
        links = re.findall(r"https?://\S+", outbox[0].body)
        assert links == [made.link]
        assert made.link.startswith("https://vigie.ch.example/invitation/")

    def test_it_is_written_in_the_language_of_who_invites(self, administrator, here, outbox):
        User.objects.filter(pk=administrator.pk).update(language="en")
        invite(again(administrator), here)
        assert outbox[0].subject == "Invitation to join Vigie"

    def test_its_link_cannot_be_read_in_the_database(self, administrator, here, outbox):
        made = invite(administrator, here)
        assert made.link in outbox[0].body
        assert made.link not in outbox[0].row.text
        assert outbox[0].row.not_after == made.invitation.expires_at

    def test_without_a_mail_server_the_link_is_to_be_given_by_hand(self, administrator, here):
        assert not invite(administrator, here).by_mail

    def test_with_one_the_letter_waits_for_it(self, administrator, here, settings):
        settings.SMTP_HOST = "mail.ch.example"
        made = invite(administrator, here)
        assert made.by_mail
        assert sent_about(f"invitation:{made.invitation.pk}").get().state == State.WAITING

    def test_a_mail_server_that_swallows_everything_holds_nobody_up(
        self, administrator, here, settings, silent_server
    ):
        settings.SMTP_HOST, settings.SMTP_PORT = "127.0.0.1", silent_server
        started = time.monotonic()
        invite(administrator, here)
        assert time.monotonic() - started < 2
        assert Invitation.objects.open().count() == 1

    def test_a_letter_that_waits_is_withdrawn_with_its_invitation(self, administrator, here):
        first = invite(administrator, here).invitation
        second = invite(administrator, here).invitation  # takes the place of the first
        operations.revoke_invitation(by=administrator, invitation=second, now=clock.now())
        for invitation in (first, second):
            letter = sent_about(f"invitation:{invitation.pk}").get()
            assert (letter.state, letter.text) == (State.WITHDRAWN, "")
