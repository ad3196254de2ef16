"""What scripts and styles do, in a real browser under the strict content policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from vigie.ui.tests import style_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("vigie.ui.tests.style_page"),
    pytest.mark.django_db(transaction=True),
]
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(autouse=True)
def nothing_received():
    style_page.RECEIVED.clear()
    style_page.SESSION["open"] = True


@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark"}, PHONE, PHONE | {"color_scheme": "dark"}],
    ids=["desk", "desk-dark", "phone", "phone-dark"],
)
def test_every_part_is_open_to_everyone(open_page, options):
    page = open_page("/style/", **options)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_device_s_colours_are_followed_until_one_chooses(open_page):
    page = open_page("/style/", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.get_by_text("C. Morel").first.click()
    page.get_by_role("button", name="Clair").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    expect(page.get_by_role("button", name="Clair")).to_have_attribute("aria-pressed", "true")


def test_a_phone_reaches_every_place_behind_one_button(open_page):
    page = open_page("/style/", **PHONE)
    place = page.locator(".v-nav").get_by_text("Établissements")
    expect(place).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(place).to_be_visible()
    page.keyboard.press("Escape")
    expect(place).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()


def test_without_scripts_a_phone_reaches_them_too(open_page):
    page = open_page("/style/", java_script_enabled=False, **PHONE)
    expect(page.get_by_role("link", name="Observatoire")).to_be_visible()


def test_the_first_link_skips_to_the_content(open_page):
    page = open_page("/sent/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()


def test_paper_says_what_it_is_and_leaves_out_what_is_pressed(open_page):
    page = open_page("/style/")
    page.emulate_media(media="print")
    expect(page.locator(".v-print-line")).to_be_visible()
    expect(page.locator(".v-band")).to_be_hidden()
    expect(page.get_by_role("button", name="Imprimer")).to_be_hidden()


def type_title(page, text="Panne du dossier patient"):
    page.get_by_label("Titre").fill(text)
    page.wait_for_timeout(400)  # kept a moment after the last key


def test_typed_text_is_found_again(open_page):
    page = open_page("/declare/")
    type_title(page)
    page.reload()
    expect(page.get_by_label("Titre")).to_have_value("Panne du dossier patient")
    expect(page.get_by_text("Texte retrouvé")).to_be_visible()
    page.get_by_role("button", name="Effacer ce texte").click()
    expect(page.get_by_label("Titre")).to_have_value("")


def test_text_that_arrived_is_not_kept(open_page):
    page = open_page("/declare/")
    type_title(page)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("heading", name="Reçu")).to_be_visible()
    page.goto("/declare/")
    expect(page.get_by_label("Titre")).to_have_value("")


def test_a_cut_network_loses_nothing_and_sends_once(open_page):
    page = open_page("/declare/")
    type_title(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("En attente du réseau")).to_be_visible()
    expect(page.get_by_label("Titre")).to_have_value("Panne du dossier patient")
    assert style_page.RECEIVED == []
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Reçu")).to_be_visible(timeout=15_000)
    assert [(sent["title"], sent["key"]) for sent in style_page.RECEIVED] == [
        ("Panne du dossier patient", "k1")
    ]


def test_errors_come_back_in_place_with_what_was_typed(open_page):
    page = open_page("/declare/")
    type_title(page, "ab")
    page.get_by_label("Récit").fill("Depuis minuit")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Récit")).to_have_value("Depuis minuit")
    type_title(page)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("heading", name="Reçu")).to_be_visible()
    assert len(style_page.RECEIVED) == 1


def test_text_typed_after_errors_is_kept_too(open_page):
    page = open_page("/declare/")
    type_title(page, "ab")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    type_title(page, "Panne de la biologie")
    page.reload()
    expect(page.get_by_label("Titre")).to_have_value("Panne de la biologie")


def test_coming_back_to_a_form_that_was_sent_it_can_be_sent_again(open_page):
    page = open_page("/declare/")
    type_title(page)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("heading", name="Reçu")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Envoyer")).to_be_enabled()


def test_an_ended_session_keeps_the_text_and_says_so(open_page):
    page = open_page("/declare/")
    type_title(page)
    style_page.SESSION["open"] = False
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Votre session est terminée")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Titre")).to_have_value("Panne du dossier patient")


def test_a_question_is_asked_before_and_no_means_no(open_page):
    page = open_page("/declare/")
    type_title(page)
    page.get_by_role("button", name="Effacer", exact=True).click()
    expect(page.get_by_role("dialog", name="Tout effacer ?")).to_be_visible()
    page.get_by_role("button", name="Non, revenir").click()
    assert style_page.RECEIVED == []
    page.get_by_role("button", name="Effacer", exact=True).click()
    page.get_by_role("button", name="Oui, continuer").click()
    expect(page.get_by_role("heading", name="Reçu")).to_be_visible()
    assert style_page.RECEIVED[0]["drop"] == "1"


def test_without_scripts_a_form_is_sent_as_ever(open_page):
    page = open_page("/declare/", java_script_enabled=False)
    page.get_by_label("Titre").fill("Panne")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("heading", name="Reçu")).to_be_visible()


def test_a_part_that_cannot_refresh_says_so(open_page):
    page = open_page("/sent/")
    page.context.set_offline(True)
    page.get_by_role("button", name="Actualiser").click()
    expect(page.get_by_text("Mise à jour impossible")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Actualiser").click()
    expect(page.get_by_text("Mise à jour impossible")).to_have_count(0)


def test_a_receipt_is_copied(open_page):
    page = open_page("/sent/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier").click()
    expect(page.get_by_text("Copié", exact=True).last).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "INC-2026-0417"
