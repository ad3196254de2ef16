import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as installed
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse

from vigie.accounts.models import User
from vigie.accounts.tests.factories import PASSWORD, UserFactory, again, person
from vigie.audit.models import Event

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"
EVIL = "http://evil.example/"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def sign_in(client, person, password=PASSWORD, **extra):
    asked = {"login": person.email, "password": password}
    return client.post(SIGN_IN, asked, **extra)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_a_password_signs_in_and_is_journalled(client):
    me = UserFactory()
    answer = sign_in(client, me)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    event = Event.objects.get()
    assert (event.actor, event.verb) == (me.journal_name, "person.signed_in")
    assert event.details == {"ways": ["password"]}


def test_capitals_of_the_address_do_not_matter(client):
    UserFactory(email="claire@ch.example")
    client.post(SIGN_IN, {"login": " Claire@CH.example ", "password": PASSWORD})
    assert is_signed_in(client)


@pytest.mark.parametrize("known", [True, False])
def test_a_refusal_does_not_tell_whether_the_account_exists(client, known):
    me = UserFactory() if known else UserFactory.build(email="personne@ch.example")
    answer = sign_in(client, me, "un autre mot de passe")
    assert answer.status_code == 422
    assert "ne vont pas ensemble" in answer.text
    assert not is_signed_in(client)


