import re

import pytest
from django.urls import reverse

from vigie.accounts import operations
from vigie.accounts.models import Invitation, User
from vigie.accounts.tests.factories import (
    PASSWORD,
    MembershipFactory,
    UserFactory,
    again,
    ago,
    person,
)
from vigie.audit.models import Event
from vigie.establishments.operations import index_establishments
from vigie.establishments.rules import Territory
from vigie.establishments.tests.factories import EstablishmentFactory, SiteFactory
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
PEOPLE = "/administration/people/"


@pytest.fixture
def here():
    return EstablishmentFactory(name="Centre hospitalier de Valmont", commune="Valmont")


@pytest.fixture
def administrator(client, here):
    user = person("administrator", here)
    client.force_login(user)
    return user


def page_of(someone):
    return f"{PEOPLE}{someone.pk}/"


class TestList:
    def test_it_shows_who_has_a_role_where_one_administers(self, client, here, administrator):
        inside = MembershipFactory(establishment=here, user__last_name="Dedans")
        MembershipFactory(user__last_name="Dehors")
        page = client.get(PEOPLE).text
        assert "Dedans" in page
        assert "Dehors" not in page
        assert inside.user.email in page

    def test_it_shows_no_role_held_elsewhere(self, client, here, administrator):
        held = MembershipFactory(establishment=here)
        elsewhere = EstablishmentFactory(name="Hôpital lointain")
        MembershipFactory(user=held.user, establishment=elsewhere)
        assert "Hôpital lointain" not in client.get(PEOPLE).text
        assert "Hôpital lointain" not in client.get(page_of(held.user)).text

    def test_past_roles_keep_a_person_in_the_list_and_out_of_its_roles(
        self, client, here, administrator
    ):
        MembershipFactory(establishment=here, valid_to=ago(days=1), user__last_name="Partie")
        page = client.get(PEOPLE)
        assert "Partie" in page.text
        assert page.text.count("Responsable de la sécurité (RSSI), ") == 0

    @pytest.mark.parametrize(
        ("words", "found"),
        [("perrin", True), ("HUGO cadre", True), ("hugo@ch", True), ("hugo rssi", False)],
    )
    def test_all_words_must_fit(self, client, here, administrator, words, found):
        MembershipFactory(
            establishment=here,
            user__first_name="Hugo",
            user__last_name="Perrin",
            user__email="hugo@ch.example",
            user__job="Cadre de nuit",
        )
        assert ("Perrin" in client.get(PEOPLE, {"q": words}).text) is found

    def test_it_narrows_to_a_role(self, client, here, administrator):
        MembershipFactory(establishment=here, role="dpo", user__last_name="Vasseur")
        MembershipFactory(establishment=here, role="rssi", user__last_name="Perrin")
        page = client.get(PEOPLE, {"role": "dpo"}).text
        assert "Vasseur" in page
        assert "Perrin" not in page

    def test_htmx_gets_the_same_table_as_the_page(self, client, here, administrator):
        MembershipFactory(establishment=here)
        page = client.get(PEOPLE).text
        fragment = client.get(PEOPLE, headers={"HX-Request": "true"}).text
        assert "<h1>" not in fragment
        assert fragment.strip() in page

    def test_it_is_cut_into_pages(self, client, here, administrator):
        MembershipFactory.create_batch(60, establishment=here)
        first, second = client.get(PEOPLE), client.get(PEOPLE, {"page": 2})
        assert "page=2" in first.text
        shown = {p.pk for page in (first, second) for p in page.context["people"]}
        assert len(shown) == 61

    @pytest.mark.parametrize(
        "query", [{"page": "x"}, {"page": "-1"}, {"role": "nobody"}, {"q": "é" * 300}]
    )
    def test_nonsense_in_the_address_is_passed_over(self, client, administrator, query):
        assert client.get(PEOPLE, query).status_code == 200

    def test_its_queries_do_not_grow_with_the_list(
        self, client, here, administrator, django_assert_max_num_queries
    ):
        MembershipFactory.create_batch(40, establishment=here)
        with django_assert_max_num_queries(15):
            client.get(PEOPLE)


