"""People with a browser, before a real server process that works on a real SQLite file."""

import contextlib
import os
import re
import signal
import socket
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.ground.conftest import Instance, plain_environment

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
GRAVE = {"serious", "critical"}
# What a browser says of a network that a test cut, or of a form that came back with errors.
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "status of 422")
AXE = Axe()
# All that the law asks; advice that is no barrier is not waited for.
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}


@contextlib.contextmanager
def served(instance):
    """Serve an instance on a free port for as long as it is needed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = instance.start("up", "--port", str(port))
    try:
        line = process.stdout.readline()
        assert line.startswith("Vigie is ready"), process.stderr.read()
        instance.url = f"http://localhost:{port}"
        yield instance
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def new_instance(home):
    return Instance(home, plain_environment(home))


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo nation, served: people of every role, forty open files."""
    instance = new_instance(tmp_path_factory.mktemp("demo") / "home")
    built = instance.run("demo")
    assert built.returncode == 0, built.stderr
    with served(instance):
        yield instance


@pytest.fixture(scope="session")
def hospital_desk(tmp_path_factory):
    """An instance in earnest, served, with one administrator and no second factor yet."""
    instance = new_instance(tmp_path_factory.mktemp("earnest") / "home")
    made = instance.run(
        *("user", "create", "admin@hopital.example", "--role", "administrator"),
        *("--first-name", "Inès", "--last-name", "Marchal", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    assert made.returncode == 0, made.stderr
    with served(instance):
        yield instance


PASSWORD = "une vigie qui veille la nuit"  # noqa: S105 - of an instance that dies with the test


class Visitor:
    """Somebody with a browser; whatever it complains about is kept."""

    def __init__(self, chromium, url, complaints, **options):
        self.url = url
        self.complaints = complaints
        self.context = chromium.new_context(
            base_url=url,
            **({"locale": "fr-FR", "viewport": DESK} | options),
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(15_000)
        self.context.on("request", self._note_request)
        self.context.on("console", lambda message: self._note_words(message.text))
        self.context.on("weberror", lambda failure: self._note_words(str(failure.error)))
        self.page = self.context.new_page()

    def _note_request(self, request):
        if not request.url.startswith((f"{self.url}/", "data:", "blob:", "about:")):
            self.complaints.append(f"a request left the server: {request.url}")

    def _note_words(self, words):
        if not any(known in words for known in EXPECTED):
            self.complaints.append(f"{self.path}: {words}")

    @property
    def path(self):
        return urlsplit(self.page.url).path

    def go(self, path):
        """Open a page, which must be there, and look at it."""
        answer = self.page.goto(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        self.look()
        return self.page

    def look(self):
        """Check what is shown now: nothing grave for assistive technology, no sideways scroll."""
        for found in AXE.run(self.page, options=RULES).response["violations"]:
            if found["impact"] in GRAVE:
                places = [node["html"] for node in found["nodes"]]
                self.complaints.append(f"{self.path}: {found['id']} {places}")
        self.measure()

    def measure(self):
        """Check that the page is no wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if (more := self.page.evaluate(wide)) > 0:
            self.complaints.append(f"{self.path}: {more} pixels too wide")

    def play(self, name):
        """Enter the demo as one of its people, by one click."""
        self.page.goto("/account/sign-in/")
        self.page.get_by_role("button", name=re.compile(name)).first.click()
        self.page.wait_for_url(f"{self.url}/")
        return self

    def speak(self, language):
        """Choose a language in the sheet of the person."""
        if self.page.locator("html").get_attribute("lang") != language:
            self.page.locator("summary").first.click()
            self.page.locator(f"button[name=language][value={language}]").click()
            self.page.wait_for_selector(f"html[lang={language}]")
        return self


@pytest.fixture
def visit(chromium):
    """Let people in; a console message, a stranger's address or a barrier fails the test."""
    complaints, contexts = [], []

    def visitor(instance, **options):
        one = Visitor(chromium, instance.url, complaints, **options)
        contexts.append(one.context)
        return one

    yield visitor
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)
