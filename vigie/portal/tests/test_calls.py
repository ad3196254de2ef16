"""Pages of calls: the alert on every page, the list, the page of one, the link of a letter."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from vigie.establishments import operations
from vigie.establishments.models import Callout
from vigie.establishments.operations import CallReason
from vigie.establishments.rules import Territory, TerritoryKind
from vigie.establishments.tests.factories import DutyFactory, RotaFactory
from vigie.kernel import clock
from vigie.messages.operations.queue import open_text
from vigie.messages.queries import sent_about
from vigie.portal.tests.register import page, post

pytestmark = pytest.mark.django_db
ALERT = "v-bar-danger"


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def call(lyon, now):
    """Somebody of Lyon was called eight minutes ago for a patient in danger."""
    DutyFactory(
        rota=RotaFactory(establishment=lyon),
        name="Alix Martin",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=9),
    )
    return called(lyon, now - timedelta(minutes=8))


def called(lyon, now, reason=CallReason.DANGER, about="report:1"):
    (made,) = operations.call_out(
        places=[Territory(TerritoryKind.EJ, lyon.code)],
        reason=reason,
        about=about,
        title="Écran noir en réanimation",
        path="/incidents/",
        now=now,
    )
    return made


def link_of(call):
    letter = next(m for m in sent_about(call.about) if m.channel == "email")
    return re.search(r"(/a/[\w-]+/)", open_text(letter))[1]


def test_the_alert_stands_on_every_page_until_one_takes_it(client, sign, lyon, call):
    sign("rssi", lyon)
    for address in ("/", reverse("portal:places"), "/nowhere/"):
        shown = ALERT in client.get(address).text
        assert shown is (address != "/nowhere/")  # pages of errors ask the database nothing
    post(client, "take_call", call.pk)
    assert ALERT not in client.get("/").text


@pytest.mark.parametrize("role", ["declarant", "dpo", "auditor", "administrator"])
def test_who_answers_no_calls_is_not_alarmed(client, sign, lyon, call, role):
    sign(role, lyon)
    assert ALERT not in client.get("/").text
    assert page(client, "call", call.pk).status_code == 403


def test_others_do_not_know_of_it(client, sign, rennes, call):
    sign("rssi", rennes)
    assert ALERT not in client.get("/").text
    assert page(client, "call", call.pk).status_code == 404
    assert post(client, "take_call", call.pk).status_code == 404


def test_the_cert_is_alarmed_once_the_call_comes_up_to_it(client, sign, call, now):
    sign("cert_analyst")
    assert ALERT not in client.get("/").text
    assert "Écran noir" in page(client, "calls").text  # it may look, and take it
    nation = RotaFactory(kind="nation", establishment=None, country="FR")
    DutyFactory(rota=nation, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=9))
    assert operations.escalate_due(now + timedelta(minutes=3)) == 1
    assert ALERT in client.get("/").text


def test_a_call_that_reached_nobody_alarms_all_who_may_take_it(client, sign, rennes, now):
    called(rennes, now)
    sign("cert_analyst")
    assert ALERT in client.get("/").text


def test_an_open_page_asks_again_and_hears_only_what_is_new(client, sign, lyon, call):
    sign("rssi", lyon)
    again = reverse("portal:calling")
    assert client.get(again, {"seen": str(call.pk)}).status_code == 204
    assert ALERT in client.get(again, {"seen": ""}).text
    post(client, "take_call", call.pk)
    answer = client.get(again, {"seen": str(call.pk)})
    assert answer.status_code == 200
    assert ALERT not in answer.text
    assert 'hx-trigger="every 30s"' in answer.text


def test_a_page_whose_session_ended_is_left_alone(client, call):
    assert client.get(reverse("portal:calling"), {"seen": ""}).status_code == 204


def test_the_second_to_take_it_hears_who_came_first(client, sign, lyon, call):
    first = sign("rssi", lyon)
    post(client, "take_call", call.pk)
    sign("dsi", lyon)
    answer = client.post(reverse("portal:take_call", args=[call.pk]), follow=True)
    assert f"{first.full_name} a déjà pris l’appel" in answer.text


def test_the_page_shows_whom_it_called_and_how(client, sign, lyon, call):
    sign("rssi", lyon)
    text = page(client, "call", call.pk).text
    assert "RSSI d’astreinte, Alix Martin" in text
    assert "Sans réponse depuis 8" in text
    assert "en attente" in text
    assert "a•••@ch.example" in text


def test_home_names_the_call_first(client, sign, lyon, call):
    sign("rssi", lyon)
    text = client.get("/").text
    assert "Appels sans réponse" in text
    assert text.index("Appels sans réponse") < text.index("Mes brouillons")


def test_following_the_link_takes_nothing(client, call):
    answer = client.get(link_of(call))
    assert "Écran noir en réanimation" in answer.text
    assert answer["Referrer-Policy"] == "no-referrer"
    assert 'content="no-referrer"' in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    call.refresh_from_db()
    assert call.is_open


def test_pressing_the_button_of_the_link_takes_the_call(call):
    # A browser that keeps no cookie and tells no referrer: the link alone is the proof.
    browser, link = Client(enforce_csrf_checks=True), link_of(call)
    answer = browser.post(link, headers={"Origin": "null"})
    assert "vous avez pris l’appel" in answer.text
    call.refresh_from_db()
    assert call.taken_name == "RSSI d’astreinte, Alix Martin"
    again = browser.post(link)
    assert again.status_code == 200
    assert "vous avez pris l’appel" in again.text


def test_a_link_after_somebody_else_says_who_has_it(client, sign, lyon, call):
    link = link_of(call)
    officer = sign("rssi", lyon)
    post(client, "take_call", call.pk)
    text = Client().post(link).text
    assert f"{officer.full_name} a déjà pris l’appel" in text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_none_says_what_to_do(client, db, method):
    answer = getattr(client, method)(reverse("portal:take_link", args=["x" * 24]))
    assert answer.status_code == 404
    assert "ne vaut plus" in answer.text
    assert 'href="tel:' in answer.text


@pytest.mark.parametrize("many", [1, 30])
def test_pages_cost_the_same_however_many_calls(
    client, sign, lyon, call, now, django_assert_max_num_queries, many
):
    for number in range(many):
        called(lyon, now, about=f"incident:{number}")
    assert Callout.objects.count() == many + 1
    sign("rssi", lyon)
    for route, key in (("calls", ()), ("call", (call.pk,)), ("home", ())):
        with django_assert_max_num_queries(16):  # home: one a card, and what frames every page
            page(client, route, *key)
    with django_assert_max_num_queries(6):
        client.get(reverse("portal:calling"), {"seen": ""})
