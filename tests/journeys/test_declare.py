"""An officer declares: while the network fails, and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import (
    answer_the_essential,
    files_named,
    read_the_receipt,
    start_declaring,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_a_network_that_is_cut_loses_no_word_and_declares_once(visit, demo):
    officer = visit(demo).play("Hugo Perrin")
    page = start_declaring(officer)
    title = "Imagerie muette depuis la coupure"
    answer_the_essential(page, title=title, story="Le réseau tombe par moments.")

    officer.context.set_offline(True)
    page.get_by_role("button", name="Relire et envoyer").click()
    expect(page.get_by_text("En attente du réseau")).to_be_visible()
    expect(page.get_by_label("En une ligne")).to_have_value(title)
    expect(page.get_by_label("Que se passe-t-il ?")).to_have_value("Le réseau tombe par moments.")
    officer.context.set_offline(False)
    expect(page.get_by_role("heading", name="Relire et envoyer", level=1)).to_be_visible(
        timeout=30_000
    )
    officer.look()

    lost = []

    def lose_the_first_answer(route):
        """Let the declaration reach the server, and its answer not reach the browser."""
        if lost:
            return route.continue_()
        lost.append(route.fetch(max_redirects=0).status)
        return route.abort("internetdisconnected")

    page.route("**/send/", lose_the_first_answer)
    page.get_by_role("button", name="Envoyer la déclaration").click()
    reference = read_the_receipt(officer)
    assert len(lost) == 1
    assert lost[0] < 400
    assert [one for one in files_named(officer, title) if reference.endswith(one)]
    assert len(files_named(officer, title)) == 1


def test_text_waits_in_the_browser_and_a_draft_on_the_server(visit, demo):
    officer = visit(demo).play("Nadège Aubry")
    page = start_declaring(officer)
    page.get_by_label("En une ligne").fill("Pharmacie à l’arrêt")
    expect(page.get_by_label("En une ligne")).to_have_value("Pharmacie à l’arrêt")
    page.get_by_role("button", name="Garder pour plus tard").click()
    expect(page.get_by_role("link", name="Pharmacie à l’arrêt")).to_be_visible()
    officer.look()
    page.get_by_role("link", name="Pharmacie à l’arrêt").click()
    page.get_by_role("button", name="Relire et envoyer").click()
    expect(page.locator("main").get_by_role("alert")).to_be_visible()
    officer.look()
    expect(page.get_by_label("En une ligne")).to_have_value("Pharmacie à l’arrêt")


def test_without_scripts_one_declares_all_the_same(visit, demo):
    declarant = visit(demo, java_script_enabled=False)
    page = declarant.page
    page.goto("/account/sign-in/")
    page.get_by_role("button", name="Aïcha Benali").click()
    page.goto("/declare/")
    answer_the_essential(page, title="Badgeuses en panne", story="Les portes restent ouvertes.")
    page.get_by_role("button", name="Relire et envoyer").click()
    page.get_by_role("button", name="Envoyer la déclaration").click()
    expect(page.get_by_role("heading", name="Votre déclaration est enregistrée.")).to_be_visible()
    assert len(files_named(declarant, "Badgeuses en panne")) == 1
