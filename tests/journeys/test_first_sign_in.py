"""The first way in: a second factor before anything else, recovery codes, an invitation."""

import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
CODES = 10


def code_for(secret):
    """Return the six digits that an authentication application shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret.replace(" ", ""), int(time.time()) // 30))


def protect(visitor):
    """Set up an application, read the recovery codes, go on."""
    page = visitor.page
    expect(page.get_by_role("heading", name="Protéger votre compte")).to_be_visible()
    visitor.look()
    # Until then nothing else opens.
    page.goto("/establishments/")
    expect(page.get_by_role("heading", name="Protéger votre compte")).to_be_visible()
    page.get_by_role("link", name="Relier une application").click()
    expect(page.get_by_role("heading", name="Relier une application")).to_be_visible()
    visitor.look()
    page.get_by_label("Code à 6 chiffres").fill(code_for(page.locator("#secret").inner_text()))
    page.get_by_role("button", name="Relier").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    visitor.look()
    codes = page.locator("ol li").all_inner_texts()
    assert len(set(codes)) == CODES
    page.get_by_role("link", name="C’est noté, continuer").click()
    return codes


def sign_in(visitor, email, password):
    page = visitor.page
    page.goto("/")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    return page


def test_an_administrator_enters_and_invites_who_enters_too(visit, hospital_desk):
    admin = visit(hospital_desk)
    page = sign_in(admin, "admin@hopital.example", PASSWORD)
    codes = protect(admin)
    expect(page.locator("nav").get_by_role("link", name="À faire")).to_be_visible()
    admin.look()

    page = admin.go("/administration/people/invite/")
    page.get_by_label("Nom, commune, FINESS, région").fill("France")
    page.get_by_role("link", name="France").click()
    expect(page.get_by_role("heading", name="Inviter quelqu’un")).to_be_visible()
    admin.look()
    page.get_by_label("Adresse électronique").fill("analyste@cert.example")
    page.get_by_label("Analyste du CERT").check()
    page.get_by_role("button", name="Envoyer l’invitation").click()
    link = page.locator("#link").inner_text()
    admin.look()

    newcomer = visit(hospital_desk)
    page = newcomer.go(urlsplit(link).path)
    page.get_by_label("Prénom").fill("Claire")
    page.get_by_label("Nom de famille", exact=True).fill("Morvan")
    page.get_by_label("Mot de passe").first.fill(PASSWORD)
    page.get_by_role("button", name="Accepter l’invitation").click()
    protect(newcomer)
    newcomer.go("/incidents/queue/")

    again = visit(hospital_desk)
    page = sign_in(again, "admin@hopital.example", PASSWORD)
    page.get_by_label("code de secours").fill(codes[0])
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator("nav").get_by_role("link", name="À faire")).to_be_visible()
