import re

import pytest

from vigie.accounts import operations
from vigie.accounts.models import Delegation
from vigie.accounts.tests.factories import (
    PASSWORD,
    DelegationFactory,
    MembershipFactory,
    UserFactory,
    again,
    person,
)
from vigie.establishments.tests.factories import EstablishmentFactory
from vigie.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return EstablishmentFactory(name="Centre hospitalier de Valmont")


class TestDelegating:
    def test_a_director_delegates_and_takes_it_back(self, client, here):
        director, officer = person("director", here), person("rssi", here)
        client.force_login(director)
        typed = {"establishment": here.pk, "to": officer.pk, "until": clock.now().date()}
        assert client.post("/delegations/new/", typed).status_code == 302
        lent = Delegation.objects.get()
        assert officer.full_name in client.get("/delegations/").text
        client.post(f"/delegations/{lent.pk}/revoke/")
        assert Delegation.objects.get().revoked_at

    def test_people_from_elsewhere_are_not_offered(self, client, here):
        stranger = person("rssi", EstablishmentFactory())
        colleague = person("dpo", here)
        client.force_login(person("director", here))
        page = client.get("/delegations/new/").text
        assert colleague.full_name in page
        assert stranger.full_name not in page
        typed = {"establishment": here.pk, "to": stranger.pk, "until": "2099-01-01"}
        assert client.post("/delegations/new/", typed).status_code == 422

    def test_too_long_is_said_at_the_form(self, client, here):
        client.force_login(person("director", here))
        typed = {"establishment": here.pk, "to": person("dpo", here).pk, "until": "2099-01-01"}
        answer = client.post("/delegations/new/", typed)
        assert answer.status_code == 422
        assert "Un an au plus" in answer.text

    def test_a_director_alone_is_told_whom_to_ask(self, client, here):
        client.force_login(person("director", here))
        assert "un administrateur doit d’abord inviter" in client.get("/delegations/new/").text

    def test_who_received_one_sees_it(self, client):
        lent = DelegationFactory()
        client.force_login(lent.to)
        assert lent.by.full_name in client.get("/delegations/").text

    def test_others_see_none_of_it(self, client):
        lent = DelegationFactory()
        client.force_login(person("rssi", lent.establishment))
        assert lent.by.full_name not in client.get("/delegations/").text
        assert client.post(f"/delegations/{lent.pk}/revoke/").status_code == 404


class TestJournal:
    JOURNAL = "/administration/journal/"

    def test_a_national_reader_sees_all(self, client, here):
        operations.change_profile(by=person("rssi", here), now=clock.now(), job="RSSI")
        client.force_login(person("auditor"))
        assert "a changé son profil" in client.get(self.JOURNAL).text

    def test_a_local_one_sees_what_concerns_their_house(self, client, here):
        operations.change_profile(by=person("rssi", here), now=clock.now(), job="Dedans")
        operations.change_profile(by=person("rssi"), now=clock.now(), job="Dehors")
        client.force_login(person("auditor", here))
        page = client.get(self.JOURNAL).text
        assert "Dedans" in page
        assert "Dehors" not in page

    def test_it_narrows_and_pages(self, client, here):
        someone = person("rssi", here)
        for number in range(60):
            operations.change_profile(by=someone, now=clock.now(), job=f"Poste {number}")
        operations.deactivate_person(
            by=person("administrator", here), person=someone, now=clock.now()
        )
        client.force_login(person("auditor"))
        first = client.get(self.JOURNAL, {"about": "person."})
        older = re.search(r'href="\?([^"]*after=[^"]+)"', first.text)[1].replace("&amp;", "&")
        second = client.get(f"{self.JOURNAL}?{older}")
        assert "a fermé le compte" in first.text
        assert "a fermé le compte" not in second.text
        assert "Poste 0<" in second.text.replace("</b>", "<")

    @pytest.mark.parametrize("query", [{"after": "x"}, {"after": "é" * 50}])
    def test_a_made_up_place_is_none(self, client, query):
        client.force_login(person("auditor"))
        assert client.get(self.JOURNAL, query).status_code == 404

    def test_htmx_gets_the_table_alone(self, client):
        client.force_login(person("auditor"))
        page = client.get(self.JOURNAL).text
        fragment = client.get(self.JOURNAL, headers={"HX-Request": "true"}).text
        assert "<h1>" not in fragment
        assert fragment.strip() in page


