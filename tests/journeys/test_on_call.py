"""Somebody is woken: the officer on call takes one call; for the other, the deputy is called."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.journeys.steps import answer_the_essential, read_the_receipt, start_declaring
from vigie.kernel import clock

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
FIRST, SECOND = "Automates de biologie muets", "Dossiers de soins illisibles"
PATIENCE = 100  # seconds in which the deputy is called, a minute after the first


def enter_duty(officer):
    """Put two people on call from a minute ago on, through the page of their establishment."""
    page = officer.go("/on-call/")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_text("Tableau d’astreinte")).to_be_visible()
    officer.look()
    page.get_by_role("link", name="Inscrire").first.click()
    now = timezone.localtime(clock.now())
    page.get_by_label("Du", exact=True).fill(f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M}")
    page.get_by_label("Au", exact=True).fill(f"{now + timedelta(hours=12):%Y-%m-%dT%H:%M}")
    page.get_by_label("Fonction", exact=True).fill("RSSI d’astreinte")
    page.get_by_label("Nom", exact=True).fill("Alix Martin")
    page.get_by_label("Téléphone (facultatif)", exact=True).fill("06 39 98 00 01")
    page.get_by_label("Nom du suppléant").fill("Sacha Morel")
    page.get_by_label("Téléphone du suppléant").fill("06 39 98 00 02")
    officer.look()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("L’astreinte est inscrite.")).to_be_visible()
    officer.look()
    page.get_by_role("link", name="Contact permanent").click()
    page.get_by_label("Minutes sans réponse").fill("1")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Qui appeler maintenant : Alix Martin")).to_be_visible()


def declare(officer, title):
    page = start_declaring(officer)
    answer_the_essential(page, title=title, story="Plus rien ne répond depuis ce matin.")
    page.get_by_role("button", name="Relire et envoyer").click()
    page.get_by_role("button", name="Envoyer la déclaration").click()
    return read_the_receipt(officer)


def alert_about(visitor, title):
    return visitor.page.locator(".v-bar-call").filter(has_text=title)


def test_the_officer_answers_and_the_deputy_is_called_when_not(visit, demo):
    officer = visit(demo).play("Jean Tessier")
    enter_duty(officer)
    declare(officer, FIRST)

    phone = visit(demo, viewport=PHONE).play("Jean Tessier")
    alert_about(phone, FIRST).get_by_role("button", name="Je prends").click()
    expect(phone.page.get_by_text("Vous avez pris l’appel")).to_be_visible()
    phone.look()
    officer.go("/")
    expect(alert_about(officer, FIRST)).to_have_count(0)

    declare(officer, SECOND)
    alert_about(officer, SECOND).get_by_role("link").click()
    page = officer.page
    expect(page.get_by_text("1. RSSI d’astreinte, Alix Martin")).to_be_visible()
    until = time.monotonic() + PATIENCE
    while not page.get_by_text("Sacha Morel").count() and time.monotonic() < until:
        page.wait_for_timeout(3000)
        page.reload()
    expect(page.get_by_text("2. RSSI d’astreinte, Sacha Morel")).to_be_visible()
    officer.look()
    page.get_by_role("main").get_by_role("button", name="Je prends").click()
    expect(page.get_by_text("Pris par Jean Tessier")).to_be_visible()
