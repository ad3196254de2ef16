"""A nurse reports at night while the network fails; an officer answers and declares."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.journeys.steps import pick

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
MOST_SECONDS, MOST_TAPS = 30, 6
STORY = "Le moniteur du box 3 affiche un message."
COUNT_TAPS = """
  sessionStorage.taps ??= "0";
  addEventListener("pointerdown", () => { sessionStorage.taps = Number(sessionStorage.taps) + 1; });
"""
ON_A_PHONE = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}


def poster_address(visitor, ward):
    """Return where the code on the poster of a ward leads, as its officer sees it."""
    page = visitor.go("/reports/links/")
    row = page.get_by_role("row").filter(has_text=ward).first
    return row.get_by_role("link").filter(has_text="/s/").get_attribute("href")


def choose(page, question, answer):
    """Tap the tile that answers a question."""
    group = page.get_by_role("group", name=question)
    group.locator("label").filter(has=page.get_by_role("radio", name=answer, exact=True)).tap()


def taps(page):
    return int(page.evaluate("sessionStorage.taps"))


def report_the_monitor(nurse, address):
    """Say from the poster what the monitor does, and send it while the network is cut."""
    page = nurse.page
    page.goto(address)
    expect(page.get_by_role("link", name="Appeler")).to_have_attribute("href", re.compile("tel:"))
    choose(page, "Un patient est-il", "Non")
    choose(page, "L’appareil est-il", "Oui")
    expect(page.get_by_text("Ne débranchez pas, n’éteignez pas.")).to_be_visible()
    expect(page.get_by_text("Débranchez le câble réseau").first).not_to_be_visible()
    choose(page, "Que se passe-t-il ?", "Appareil médical anormal")
    page.get_by_label("En quelques mots").tap()
    page.get_by_label("En quelques mots").fill(STORY)
    nurse.context.set_offline(True)
    page.get_by_role("button", name="Envoyer le signalement").tap()
    expect(page.get_by_text("En attente du réseau")).to_be_visible()
    expect(page.get_by_label("En quelques mots")).to_have_value(STORY)
    nurse.context.set_offline(False)
    expect(page.get_by_text("Votre signalement est enregistré.")).to_be_visible(timeout=20_000)


def answer_from_the_desk(officer, number):
    """Open the report that bears the number, once alone in the list, and answer it."""
    desk = officer.go("/reports/")
    assert desk.get_by_role("row").filter(has_text=STORY).count() == 1
    desk.get_by_role("row").filter(has_text=number).get_by_role("link", name=number).click()
    expect(desk.locator("#outcome").get_by_text("H. Perrin")).to_be_visible()
    officer.look()
    desk.get_by_label("Répondre à l’auteur").fill("J’arrive. Y a-t-il le même message ailleurs ?")
    desk.get_by_role("button", name="Répondre").click()
    expect(desk.get_by_text("Votre réponse est sur la page de l’auteur.")).to_be_visible()


def declare_from_the_report(desk, number):
    """Turn the open report into a declaration, and find the report on its file."""
    desk.get_by_role("button", name="En faire une déclaration").click()
    expect(desk.get_by_role("heading", name="L’essentiel")).to_be_visible()
    expect(desk.get_by_label("Que se passe-t-il ?")).to_have_value(STORY)
    pick(desk, "Un patient est-il", "C’est possible")
    pick(desk, "Comment travaille", "En mode dégradé")
    pick(desk, "Voulez-vous l’appui", "Oui")
    desk.get_by_label("Où vous rappeler ?").fill("01 99 00 12 34")
    desk.get_by_role("button", name="Relire et envoyer").click()
    desk.get_by_role("button", name="Envoyer la déclaration").click()
    expect(desk.get_by_text("Votre déclaration est enregistrée.")).to_be_visible(timeout=30_000)
    desk.get_by_role("link", name="Ouvrir le dossier").click()
    expect(desk.get_by_text(number)).to_be_visible()


def test_from_the_poster_to_the_receipt_then_to_the_declaration(visit, demo):
    officer = visit(demo).play("Hugo Perrin")
    address = poster_address(officer, "Réanimation")
    nurse = visit(demo, **ON_A_PHONE)
    nurse.context.add_init_script(COUNT_TAPS)
    page = nurse.page

    started = time.monotonic()
    report_the_monitor(nurse, address)
    seconds, tapped = time.monotonic() - started, taps(page)
    assert seconds <= MOST_SECONDS
    assert 0 < tapped <= MOST_TAPS
    nurse.look()
    expect(page.get_by_role("link", name="Appeler")).to_be_visible()
    expect(page.get_by_text("Ne débranchez pas, n’éteignez pas.")).to_be_visible()
    expect(page.get_by_text("Pas encore vu")).to_be_visible()
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.includes('report:'))")
    assert kept == []
    number, secret = page.locator("#number").inner_text(), page.url

    answer_from_the_desk(officer, number)
    page.goto(secret)
    expect(page.get_by_text(re.compile("Vu par RSSI"))).to_be_visible()
    expect(page.get_by_text("J’arrive.")).to_be_visible()
    nurse.look()
    page.get_by_label("Répondre ou compléter").fill("Non, seulement celui du box 3.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Non, seulement celui du box 3.")).to_be_visible()

    declare_from_the_report(officer.page, number)
    page.goto(secret)
    expect(page.get_by_text("Pris dans une déclaration d’incident")).to_be_visible()


def test_an_answer_that_is_lost_is_asked_again_and_the_report_is_one(visit, demo):
    officer = visit(demo).play("Hugo Perrin")
    address = poster_address(officer, "Laboratoire")
    nurse = visit(demo, **ON_A_PHONE)
    page = nurse.page
    page.goto(address)
    choose(page, "Un patient est-il", "Non")
    choose(page, "L’appareil est-il", "Non")
    choose(page, "Que se passe-t-il ?", "Fichiers perdus ou illisibles")
    expect(page.get_by_text("Fermez les fichiers")).to_be_visible()
    page.get_by_label("En quelques mots").fill("Une seule fois, malgré la coupure.")
    lost = []

    def lose_the_first_answer(route):
        """Let the report reach the server, and its answer not reach the phone."""
        if lost or route.request.method != "POST":
            return route.continue_()
        lost.append(route.fetch(max_redirects=0).status)
        return route.abort("internetdisconnected")

    page.route("**/s/*", lose_the_first_answer)
    page.get_by_role("button", name="Envoyer le signalement").tap()
    expect(page.get_by_text("Votre signalement est enregistré.")).to_be_visible(timeout=20_000)
    assert len(lost) == 1
    desk = officer.go("/reports/")
    sent = desk.get_by_role("row").filter(has_text="Une seule fois, malgré la coupure.")
    assert sent.count() == 1


def test_a_page_closed_before_the_answer_keeps_the_text_and_still_sends_once(visit, demo):
    officer = visit(demo).play("Hugo Perrin")
    address = poster_address(officer, "Pharmacie")
    nurse = visit(demo, **ON_A_PHONE)
    page = nurse.page
    page.goto(address)
    choose(page, "Un patient est-il", "Non")
    choose(page, "L’appareil est-il", "Non")
    choose(page, "Que se passe-t-il ?", "Autre chose")
    page.get_by_label("En quelques mots").fill("La page s’est fermée toute seule.")

    def lose(route):
        if route.request.method != "POST":
            return route.continue_()
        route.fetch(max_redirects=0)
        return route.abort("internetdisconnected")

    page.route("**/s/*", lose)
    page.get_by_role("button", name="Envoyer le signalement").tap()
    expect(page.get_by_text("En attente du réseau")).to_be_visible()
    page.unroute("**/s/*")
    page.goto("about:blank")
    page.goto(address)
    expect(page.get_by_label("En quelques mots")).to_have_value("La page s’est fermée toute seule.")
    page.get_by_role("button", name="Envoyer le signalement").tap()
    expect(page.get_by_text("Votre signalement est enregistré.")).to_be_visible(timeout=20_000)
    desk = officer.go("/reports/")
    assert desk.get_by_role("row").filter(has_text="La page s’est fermée").count() == 1


def test_without_scripts_and_in_english_one_reports_all_the_same(visit, demo):
    officer = visit(demo).play("Hugo Perrin")
    address = poster_address(officer, "Imagerie")
    visitor = visit(demo, **ON_A_PHONE, locale="en-GB", java_script_enabled=False)
    page = visitor.page
    page.goto(address)
    choose(page, "Is a patient in danger now?", "I don’t know")
    expect(page.get_by_text("The patient first.")).to_be_visible()
    page.get_by_role("button", name="Send the report").tap()
    expect(page.get_by_text("Choose an answer.").first).to_be_visible()
    choose(page, "Is the device connected", "No")
    choose(page, "What is happening?", "Something else")
    page.get_by_role("button", name="Send the report").tap()
    expect(page.get_by_text("Your report is recorded.")).to_be_visible()
    expect(page.get_by_text("The patient first.")).to_be_visible()


def test_whoever_has_no_poster_finds_the_hospital_by_its_name(visit, demo):
    visitor = visit(demo, **ON_A_PHONE)
    page = visitor.go("/signaler/")
    page.get_by_label("Votre établissement").fill("centre hospitalier")
    page.get_by_role("button", name="Chercher").tap()
    page.locator("#places a").first.tap()
    expect(page.get_by_role("group", name="Un patient est-il")).to_be_visible()
    visitor.look()
    choose(page, "Un patient est-il", "Oui")
    page.get_by_role("button", name="Envoyer le signalement").tap()
    expect(page.get_by_text("Votre signalement est enregistré.")).to_be_visible()
    expect(page.get_by_text("Ne débranchez rien, n’éteignez rien.")).to_be_visible()
