"""A bad night at the desk: forty files, ten of them one event, one word to all, one hand-over."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import new_instance, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
TITLE = "Campagne contre les accès distants"
WHY = "Mêmes adresses dans les journaux, même heure."
WORD = "Coupez l’accès distant, sans éteindre. Le correctif arrive à 6 heures."
NOTE = "Campagne en cours : dix dossiers suivis ensemble, correctif à 6 heures."


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """A demo nation of its own: what happens to its files disturbs no other journey."""
    instance = new_instance(tmp_path_factory.mktemp("night") / "home")
    built = instance.run("demo")
    assert built.returncode == 0, built.stderr
    with served(instance):
        yield instance


def choose(page, number):
    """Tick so many files of the queue that stand alone, and return their references."""
    rows = (
        page.locator("tr")
        .filter(has=page.locator("input[name=file]"))
        .filter(has=page.get_by_text("Aucune", exact=True))
    )
    chosen = []
    for rank in range(number):
        row = rows.nth(rank)
        row.locator("input[name=file]").check()
        chosen.append(row.get_by_role("link").first.inner_text())
    return chosen


def group(lead, page):
    page.get_by_role("button", name="Grouper").click()
    expect(page.get_by_label("Titre du nouvel événement")).to_be_visible()
    lead.look()
    page.get_by_label("Titre du nouvel événement").fill(TITLE)
    page.get_by_label("Pourquoi c’est la même cause").fill(WHY)
    page.get_by_role("main").get_by_role("button", name=re.compile("^Grouper")).click()
    expect(page.get_by_text("Fait", exact=True)).to_have_count(10)  # file by file
    lead.look()


def open_event(lead):
    """Go from the one line of the event in the queue to its page."""
    page = lead.go("/incidents/queue/")
    line = page.locator("tr.v-event").filter(has_text=TITLE)
    expect(line).to_contain_text("10 dossiers")
    line.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    lead.look()
    return page


def test_ten_of_forty_files_become_one_event_with_one_word_to_all(visit, night):
    lead = visit(night).play("Marc Delattre")
    page = lead.go("/incidents/queue/")
    expect(page.get_by_role("link", name=re.compile("Ouverts 40"))).to_be_visible()
    chosen = choose(page, 10)
    expect(page.get_by_text("10 dossiers choisis")).to_be_visible()
    group(lead, page)
    page = open_event(lead)
    members = page.get_by_role("table").first
    for reference in chosen:
        expect(members).to_contain_text(reference)

    page.get_by_label("Message à tous les dossiers").fill(WORD)
    page.get_by_role("button", name="Écrire dans les 10 dossiers").click()
    expect(page.get_by_text(WORD).first).to_be_visible()
    lead.look()

    page.get_by_role("table").first.get_by_role("link", name=chosen[0], exact=True).click()
    expect(page.get_by_role("article").filter(has_text=WORD)).to_be_visible()

    page = lead.go("/incidents/handovers/")
    page.get_by_label("Ce que l’équipe suivante doit savoir").fill(NOTE)
    page.get_by_role("button", name="Enregistrer la relève").click()
    analyst = visit(night).play("Leïla Abadie")
    expect(analyst.go("/incidents/handovers/").get_by_text(NOTE).first).to_be_visible()
