"""Sign-in by a directory, against a real OpenID Connect provider in a process of its own."""

import re
from html import unescape
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from config.environment import openid_connect
from conftest import ReadOnlyGetClient
from vigie.accounts import operations
from vigie.accounts.models import User
from vigie.accounts.tests.factories import PASSWORD, UserFactory, again, person
from vigie.accounts.tests.provider import running_provider
from vigie.accounts.tests.test_second_factor import SECRET, code_of, with_application
from vigie.audit.models import Event
from vigie.establishments.rules import Territory
from vigie.establishments.tests.factories import EstablishmentFactory
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
DIRECTORY = "/account/directory/directory/"
STRONG, WEAK = "https://ch.example/acr/strong", "https://ch.example/acr/password"
CLAIRE = {
    "sub": "899700000001",
    "given_name": "Claire",
    "family_name": "Morel",
    "email": "claire.morel@ch.example",
    "email_verified": True,
    "acr": STRONG,
    "SubjectNameID": "ANS123",
}
HUGO = {**CLAIRE, "sub": "899700000002", "given_name": "Hugo", "acr": WEAK}
PLAIN = {**CLAIRE, "sub": "899700000003"}
del PLAIN["acr"]


class Browser(ReadOnlyGetClient):
    """A client whose GET may write: the protocol brings its answers by GET."""

    get = Client.get


@pytest.fixture
def client():
    return Browser()


@pytest.fixture(scope="module")
def provider():
    """The address of a provider that knows three people."""
    with running_provider(CLAIRE, HUGO, PLAIN) as address:
        yield address


@pytest.fixture(autouse=True)
def directory(settings, provider, monkeypatch):
    monkeypatch.setenv("VIGIE_OIDC_CLIENT_SECRET", "known to the provider")
    settings.OIDC_ISSUER = provider
    settings.OIDC_ACR = [STRONG]
    settings.SOCIALACCOUNT_PROVIDERS = openid_connect(provider, [STRONG])


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *args):
        """Follow nothing: the test does it with its own client."""


def leave(client, process="login", target=""):
    """Press the button and return the address at the provider that the page leads to."""
    wish = urlencode({"process": process, **({"next": target} if target else {})})
    page = client.post(f"{DIRECTORY}?{wish}")
    assert page.status_code == 200
    return unescape(re.search(r'http-equiv="refresh"\s+content="0;\s*url=([^"]+)"', page.text)[1])


def say_yes(address, sub):
    """Sign in at the provider and return the path that it sends the browser back to."""
    asked = Request(address, urlencode({"sub": sub}).encode(), method="POST")  # noqa: S310
    with pytest.raises(HTTPError) as answer:  # a redirect that is not followed counts as one
        build_opener(Stay).open(asked)
    answer.value.close()
    back = urlsplit(answer.value.headers["Location"])
    return f"{back.path}?{back.query}"


def through(client, who, **wish):
    return client.get(say_yes(leave(client, **wish), who["sub"]))


def linked(user, who):
    SocialAccount.objects.create(user=user, provider="directory", uid=who["sub"])
    return user


def signed_in_as(client):
    return client.session.get("_auth_user_id")


def test_the_browser_is_asked_for_the_level_and_a_proof_of_its_own(client, provider):
    address = leave(client)
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(provider)
    assert asked["acr_values"] == [STRONG]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"]
    assert asked["redirect_uri"] == [f"http://testserver{DIRECTORY}back/"]


def test_a_form_leads_to_vigie_alone(client):
    """A redirect would be blocked by the policy form-action 'self'; the page is not."""
    page = client.post(DIRECTORY)
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert client.get(DIRECTORY).headers["Location"] == "/account/sign-in/"


def test_a_linked_person_signs_in(client):
    me = linked(person("rssi"), CLAIRE)
    answer = through(client, CLAIRE, target="/account/")
    assert answer.headers["Location"] == "/account/"
    assert signed_in_as(client) == str(me.pk)


