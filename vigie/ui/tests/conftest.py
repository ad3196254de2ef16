"""A real browser for the scripts and the look of the house."""

import re

import pytest


@pytest.fixture
def open_page(chromium, live_server):
    """Open pages of the live server; a console message or a request elsewhere fails the test."""
    complaints, contexts = [], []

    def opened(path, **options):
        context = chromium.new_context(base_url=live_server.url, locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: note_strangers(request.url))
        page.goto(path)
        return page

    def note_strangers(url):
        if not url.startswith((live_server.url, "data:", "blob:")):
            complaints.append(f"asked {url}")

    yield opened
    for context in contexts:
        context.close()
    # A cut network and refused forms are what some tests are about.
    expected = re.compile(r"ERR_INTERNET_DISCONNECTED|422|^htmx:(afterRequest|sendError)")
    assert [complaint for complaint in complaints if not expected.search(complaint)] == []