class TestProfile:
    def test_a_person_changes_their_settings(self, client):
        me = UserFactory()
        client.force_login(me)
        typed = {
            "first_name": "Nour",
            "last_name": "Haddad",
            "language": "en",
            "theme": "dark",
            "time_zone": "Indian/Reunion",
        }
        page = client.post("/account/", typed, follow=True)
        assert '<html lang="en"' in page.text
        assert (again(me).full_name, again(me).time_zone) == ("Nour Haddad", "Indian/Reunion")

    @pytest.mark.parametrize(
        "typed", [{"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"first_name": ""}]
    )
    def test_nonsense_is_said_at_the_field(self, client, typed):
        me = UserFactory()
        client.force_login(me)
        whole = {"first_name": "N", "last_name": "H", "language": "fr", "theme": "auto"}
        answer = client.post("/account/", {**whole, "time_zone": "Europe/Paris", **typed})
        assert answer.status_code == 422
        assert "v-field-bad" in answer.text

    def test_a_token_is_made_shown_once_and_revoked(self, client):
        me = person("rssi")
        client.force_login(me)
        typed = {"name": "Tableau de bord", "scopes": ["incidents.read"], "days": "30"}
        secret = re.search(r"vig_[\w-]{43}", client.post("/account/tokens/new/", typed).text)[0]
        profile = client.get("/account/").text
        assert "Tableau de bord" in profile
        assert secret not in profile
        token = me.tokens.get()
        assert set(token.scopes) == {"incidents.read"}
        client.post(f"/account/tokens/{token.pk}/revoke/")
        assert me.tokens.get().revoked_at

    def test_a_token_is_offered_only_for_what_one_may(self, client):
        client.force_login(person("dpo"))
        page = client.get("/account/tokens/new/")
        assert "Qualifier un incident" not in page.text
        typed = {"name": "x", "scopes": ["incidents.qualify"], "days": "30"}
        assert client.post("/account/tokens/new/", typed).status_code == 422

    def test_other_sessions_are_listed_and_closed(self, client):
        me, other = UserFactory(), type(client)()
        for one in (client, other):
            one.post("/account/sign-in/", {"login": me.email, "password": PASSWORD})
        assert "Fermer les autres" in client.get("/account/").text
        client.post("/account/sessions/end/")
        assert client.get("/account/").status_code == 200
        assert other.get("/account/").status_code == 302

    def test_the_scope_is_kept_and_leads_back(self, client):
        me = person("rssi")
        there = MembershipFactory(user=me).establishment
        client.force_login(me)
        answer = client.post("/account/scope/", {"scope": f"ej:{there.finess}", "next": "/roles/"})
        assert answer.headers["Location"] == "/roles/"
        assert again(me).scope == f"ej:{there.finess}"
        for target in ("http://evil.example/", "//evil.example"):
            away = client.post("/account/scope/", {"scope": "", "next": target})
            assert away.headers["Location"] == "/"
        assert again(me).scope == ""

    def test_a_scope_that_is_not_theirs_is_passed_over(self, client):
        me, foreign = person("rssi"), EstablishmentFactory()
        client.force_login(me)
        client.post("/account/scope/", {"scope": f"ej:{foreign.finess}"})
        assert again(me).scope == ""

    def test_the_roles_page_is_in_plain_words(self, client):
        client.force_login(UserFactory())
        page = client.get("/roles/").text
        assert "Voit tout son établissement, déclare, et délègue le droit de déclarer." in page
        assert "Ouvrir les dossiers d’incident" in page

    def test_administration_leads_where_one_may_go(self, client):
        client.force_login(person("auditor"))
        page = client.get("/administration/").text
        assert "/administration/journal/" in page
        assert 'href="/administration/people/"' not in page