def test_a_level_that_was_listed_counts_as_second_factor(client):
    linked(person("rssi"), CLAIRE)
    through(client, CLAIRE)
    assert client.get("/account/").status_code == 200
    ways = Event.objects.get(verb="person.signed_in").details["ways"]
    assert ways == ["socialaccount", "directory"]


@pytest.mark.parametrize("who", [HUGO, PLAIN], ids=["other level", "no level"])
def test_any_other_level_does_not(client, who):
    linked(person("rssi"), who)
    through(client, who)
    assert client.get("/account/").headers["Location"].startswith("/account/second-factor/start/")


def test_no_level_counts_where_none_is_listed(client, settings):
    settings.OIDC_ACR = []
    linked(person("rssi"), CLAIRE)
    through(client, CLAIRE)
    assert client.get("/account/").status_code == 302


def test_who_has_an_application_is_asked_for_its_code_all_the_same(client):
    linked(with_application(person("rssi")), HUGO)
    assert through(client, HUGO).headers["Location"] == "/account/second-factor/give/"
    client.post("/account/second-factor/give/", {"code": code_of(SECRET)})
    assert client.get("/account/").status_code == 200


def test_unless_the_directory_vouches_for_more(client):
    linked(with_application(person("rssi")), CLAIRE)
    through(client, CLAIRE)
    assert client.get("/account/").status_code == 200


def test_nobody_gets_an_account_by_being_in_the_directory(client):
    answer = through(client, CLAIRE)
    assert answer.status_code == 200
    assert "Vigie pas encore" in answer.text
    assert not User.objects.exists()
    assert signed_in_as(client) is None


def test_an_address_in_the_directory_opens_no_account_here(client):
    me = UserFactory(email=CLAIRE["email"])
    through(client, CLAIRE)
    assert signed_in_as(client) is None
    assert not SocialAccount.objects.filter(user=me).exists()


def test_a_closed_account_stays_closed(client):
    linked(UserFactory(is_active=False), CLAIRE)
    assert through(client, CLAIRE).headers["Location"] == "/account/closed/"
    assert signed_in_as(client) is None


def test_a_signed_in_person_links_their_account(client, outbox):
    me = person("rssi")
    client.force_login(me)
    through(client, CLAIRE, process="connect")
    assert SocialAccount.objects.get().user == me
    assert Event.objects.filter(verb="person.directory_linked", actor=me.journal_name).exists()
    assert outbox[0].to == me.email


def test_linking_asks_again_when_the_last_proof_is_old(client):
    me = person("rssi")
    client.force_login(me)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    answer = through(client, CLAIRE, process="connect")
    assert answer.headers["Location"].startswith("/account/confirm/")
    assert not SocialAccount.objects.exists()
    client.post("/account/confirm/", {"password": PASSWORD})
    assert SocialAccount.objects.get().user == me


def test_nobody_links_what_is_anothers(client):
    owner = linked(UserFactory(), CLAIRE)
    client.force_login(UserFactory())
    through(client, CLAIRE, process="connect")
    assert SocialAccount.objects.get().user == owner


def test_the_link_is_ended_on_the_profile(client):
    me = linked(UserFactory(), CLAIRE)
    client.force_login(me)
    account = SocialAccount.objects.get()
    client.post("/account/directory/unlink/", {"account": account.pk})
    assert not SocialAccount.objects.exists()
    assert Event.objects.filter(verb="person.directory_unlinked").exists()


def test_the_only_way_in_is_not_cut(client):
    me = linked(UserFactory(), CLAIRE)
    me.set_unusable_password()
    me.save()
    client.force_login(me)
    answer = client.post("/account/directory/unlink/", {"account": SocialAccount.objects.get().pk})
    assert answer.status_code == 422
    assert SocialAccount.objects.exists()


def test_little_of_what_the_directory_says_is_kept(client):
    linked(person("rssi"), CLAIRE)
    through(client, CLAIRE)
    kept = str(SocialAccount.objects.get().extra_data)
    assert "Morel" in kept
    assert "ANS123" not in kept


