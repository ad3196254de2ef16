"""The doors of the portal."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from vigie.accounts.rules import ROLES
from vigie.establishments.models import NationSetting
from vigie.incidents.tests.factories import (
    DelegationFactory,
    EstablishmentFactory,
    IncidentFactory,
    MembershipFactory,
    person,
)
from vigie.portal import rules

pytestmark = pytest.mark.django_db
NOTICES = ["about", "accessibility", "contacts"]


def menu_of(page):
    nav = re.search(r'<nav class="v-nav".*?</nav>', page, re.DOTALL)
    return re.findall(r"<a [^>]*>([^<]+)", nav[0]) if nav else []


@pytest.mark.parametrize("route", NOTICES)
def test_anyone_reads_the_notices(client, route):
    answer = client.get(reverse(f"portal:{route}"))
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert menu_of(answer.text) == []


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_the_contacts_carry_a_number_and_the_day_it_was_verified(client):
    page = client.get(reverse("portal:contacts")).text
    assert 'href="tel:' in page
    assert "Vérifié le" in page


@pytest.mark.parametrize("role", list(ROLES))
def test_the_menu_shows_what_the_role_opens_and_every_place_answers(client, demo, role):
    at = None if "nation" in ROLES[role].territories else EstablishmentFactory()
    if "region" in ROLES[role].territories and at is not None:
        user = MembershipFactory(
            role=role, establishment=None, territory_kind="region", territory_code="84"
        ).user
    else:
        user = person(role, at)
    client.force_login(user)
    page = client.get("/").text
    open_to_it = [e.label for e in rules.MENU if e.is_open_to(ROLES[role].permissions)]
    assert menu_of(page) == open_to_it
    for url in re.findall(r'<a href="([^"]+)"', page):
        if url.startswith("/"):
            assert client.get(url, follow=True).status_code == 200, url


def test_the_current_place_is_marked(client, officer):
    page = client.get("/").text
    assert re.search(r'<a href="/"\s+aria-current="page">', page)


def test_home_says_what_waits_and_what_to_set_up(client, officer, hospital):
    incident = IncidentFactory(establishment=hospital, title="Messagerie en panne")
    page = client.get("/").text
    assert "Messagerie en panne" in page
    assert incident.reference in page
    assert "Ajoutez un second facteur" in page


@pytest.mark.parametrize("role", ["cert_analyst", "cert_lead", "administrator"])
def test_home_stays_within_its_queries(client, demo, hospital, role, django_assert_max_num_queries):
    for _ in range(15):
        IncidentFactory(establishment=hospital)
    client.force_login(person(role, None))
    with django_assert_max_num_queries(15):
        client.get("/")


def test_a_delegate_may_declare(client, demo, hospital):
    client.force_login(DelegationFactory(establishment=hospital).to)
    assert "Déclarer" in menu_of(client.get("/").text)


def test_search_shows_files_and_says_when_there_are_none(client, officer, hospital):
    IncidentFactory(establishment=hospital, title="Rançongiciel à Valmont")
    page = client.get(reverse("portal:search"), {"q": "rancongiciel"}).text
    assert "Rançongiciel à Valmont" in page
    page = client.get(reverse("portal:search"), {"q": "inexistant"}).text
    assert "Aucun dossier" in page


def test_a_search_that_is_too_short_says_so(client, officer):
    answer = client.get(reverse("portal:search"), {"q": "a"})
    assert answer.status_code == 422
    assert "au moins deux signes" in answer.text


def test_language_and_colours_are_kept_in_the_browser(client):
    answer = client.post(
        reverse("portal:preferences"), {"language": "en", "theme": "dark", "next": "/about/"}
    )
    assert answer.url == "/about/"
    page = client.get("/about/").text
    assert '<html lang="en"' in page
    assert 'data-theme="dark"' in page


def test_language_and_colours_are_kept_with_the_person(client, officer):
    client.post(reverse("portal:preferences"), {"language": "en", "theme": "dark"})
    officer.refresh_from_db()
    assert (officer.language, officer.theme) == ("en", "dark")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_preferences_never_lead_to_another_site(client, elsewhere):
    answer = client.post(reverse("portal:preferences"), {"theme": "dark", "next": elsewhere})
    assert answer.url == "/"


def test_nonsense_changes_nothing(client, officer):
    client.post(reverse("portal:preferences"), {"language": "xx", "theme": "pink"})
    officer.refresh_from_db()
    assert (officer.language, officer.theme) == ("fr", "auto")


def test_every_page_says_where_the_law_wants_the_declaration(client, officer):
    assert "ne remplace pas la déclaration légale" in client.get("/").text


def test_a_nation_whose_portal_is_here_says_nothing_of_another(client, officer):
    NationSetting.objects.create(country="FR", portal="here")
    assert "ne remplace pas" not in client.get("/").text


def test_a_demo_says_so_everywhere(client, demo):
    for route in NOTICES:
        assert "Instance de démonstration" in client.get(reverse(f"portal:{route}")).text


def test_a_page_that_is_not_there_says_what_to_do(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.text
    assert 'href="tel:' in answer.text


def test_pages_of_errors_ask_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/nowhere/")


def test_an_old_form_is_told_so(client, settings):
    strict = type(client)(enforce_csrf_checks=True)
    answer = strict.post(reverse("portal:preferences"), {"theme": "dark"})
    assert answer.status_code == 403
    assert "Ce formulaire n’est plus valable" in answer.text


def test_every_route_of_the_shell_is_served():
    for entry in (*rules.MENU, rules.PROFILE, rules.ADMINISTRATION):
        assert reverse(entry.route)


def test_languages_are_named_in_themselves(client):
    page = client.get("/about/").text
    for code, name in settings.LANGUAGES:
        assert re.search(rf'lang="{code}"[^>]*>{name}<', page)