def test_a_closed_account_is_told_so_only_with_its_password(client):
    me = UserFactory(is_active=False)
    assert sign_in(client, me, "un autre mot de passe").status_code == 422
    answer = sign_in(client, me)
    assert answer.headers["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)


@pytest.mark.parametrize("target", [EVIL, "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere_after_signing_in(client, target):
    answer = client.post(
        SIGN_IN, {"login": UserFactory().email, "password": PASSWORD, "next": target}
    )
    assert answer.headers["Location"] == "/"


def test_one_comes_back_to_the_page_that_was_asked_for(client):
    asked = client.get("/account/").headers["Location"]
    assert asked == f"{SIGN_IN}?next=/account/"
    answer = client.post(asked, {"login": UserFactory().email, "password": PASSWORD})
    assert answer.headers["Location"] == "/account/"


def test_there_is_no_sign_up(client):
    for name in ("account_signup", "socialaccount_signup", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert client.get("/account/signup/").status_code == 404


def test_signing_out_takes_a_post(client):
    client.force_login(UserFactory())
    assert client.get("/account/sign-out/").status_code == 200
    assert is_signed_in(client)
    client.post("/account/sign-out/")
    assert not is_signed_in(client)


class TestLimits:
    def failures(self, client, person, count, **extra):
        for _ in range(count):
            sign_in(client, person, "un autre mot de passe", **extra)

    def test_five_failures_close_an_account_to_that_address(self, client):
        me = UserFactory()
        self.failures(client, me, 5)
        answer = sign_in(client, me)
        assert "Trop d’essais" in answer.text
        assert not is_signed_in(client)

    def test_its_owner_still_enters_from_elsewhere(self, client):
        me = UserFactory()
        self.failures(client, me, 5, REMOTE_ADDR="192.0.2.1")
        sign_in(client, me, REMOTE_ADDR="192.0.2.2")
        assert is_signed_in(client)

    def test_failures_from_everywhere_close_it_too(self, client):
        me = UserFactory()
        for number in range(20):
            self.failures(client, me, 1, REMOTE_ADDR=f"192.0.2.{number}")
        sign_in(client, me, REMOTE_ADDR="192.0.2.99")
        assert not is_signed_in(client)

    def test_another_name_of_the_server_gives_no_more_tries(self, client):
        me = UserFactory()
        for host in ("localhost", "127.0.0.1"):
            self.failures(client, me, 3, headers={"host": host})
        sign_in(client, me, headers={"host": "[::1]"})
        assert not is_signed_in(client)

    def test_a_success_forgives_the_failures_before(self, client):
        me = UserFactory()
        for _ in range(3):
            self.failures(client, me, 4)
            sign_in(client, me)
            assert is_signed_in(client)
            client.logout()

    def test_a_hospital_behind_one_address_is_not_shut_out(self, client):
        for _ in range(30):
            self.failures(client, UserFactory(), 2)
        sign_in(client, UserFactory())
        assert is_signed_in(client)

    def test_a_robot_at_one_address_is(self, client):
        for number in range(100):
            asked = {"login": f"robot{number}@ch.example", "password": "x"}
            client.post(SIGN_IN, asked)
        answer = sign_in(client, UserFactory())
        assert "Trop d’essais" in answer.text

    def test_they_are_counted_where_all_processes_look(self):
        backend = installed.CACHES["default"]["BACKEND"]
        assert backend == "django.core.cache.backends.db.DatabaseCache"

    def test_without_a_trusted_proxy_a_claimed_address_is_not_believed(self, client):
        me = UserFactory()
        for number in range(5):
            self.failures(client, me, 1, headers={"X-Forwarded-For": f"192.0.2.{number}"})
        sign_in(client, me, headers={"X-Forwarded-For": "192.0.2.99"})
        assert not is_signed_in(client)

    def test_behind_one_the_address_that_it_saw_counts(self, client, settings):
        settings.TRUSTED_PROXIES = 1
        me = UserFactory()
        for number in range(5):
            claimed = f"10.0.0.{number}, 192.0.2.7"  # the client's own claim comes first
            self.failures(client, me, 1, headers={"X-Forwarded-For": claimed})
        sign_in(client, me, headers={"X-Forwarded-For": "10.0.0.99, 192.0.2.7"})
        assert not is_signed_in(client)
        sign_in(client, me, headers={"X-Forwarded-For": "192.0.2.8"})
        assert is_signed_in(client)

    def test_a_request_that_went_round_the_proxy_gets_an_answer(self, client, settings):
        settings.TRUSTED_PROXIES = 2
        answer = sign_in(client, UserFactory(), headers={"X-Forwarded-For": "192.0.2.7"})
        assert answer.status_code == 302


class TestLostPassword:
    @pytest.fixture(autouse=True)
    def served_at(self, settings):
        settings.VIGIE_URL = "https://vigie.ch.example"

    def ask(self, client, email, **extra):
        return client.post("/account/password/lost/", {"email": email}, **extra)

    def test_the_link_begins_with_the_address_of_the_settings(self, client, outbox):
        me = UserFactory()
        self.ask(client, me.email, headers={"host": "localhost"})
        links = re.findall(r"https?://\S+", outbox[0].body)
        assert len(links) == 1
        assert links[0].startswith("https://vigie.ch.example/account/password/lost/")
        assert outbox[0].to == me.email

    def test_an_unknown_address_gets_the_same_answer_and_no_letter(self, client, outbox):
        known = self.ask(client, UserFactory().email)
        unknown = self.ask(client, "personne@ch.example")
        closed = self.ask(client, UserFactory(is_active=False).email)
        assert known.headers["Location"] == unknown.headers["Location"]
        assert known.headers["Location"] == closed.headers["Location"]
        assert len(outbox) == 1

    def test_a_mailbox_is_not_flooded(self, client, outbox):
        me = UserFactory()
        answers = [self.ask(client, me.email).status_code for _ in range(8)]
        assert len(outbox) == 5
        assert answers[-1] == 429

    def test_it_leads_to_a_new_password(self, client, outbox):
        me = UserFactory()
        self.ask(client, me.email)
        path = re.search(r"https://vigie.ch.example(\S+)", outbox[0].body)[1]
        form = client.get(path).headers["Location"]
        assert client.get(form).status_code == 200
        new = {"password1": "une autre phrase longue", "password2": "une autre phrase longue"}
        assert client.post(form, new).status_code == 302
        assert again(me).check_password("une autre phrase longue")
        assert Event.objects.get().verb == "person.password_changed"
        assert outbox[1].to == me.email
        assert "ne vaut plus rien" in client.get(path, follow=True).text

    @pytest.mark.parametrize(
        "password", ["court", "123456789012345", "motdepasse", "Morel-Morel-1"]
    )
    def test_a_weak_password_is_refused(self, client, password):
        me = UserFactory(last_name="Morel-Morel")
        client.force_login(me)
        answer = client.post(
            "/account/password/",
            {"oldpassword": PASSWORD, "password1": password, "password2": password},
        )
        assert answer.status_code == 422
        assert again(me).check_password(PASSWORD)


def test_a_new_password_closes_other_sessions(client, django_user_model):
    other = type(client)()
    me = UserFactory()
    for one in (client, other):
        sign_in(one, me)
    new = "une autre phrase longue"
    client.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert Event.objects.filter(verb="person.password_changed").exists()


def test_passwords_are_kept_with_argon2():
    # Other hashers are faster and stand in for it while tests run.
    code = "from django.conf import settings as s; print(s.PASSWORD_HASHERS[0])"
    assert said_by_settings(code).strip().endswith("Argon2PasswordHasher")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cookies_are_kept_from_scripts_and_other_sites(scheme):
    code = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE)"
    )
    secure = scheme == "https"
    said = said_by_settings(code, VIGIE_URL=f"{scheme}://vigie.ch.example")
    assert said.split() == [str(secure), str(secure), "True", "Lax"]


@pytest.mark.parametrize(
    ("issuer", "taken"),
    [
        ("https://auth.ch.example", True),
        ("http://127.0.0.1:9000", True),
        ("http://auth.ch.example", False),
        ("auth.ch.example", False),
    ],
)
def test_a_directory_is_reached_over_tls(issuer, taken):
    code = "from django.conf import settings as s; print(s.OIDC_ISSUER)"
    if taken:
        assert said_by_settings(code, VIGIE_OIDC_ISSUER=issuer).strip() == issuer
    else:
        with pytest.raises(subprocess.CalledProcessError):
            said_by_settings(code, VIGIE_OIDC_ISSUER=issuer)


def said_by_settings(code, **variables):
    """Return what a fresh process prints, in which no setting was changed for tests."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **variables}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, check=True, text=True)
    return done.stdout


def test_a_person_reads_in_their_own_language_and_time(client):
    me = UserFactory(language="en", time_zone="Indian/Reunion")
    client.force_login(me)
    page = client.get("/account/")
    assert '<html lang="en"' in page.text
    assert "Indian/Reunion" in page.text
    assert '<html lang="fr"' in client.__class__().get(SIGN_IN).text


def test_the_session_ends_with_the_browser_or_the_shift(client):
    sign_in(client, UserFactory())
    assert client.session.get_expire_at_browser_close()
    assert installed.SESSION_COOKIE_AGE == 12 * 3600


def test_the_page_of_a_role_is_not_for_who_has_none(client):
    client.force_login(UserFactory())
    assert client.get("/administration/people/").status_code == 403
    client.force_login(person("administrator"))
    assert client.get("/administration/people/").status_code == 200
    assert User.objects.count() == 2