class TestPerson:
    def test_it_shows_what_happened_to_them(self, client, here, administrator):
        someone = person("rssi", here)
        operations.change_profile(by=someone, now=clock.now(), job="Responsable")
        page = client.get(page_of(someone)).text
        assert "a changé son profil" in page
        assert someone.full_name in page

    def test_its_queries_stay_few(self, client, here, administrator, django_assert_max_num_queries):
        someone = person("rssi", here)
        for _ in range(10):
            MembershipFactory(user=someone, establishment=here, role="dpo", valid_to=ago(days=2))
        with django_assert_max_num_queries(20):
            client.get(page_of(someone))

    def test_one_sees_oneself_without_the_acts(self, client, administrator):
        page = client.get(page_of(administrator)).text
        assert "Personne ne change ses propres droits" in page
        assert reverse("accounts:give_role", args=[administrator.pk]) not in page

    @pytest.mark.parametrize(
        ("act", "said"),
        [
            ("close", "Le compte est fermé."),
            ("sign-out", "déconnectée partout"),
            ("reset-second-factor", "Le second facteur est retiré"),
        ],
    )
    def test_an_act_says_that_it_is_done(self, client, here, administrator, act, said):
        someone = person("rssi", here)
        page = client.post(f"{page_of(someone)}{act}/", follow=True)
        assert said in page.text
        assert Event.objects.filter(target=someone.journal_name).exists()

    def test_a_closed_account_is_opened_again(self, client, here, administrator):
        someone = person("rssi", here)
        client.post(f"{page_of(someone)}close/")
        assert not again(someone).is_active
        client.post(f"{page_of(someone)}reopen/")
        assert again(someone).is_active

    def test_closing_oneself_is_refused_in_words(self, client, administrator):
        page = client.post(f"{page_of(administrator)}close/", follow=True)
        assert "Personne ne change ses propres droits" in page.text
        assert again(administrator).is_active

    def test_who_also_serves_elsewhere_cannot_be_closed(self, client, here, administrator):
        held = MembershipFactory(establishment=here)
        MembershipFactory(user=held.user)
        assert client.post(f"{page_of(held.user)}close/").status_code == 403
        assert "au-delà de votre territoire" in client.get(page_of(held.user)).text

    def test_an_unknown_act_is_none(self, client, here, administrator):
        assert client.post(f"{page_of(person('rssi', here))}promote/").status_code == 404

    def test_a_corrected_address_signs_in(self, client, here, administrator):
        someone = person("rssi", here)
        typed = {"first_name": "Nour", "last_name": "Haddad", "email": "Nour@ch.example"}
        answer = client.post(f"{page_of(someone)}correct/", typed)
        assert answer.status_code == 302
        assert again(someone).email == "nour@ch.example"

    def test_a_taken_address_is_said_at_the_form(self, client, here, administrator):
        UserFactory(email="prise@ch.example")
        someone = person("rssi", here)
        typed = {"first_name": "N", "last_name": "H", "email": "prise@ch.example"}
        answer = client.post(f"{page_of(someone)}correct/", typed)
        assert answer.status_code == 422
        assert "Un compte existe déjà" in answer.text


class TestGivingARole:
    def test_one_finds_the_place_then_the_role(self, client, here, administrator):
        index_establishments([here.pk])
        someone = person("declarant", here)
        path = f"{page_of(someone)}roles/give/"
        link = re.search(r'href="(\?where=[^"]+)"', client.get(path, {"q": "valmont"}).text)[1]
        form = client.get(f"{path}{link}")
        assert "Déclare et suit les incidents" in form.text
        assert "Analyste du CERT" not in form.text
        answer = client.post(f"{path}{link}", {"role": "dsi", "until": "2099-12-31"})
        assert answer.headers["Location"] == page_of(someone)
        held = someone.memberships.get(role="dsi")
        assert held.establishment == here
        assert held.valid_to.isoformat() == "2099-12-31T23:00:00+00:00"  # midnight in Paris

    def test_a_wrong_role_is_said_at_the_form(self, client, here, administrator):
        someone = person("declarant", here)
        path = f"{page_of(someone)}roles/give/?where=ej:{here.finess}"
        assert client.post(path, {"role": "cert_lead"}).status_code == 422
        twice = client.post(path, {"role": "declarant"})
        assert twice.status_code == 422
        assert "a déjà ce rôle" in twice.text

    @pytest.mark.parametrize("where", ["nation:FR", "region:84", "ej:000000000", "x", "ej:", "é:é"])
    def test_other_places_are_none(self, client, here, administrator, where):
        path = f"{page_of(person('rssi', here))}roles/give/"
        assert client.get(path, {"where": where}).status_code == 404

    def test_a_search_finds_nothing_beyond_ones_territory(self, client, administrator):
        far = EstablishmentFactory(name="Centre hospitalier du Lointain")
        SiteFactory(establishment=far, name="Site du Lointain")
        index_establishments([far.pk])
        page = client.get(f"{PEOPLE}invite/", {"q": "lointain"})
        assert "where=" not in page.text

    def test_a_national_administrator_finds_regions_and_groups(self, client):
        client.force_login(person("administrator"))
        page = client.get(f"{PEOPLE}invite/", {"q": "auvergne"}).text
        assert "where=region%3A84" in page

    def test_a_role_is_ended(self, client, here, administrator):
        held = MembershipFactory(establishment=here)
        page = client.post(f"{page_of(held.user)}roles/{held.pk}/end/", follow=True)
        assert "Le rôle est terminé." in page.text
        assert not again(held.user).memberships_in_force


