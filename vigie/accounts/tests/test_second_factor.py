import base64
import hashlib
import hmac
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.urls import reverse

from vigie.accounts.guards.sign_in import SecondFactorAdapter
from vigie.accounts.tests.factories import (
    PASSWORD,
    DelegationFactory,
    MembershipFactory,
    UserFactory,
    ago,
    person,
)
from vigie.audit.models import Event
from vigie.establishments.models import Instance
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
START = "/account/second-factor/start/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - opens nothing outside tests
KEPT = "GET may note in the session where to go, and which secret was shown"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def code_of(secret, at=None):
    """Return the code of RFC 6238 (SHA-1, 30 s, 6 digits)."""
    counter = struct.pack(">Q", int(at or time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_the_code_is_that_of_the_standard():
    # RFC 6238, appendix B, the last six of eight digits.
    key = base64.b32encode(b"12345678901234567890").decode()
    assert code_of(key, at=59) == "287082"
    assert code_of(key, at=1111111109) == "081804"


def with_application(user):
    """Give the person an application that shows codes."""
    sealed = SecondFactorAdapter().encrypt(SECRET)
    Authenticator.objects.create(user=user, type="totp", data={"secret": sealed})
    return user


def by_password(client, user, target=""):
    asked = {"login": user.email, "password": PASSWORD, **({"next": target} if target else {})}
    return client.post("/account/sign-in/", asked)


def give(client, code):
    return client.post("/account/second-factor/give/", {"code": code})


class TestOwing:
    """A password alone reads nothing where the role asks for more."""

    def test_the_first_sign_in_leads_through_the_set_up(self, client):
        by_password(client, person("rssi"))
        for path in ("/account/", "/roles/", "/administration/", "/delegations/"):
            answer = client.get(path)
            assert answer.status_code == 302
            assert answer.headers["Location"] == f"{START}?next={path.replace('/', '%2F')}"

    def test_nothing_can_be_changed_either(self, client):
        me = person("director")
        by_password(client, me)
        answer = client.post("/account/", {"first_name": "X", "last_name": "Y"})
        assert answer.headers["Location"].startswith(START)
        me.refresh_from_db()
        assert me.first_name == "Claire"

    def test_a_fragment_sends_the_whole_page(self, client):
        by_password(client, person("administrator"))
        answer = client.get("/administration/people/", headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert answer.headers["HX-Redirect"].startswith(START)

    def test_a_programs_door_is_closed_with_a_reason(self, client):
        by_password(client, person("rssi"))
        answer = client.get("/api/v1/incidents")
        assert answer.status_code == 403
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "second factor" in answer.json()["detail"]

    def test_open_pages_are_read_as_by_anybody(self, client):
        me = person("rssi")
        by_password(client, me)
        page = client.get(reverse("portal:about"))
        assert page.status_code == 200
        assert me.full_name not in page.text

    def test_who_has_no_such_role_is_not_asked(self, client):
        by_password(client, UserFactory())
        assert client.get("/account/").status_code == 200

    def test_a_delegation_asks_for_it(self, client):
        by_password(client, DelegationFactory().to)
        assert client.get("/account/").headers["Location"].startswith(START)

    def test_a_role_given_meanwhile_asks_for_it(self, client):
        me = UserFactory()
        by_password(client, me)
        assert client.get("/account/").status_code == 200
        MembershipFactory(user=me)
        assert client.get("/account/").headers["Location"].startswith(START)

    def test_a_role_that_is_over_does_not(self, client):
        past = MembershipFactory(valid_to=ago(days=1))
        by_password(client, past.user)
        assert client.get("/account/").status_code == 200

    def test_a_demo_instance_offers_without_asking(self, client):
        Instance.objects.create(pk=1, is_demo=True, created_at=clock.now())
        by_password(client, person("rssi"))
        assert client.get("/account/").status_code == 200

    def test_the_way_through_and_the_way_out_stay_open(self, client):
        by_password(client, person("rssi"))
        assert client.get(START).status_code == 200
        assert client.get("/account/second-factor/application/").status_code == 200
        assert client.post("/account/sign-out/").status_code == 302

    def test_confirming_the_password_is_no_second_factor(self, client):
        by_password(client, person("rssi"))
        client.post("/account/confirm/", {"password": PASSWORD})
        assert client.get("/account/").headers["Location"].startswith(START)


class TestSetUp:
    def set_up(self, client):
        page = client.get("/account/second-factor/application/")
        secret = page.context["form"].secret
        return client.post("/account/second-factor/application/", {"code": code_of(secret)})

    def test_it_ends_on_the_page_that_was_asked_for(self, client):
        me = person("administrator")
        by_password(client, me, "/administration/people/")
        client.get(client.get("/administration/people/").headers["Location"])
        answer = self.set_up(client)
        assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
        codes = client.get("/account/second-factor/codes/")
        assert codes.context["onward"] == "/administration/people/"
        assert client.get("/administration/people/").status_code == 200

    def test_it_is_journalled_and_told(self, client, outbox, django_capture_on_commit_callbacks):
        me = person("rssi")
        by_password(client, me)
        with django_capture_on_commit_callbacks(execute=True):  # the library waits for the commit
            self.set_up(client)
        assert Event.objects.filter(verb="person.totp_added", actor=me.journal_name).exists()
        assert outbox[0].to == me.email

    def test_a_wrong_code_sets_nothing_up(self, client):
        by_password(client, person("rssi"))
        client.get("/account/second-factor/application/")
        answer = client.post("/account/second-factor/application/", {"code": "000000"})
        assert answer.status_code == 422
        assert not Authenticator.objects.exists()

    def test_the_database_alone_gives_no_secret_away(self, client):
        by_password(client, person("rssi"))
        secret = client.get("/account/second-factor/application/").context["form"].secret
        client.post("/account/second-factor/application/", {"code": code_of(secret)})
        codes = client.get("/account/second-factor/codes/").context["codes"]
        kept = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in kept
        assert len(codes) == 10
        assert not any(code in kept for code in codes)

    def test_an_old_session_asks_for_the_password_first(self, client):
        by_password(client, UserFactory())
        age_session(client, minutes=16)
        answer = client.get("/account/second-factor/application/")
        assert answer.headers["Location"].startswith("/account/confirm/")


class TestGiving:
    def test_the_code_is_asked_after_the_password(self, client):
        me = with_application(person("rssi"))
        assert by_password(client, me).headers["Location"] == "/account/second-factor/give/"
        assert client.get("/account/").status_code == 302
        assert give(client, code_of(SECRET)).headers["Location"] == "/"
        assert client.get("/account/").status_code == 200
        assert Event.objects.get(verb="person.signed_in").details["ways"] == ["password", "totp"]

    def test_a_code_opens_once(self, client):
        me, code = with_application(person("rssi")), code_of(SECRET)
        by_password(client, me)
        give(client, code)
        client.post("/account/sign-out/")
        by_password(client, me)
        answer = give(client, code)
        assert answer.status_code == 422
        assert "déjà servi" in answer.text

    def test_a_code_of_the_step_before_opens_too(self, client):
        by_password(client, with_application(person("rssi")))
        assert give(client, code_of(SECRET, at=time.time() - 30)).status_code == 302

    def test_an_older_code_does_not(self, client):
        by_password(client, with_application(person("rssi")))
        assert give(client, code_of(SECRET, at=time.time() - 120)).status_code == 422

    def test_ten_wrong_codes_close_the_door(self, client):
        by_password(client, with_application(person("rssi")))
        for _ in range(10):
            give(client, "000000")
        answer = give(client, code_of(SECRET))
        assert answer.status_code == 422
        assert "Trop d’essais" in answer.text

    def test_a_recovery_code_opens_once(self, client):
        me = with_application(person("rssi"))
        client.force_login(me)
        client.post("/account/second-factor/codes/new/")
        code = client.get("/account/second-factor/codes/").context["codes"][0]
        client.post("/account/sign-out/")
        by_password(client, me)
        assert give(client, code).status_code == 302
        client.post("/account/sign-out/")
        by_password(client, me)
        assert give(client, code).status_code == 422

    def test_who_set_one_up_elsewhere_gives_it_here(self, client):
        me = person("rssi")
        by_password(client, me)
        with_application(me)
        asked = client.get(client.get("/roles/").headers["Location"])
        assert asked.headers["Location"] == "/account/second-factor/confirm/?next=%2Froles%2F"
        given = client.post(asked.headers["Location"], {"code": code_of(SECRET), "next": "/roles/"})
        assert given.headers["Location"] == "/roles/"
        assert client.get("/roles/").status_code == 200


class TestGivingUp:
    def test_the_last_factor_of_an_officer_stays(self, client):
        me = with_application(person("rssi"))
        client.force_login(me)
        answer = client.post("/account/second-factor/application/drop/")
        assert answer.status_code == 422
        assert Authenticator.objects.filter(user=me).exists()

    def test_the_last_key_of_an_officer_stays(self, client):
        me = person("rssi")
        key = Authenticator.objects.create(
            user=me, type="webauthn", data={"name": "Bureau", "credential": {}}
        )
        client.force_login(me)
        client.post(f"/account/second-factor/keys/{key.pk}/drop/")
        assert Authenticator.objects.filter(pk=key.pk).exists()

    def test_one_of_two_goes(self, client):
        me = with_application(person("rssi"))
        key = Authenticator.objects.create(
            user=me, type="webauthn", data={"name": "Bureau", "credential": {}}
        )
        client.force_login(me)
        client.post(f"/account/second-factor/keys/{key.pk}/drop/")
        assert not Authenticator.objects.filter(pk=key.pk).exists()
        assert Event.objects.filter(verb="person.passkey_removed").exists()

    def test_anothers_key_is_out_of_reach(self, client):
        other = Authenticator.objects.create(user=person("rssi"), type="webauthn", data={})
        client.force_login(person("rssi"))
        for act in ("drop", "rename"):
            path = f"/account/second-factor/keys/{other.pk}/{act}/"
            assert client.get(path).status_code == 404

    def test_who_needs_none_may_drop_it(self, client):
        me = with_application(UserFactory())
        client.force_login(me)
        client.post("/account/second-factor/application/drop/")
        assert not Authenticator.objects.exists()


class TestProvingAgain:
    """Dangerous acts ask again when the last proof is old."""

    def test_a_fresh_session_goes_on(self, client):
        client.force_login(person("rssi"))
        assert client.get("/account/tokens/new/").status_code == 200

    def test_an_old_one_is_asked_and_what_was_posted_is_done_then(self, client):
        me = person("rssi")
        client.force_login(me)
        age_session(client, minutes=16)
        asked = {"name": "Tableau", "scopes": ["incidents.read"], "days": "30"}
        stopped = client.post("/account/tokens/new/", asked)
        assert stopped.headers["Location"].startswith("/account/confirm/")
        assert not me.tokens.exists()
        done = client.post(
            "/account/confirm/", {"password": PASSWORD, "next": "/account/tokens/new/"}
        )
        assert done.status_code == 200
        assert me.tokens.get().name == "Tableau"

    def test_a_wrong_password_does_nothing(self, client):
        client.force_login(person("rssi"))
        age_session(client, minutes=16)
        client.get("/account/tokens/new/")
        assert client.post("/account/confirm/", {"password": "x"}).status_code == 422
        assert client.get("/account/tokens/new/").status_code == 302

    @pytest.mark.parametrize("minutes", [0, 14, 16])
    def test_the_limit_is_a_quarter_of_an_hour(self, client, minutes):
        client.force_login(person("rssi"))
        age_session(client, minutes=minutes)
        answer = client.get("/account/tokens/new/")
        assert (answer.status_code == 200) is (minutes < 15)


def age_session(client, *, minutes):
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 60 * minutes
    session.save()


class TestPasskeys:
    def test_they_are_bound_to_the_name_of_the_settings(self, client, settings):
        settings.VIGIE_URL = "https://vigie.ch.example"
        settings.ALLOWED_HOSTS = ["*"]
        client.force_login(UserFactory())
        page = client.get("/account/second-factor/keys/add/", headers={"host": "other.example"})
        rp = page.context["js_data"]["creation_options"]["publicKey"]["rp"]
        assert rp == {"id": "vigie.ch.example", "name": "Vigie"}

    @pytest.mark.parametrize(
        ("host", "offered"),
        [("localhost", True), ("127.0.0.1", False), ("[::1]", False)],
    )
    def test_they_are_offered_under_that_name_alone(self, client, settings, host, offered):
        settings.VIGIE_URL = "http://localhost:8000"
        page = client.get("/account/sign-in/", headers={"host": host})
        assert ("data-passkey" in page.text) is offered

    def test_nonsense_instead_of_a_passkey_is_refused(self, client):
        client.get("/account/second-factor/keys/sign-in/", headers={"accept": "application/json"})
        for credential in ("", "{", "[]", "{}", '"x"', '{"id": 1}'):
            answer = client.post("/account/second-factor/keys/sign-in/", {"credential": credential})
            assert answer.status_code in {302, 422}
            assert "_auth_user_id" not in client.session
