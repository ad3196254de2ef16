"""Ways in beside the password: a passkey, and the directory of the hospital."""

import re

import pytest
from playwright.sync_api import expect

from tests.ground.conftest import Instance, plain_environment
from tests.journeys.conftest import PASSWORD, Visitor, served
from tests.journeys.test_first_sign_in import sign_in
from vigie.accounts.tests.provider import running_provider

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
EMAIL = "admin@hopital.example"
CLAIRE = {
    "sub": "899700000001",
    "email": EMAIL,
    "email_verified": True,
    "name": "Claire Morel",
    "acr": "eidas2",
}


@pytest.fixture(scope="module")
def provider():
    with running_provider(CLAIRE) as address:
        yield address


@pytest.fixture
def desk(tmp_path, provider):
    """An instance that trusts a directory, served, with one administrator."""
    home = tmp_path / "home"
    directory = {
        "VIGIE_OIDC_ISSUER": provider,
        "VIGIE_OIDC_CLIENT_SECRET": "known to the provider",
        "VIGIE_OIDC_ACR": CLAIRE["acr"],
    }
    instance = Instance(home, plain_environment(home) | directory)
    made = instance.run(
        *("user", "create", EMAIL, "--role", "administrator"),
        *("--first-name", "Claire", "--last-name", "Morel", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    assert made.returncode == 0, made.stderr
    with served(instance):
        yield instance


@pytest.fixture
def someone(chromium, desk, provider):
    """A visitor whose browser may go to the directory, and nowhere else."""
    complaints = []
    visitor = Visitor(chromium, desk.url, complaints)
    here = re.compile(f"^({re.escape(desk.url)}|{re.escape(provider)})/")
    visitor.context.route(lambda url: not here.match(url), lambda route: route.abort())
    yield visitor
    visitor.context.close()
    # What the page of the directory asks for is its own affair.
    left = [said for said in complaints if provider not in said and "jsdelivr" not in said]
    assert not [said for said in left if not said.startswith("/oauth2/")], complaints


def give_a_key(visitor):
    """Plug a key into the browser that stays on the device and knows who holds it."""
    wire = visitor.context.new_cdp_session(visitor.page)
    wire.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    can = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    return wire, wire.send("WebAuthn.addVirtualAuthenticator", {"options": kind | can})


def leave(page):
    page.locator("summary").first.click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()


def test_a_passkey_protects_the_account_and_then_opens_it_alone(someone):
    wire, key = give_a_key(someone)
    page = sign_in(someone, EMAIL, PASSWORD)
    page.get_by_role("link", name="Enregistrer une clé").click()
    someone.look()
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    page.get_by_role("link", name="C’est noté, continuer").click()
    someone.go("/administration/people/")

    leave(page)
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_hidden()
    someone.go("/administration/people/")

    # A dangerous act asks again only later; a key that is refused says so.
    leave(page)
    refused = {"authenticatorId": key["authenticatorId"], "isUserVerified": False}
    wire.send("WebAuthn.setUserVerified", refused)
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_text("La clé n’a pas répondu")).to_be_visible(timeout=30_000)


def test_the_directory_is_linked_then_opens_the_account(someone):
    page = sign_in(someone, EMAIL, PASSWORD)
    give_a_key(someone)
    page.get_by_role("link", name="Enregistrer une clé").click()
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.get_by_role("link", name="C’est noté, continuer").click()

    someone.go("/account/")
    page.get_by_role("button", name="Relier Pro Santé Connect").click()
    page.get_by_role("button", name=CLAIRE["sub"]).click()
    expect(page.get_by_text("Claire Morel").last).to_be_visible()
    expect(page.get_by_role("button", name="Délier")).to_be_visible()
    someone.look()

    leave(page)
    page.get_by_role("button", name="Pro Santé Connect").click()
    page.get_by_role("button", name=CLAIRE["sub"]).click()
    page.wait_for_url(re.compile(f"^{re.escape(someone.url)}/"))
    someone.go("/administration/people/")