class TestInviting:
    def invite(self, client, here, **typed):
        path = f"{PEOPLE}invite/?where=ej:{here.finess}"
        return client.post(path, {"email": "nour@ch.example", "role": "rssi", **typed})

    def test_the_link_is_shown_once_where_no_mail_server_is(self, client, here, administrator):
        page = self.invite(client, here).text
        link = re.search(r"http\S+/invitation/[\w-]+/", page)[0]
        assert link not in client.get(f"{PEOPLE}invitations/").text
        assert "nour@ch.example" in client.get(f"{PEOPLE}invitations/").text

    def test_a_newcomer_follows_it_to_their_second_factor(self, client, here, administrator):
        page = self.invite(client, here).text
        path = re.search(r"http://[^/]+(/invitation/[\w-]+/)", page)[1]
        newcomer = type(client)()
        assert newcomer.get(path).headers["Location"] == "/invitation/"
        assert "Responsable de la sécurité (RSSI)" in newcomer.get("/invitation/").text
        typed = {"first_name": "Nour", "last_name": "Haddad", "password": PASSWORD}
        assert newcomer.post("/invitation/", typed).headers["Location"] == "/"
        assert newcomer.get("/account/").headers["Location"].startswith("/account/second-factor/")
        assert User.objects.get(email="nour@ch.example").full_name == "Nour Haddad"

    @pytest.mark.parametrize("password", ["court", "123456789012", "nour@ch.example"])
    def test_a_weak_first_password_is_refused(self, client, here, administrator, password):
        page = self.invite(client, here).text
        newcomer = type(client)()
        newcomer.get(re.search(r"http://[^/]+(/invitation/[\w-]+/)", page)[1])
        typed = {"first_name": "Nour", "last_name": "Haddad", "password": password}
        assert newcomer.post("/invitation/", typed).status_code == 422
        assert not User.objects.filter(email="nour@ch.example").exists()

    def test_an_address_with_an_account_is_led_to_sign_in(self, client, here, administrator):
        owner = UserFactory(email="nour@ch.example")
        page = self.invite(client, here).text
        path = re.search(r"http://[^/]+(/invitation/[\w-]+/)", page)[1]
        visitor = type(client)()
        visitor.get(path)
        assert "connectez-vous" in visitor.get("/invitation/").text
        visitor.force_login(owner)
        visitor.get(path)
        visitor.post("/invitation/")
        assert again(owner).memberships_in_force

    def test_somebody_else_is_told_so(self, client, here, administrator):
        page = self.invite(client, here).text
        path = re.search(r"http://[^/]+(/invitation/[\w-]+/)", page)[1]
        other = type(client)()
        other.force_login(UserFactory())
        other.get(path)
        assert "une autre adresse" in other.get("/invitation/").text
        other.post("/invitation/")
        assert Invitation.objects.get().accepted_at is None

    def test_a_link_that_is_over_says_so(self, client):
        client.get("/invitation/nothing/")
        page = client.get("/invitation/")
        assert page.status_code == 404
        assert "plus valable" in page.text

    def test_it_is_taken_back(self, client, here, administrator):
        self.invite(client, here)
        invitation = Invitation.objects.get()
        client.post(f"{PEOPLE}invitations/{invitation.pk}/revoke/")
        assert not Invitation.objects.open().exists()
        assert "retirée" in client.get(f"{PEOPLE}invitations/").text

    def test_what_the_rules_refuse_is_said_at_the_form(self, client, here, administrator):
        answer = self.invite(client, here, email=administrator.email)
        assert answer.status_code == 422
        assert "Personne ne change ses propres droits" in answer.text


def test_a_person_of_many_houses_is_given_more_by_each(client):
    """Two administrators, two houses, one person: neither sees the other's part."""
    first, second = EstablishmentFactory(), EstablishmentFactory()
    shared = person("rssi", first)
    operations.give_membership(
        by=person("administrator", nation="FR"),
        person=shared,
        role="rssi",
        territory=Territory.parse(f"ej:{second.finess}"),
        now=clock.now(),
    )
    client.force_login(person("administrator", second))
    page = client.get(page_of(shared)).text
    assert second.name in page
    assert first.name not in page