class TestInvited:
    def invite(self, client):
        here = EstablishmentFactory()
        made = operations.invite(
            by=person("administrator", here),
            email="nouvelle@ch.example",
            role="rssi",
            territory=Territory.parse(f"ej:{here.finess}"),
            now=clock.now(),
        )
        client.get(urlsplit(made.link).path)
        return here, made

    def test_a_newcomer_joins_without_a_password(self, client):
        here, made = self.invite(client)
        through(client, CLAIRE)
        joined = User.objects.get(email="nouvelle@ch.example")
        assert signed_in_as(client) == str(joined.pk)
        assert joined.full_name == "Claire Morel"
        assert not joined.has_usable_password()
        assert again(joined).may("incidents.read", at=here.place)
        made.invitation.refresh_from_db()
        assert made.invitation.accepted_by == joined

    def test_the_link_works_once(self, client):
        self.invite(client)
        through(client, CLAIRE)
        client.post("/account/sign-out/")
        through(client, HUGO)
        assert signed_in_as(client) is None

    def test_a_revoked_invitation_lets_nobody_in(self, client):
        _here, made = self.invite(client)
        operations.revoke_invitation(
            by=made.invitation.invited_by, invitation=made.invitation, now=clock.now()
        )
        assert through(client, CLAIRE).headers["Location"] == "/invitation/"
        assert not User.objects.filter(email="nouvelle@ch.example").exists()

    def test_an_account_with_that_address_signs_in_by_itself(self, client):
        self.invite(client)
        owner = UserFactory(email="nouvelle@ch.example")
        through(client, CLAIRE)
        assert signed_in_as(client) is None
        assert not SocialAccount.objects.filter(user=owner).exists()


class TestTrouble:
    def test_a_refusal_at_the_directory_is_told(self, client):
        state = parse_qs(urlsplit(leave(client)).query)["state"][0]
        answer = client.get(f"{DIRECTORY}back/?error=access_denied&state={state}")
        assert answer.headers["Location"] == "/account/directory/cancelled/"
        assert client.get(answer.headers["Location"]).status_code == 200

    @pytest.mark.parametrize("query", ["", "?code=x&state=y", "?error=server_error&state=y"])
    def test_an_answer_that_nobody_asked_for_opens_nothing(self, client, query):
        linked(person("rssi"), CLAIRE)
        answer = client.get(f"{DIRECTORY}back/{query}")
        assert answer.status_code == 401
        assert signed_in_as(client) is None

    def test_an_answer_is_taken_once(self, client):
        linked(person("rssi"), CLAIRE)
        back = say_yes(leave(client), CLAIRE["sub"])
        client.get(back)
        client.post("/account/sign-out/")
        assert client.get(back).status_code == 401
        assert signed_in_as(client) is None

    def test_an_answer_to_somebody_elses_browser_opens_nothing(self, client):
        linked(person("rssi"), CLAIRE)
        back = say_yes(leave(client), CLAIRE["sub"])
        other = type(client)()
        assert other.get(back).status_code == 401
        assert signed_in_as(other) is None

    def test_a_directory_that_is_down_leaves_the_other_ways(self, client, settings, free_port):
        settings.SOCIALACCOUNT_PROVIDERS = openid_connect(f"http://127.0.0.1:{free_port}", [])
        answer = client.post(DIRECTORY)
        assert answer.status_code == 503
        assert "marchent sans lui" in answer.text
        assert client.get("/account/sign-in/").status_code == 200

    def test_without_a_directory_there_is_no_button(self, client, settings):
        settings.SOCIALACCOUNT_PROVIDERS = {}
        assert "/account/directory/" not in client.get("/account/sign-in/").text
        assert client.post(DIRECTORY).status_code == 404


def test_the_second_factor_of_somebody_else_does_not_count(client):
    """A session that changes hands starts without proofs."""
    linked(person("rssi"), CLAIRE)
    through(client, CLAIRE)
    assert client.get("/account/").status_code == 200
    other = person("dsi")
    client.post("/account/sign-out/")
    client.post("/account/sign-in/", {"login": other.email, "password": PASSWORD})
    assert client.get("/account/").status_code == 302
    assert not Authenticator.objects.exists()
