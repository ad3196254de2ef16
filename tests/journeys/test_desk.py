"""An analyst of the CERT takes a file from the queue, answers, and hands over."""

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import answer_the_essential, pick, read_the_receipt, start_declaring

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
TITLE = "Laboratoire sans résultats"
MESSAGE = "Isolez l’automate du réseau sans l’éteindre. Je vous rappelle dans une heure."
NOTE = "Suivre le laboratoire : rappel promis."


def declare(officer):
    page = start_declaring(officer)
    answer_the_essential(page, title=TITLE, story="Plus aucun compte rendu depuis ce matin.")
    page.get_by_role("button", name="Relire et envoyer").click()
    page.get_by_role("button", name="Envoyer la déclaration").click()
    return read_the_receipt(officer)


def qualify(analyst):
    page = analyst.page
    page.get_by_role("link", name="Qualifier").first.click()
    expect(page.get_by_role("heading", name="Qualifier l’incident")).to_be_visible()
    analyst.look()
    pick(page, "Origine", "Malveillante", exact=True)
    page.get_by_label("Catégorie").select_option(label="Rançongiciel")
    if page.get_by_label("Prochaine action").count():
        page.get_by_label("Prochaine action").fill("Rappeler le laboratoire")
        pick(page, "Pour quand", "dans 1 h", exact=True)
        pick(page, "Qui doit agir", "CERT")
    page.get_by_role("button", name="Enregistrer la qualification").click()
    expect(page.get_by_role("region", name="Qualification par le CERT")).to_contain_text(
        "Rançongiciel"
    )
    analyst.look()


def answer(analyst):
    page = analyst.page
    page.get_by_label("Votre message").fill(MESSAGE)
    page.get_by_role("button", name="Envoyer à la structure").click()
    expect(page.get_by_role("article").filter(has_text=MESSAGE)).to_be_visible()


def hand_over(analyst):
    page = analyst.go("/incidents/handovers/")
    page.get_by_label("Ce que l’équipe suivante doit savoir").fill(NOTE)
    page.get_by_role("button", name="Enregistrer la relève").click()
    expect(page.get_by_text(NOTE).first).to_be_visible()
    analyst.look()


def test_qualify_answer_and_hand_over(visit, demo):
    officer = visit(demo).play("Catherine Lemoine")
    reference = declare(officer)

    analyst = visit(demo).play("Thierry Nguyen")
    page = analyst.go("/incidents/queue/")
    page.get_by_role("row").filter(has_text=TITLE).get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    analyst.look()
    qualify(analyst)
    answer(analyst)
    hand_over(analyst)

    page = officer.page
    page.get_by_role("link", name="Ouvrir le dossier").click()
    expect(page.get_by_role("article").filter(has_text=MESSAGE)).to_be_visible()
    expect(page.locator("b").get_by_text(reference)).to_be_visible()
    officer.look()
