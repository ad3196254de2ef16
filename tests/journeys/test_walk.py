"""Every page of the menu for those who work with Vigie: languages, colours, widths, paper."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
# Colours and widths go together as they differ most: each pair is looked at once.
LOOKS = {"fr": [(DESK, "light"), (PHONE, "dark")], "en": [(DESK, "dark")]}
# What the interface says, never what people wrote: words that English does not have.
FRENCH = re.compile(
    r"\b(déclarer|déclaré|dossiers?|établissements?|aucune?|depuis|gravité|chercher|filtrer|"
    r"prochaine|relève|réglages|imprimer|garder|enregistrer|envoyer|ajouter)\b",
    re.IGNORECASE,
)
# Controls and headings are the interface's own; names of places and titles of files are not.
SPOKEN = "h1, nav a, button, label, legend, th, dt, .v-help, .v-foot, .v-empty"
MORE = {
    "Hugo Perrin": ["/account/", "/declare/paper/", "/contacts/", "/about/"],
    "Marc Delattre": ["/incidents/1/", "/incidents/1/revisions/", "/incidents/handovers/"],
    "Inès Marchal": [
        "/administration/",
        "/administration/people/",
        "/administration/people/invite/",
        "/administration/journal/",
        "/administration/settings/",
        "/establishments/1/",
        "/inventory/suppliers/",
        "/roles/",
    ],
}


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("who", MORE)
def test_every_page_is_open_to_everyone(visit, demo, who, language):
    visitor = visit(demo).play(who).speak(language)
    page = visitor.page
    menu = page.locator(".v-nav a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(menu) > 2
    foreign = []
    for path in dict.fromkeys([*menu, *MORE[who]]):
        answer = page.goto(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        assert page.locator("html").get_attribute("lang") == language
        for size, colours in LOOKS[language]:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=colours)
            expect(page.locator("html")).to_have_attribute("data-bs-theme", colours)
            visitor.look()
        page.set_viewport_size(PHONE)
        visitor.measure()
        if language == "en":
            said = page.locator(SPOKEN).all_inner_texts()
            foreign += [(path, text) for text in said if FRENCH.search(text)]
    assert not foreign, "\n".join(f"{path}: {text}" for path, text in foreign)


def printed(page):
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    return "\n".join(sheet.extract_text() for sheet in pages)


def test_paper_says_what_it_is_and_leaves_out_what_is_pressed(visit, demo):
    analyst = visit(demo).play("Leïla Abadie")
    page = analyst.go("/incidents/1/")
    title = page.get_by_role("heading", level=1).inner_text()
    buttons = page.get_by_role("main").get_by_role("button").all_inner_texts()
    assert "Imprimer" in buttons
    text = printed(page)
    first_line = " ".join(text.split())[:200]
    assert re.search(r"Vigie · dossier INC-\d{4}-0001 · TLP:", first_line), first_line
    assert re.search(r"imprimé le .* par ", first_line)
    assert "démonstration" in first_line.lower()
    assert title in " ".join(text.split())
    for pressed in ("Imprimer", "Envoyer à la structure", "Autres actes", "Chercher"):
        assert pressed not in text


def test_the_blank_form_prints_its_questions_and_nothing_to_press(visit, demo):
    nobody = visit(demo)
    page = nobody.go("/declare/paper/")
    text = " ".join(printed(page).split())
    assert "Vigie · formulaire de déclaration" in text[:100]
    assert "Un patient est-il ou a-t-il été en danger ?" in text.replace("\u00a0", " ")
    assert "Se connecter" not in text
    assert "Imprimer" not in text
