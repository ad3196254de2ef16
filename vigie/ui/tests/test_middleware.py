"""Redirects handed to scripts."""

import pytest
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from vigie.ui.middleware import RedirectMiddleware

requests = RequestFactory()


@pytest.fixture(autouse=True)
def sign_in_page(settings):
    settings.LOGIN_URL = "/accounts/login/"


def answer(request, given):
    return RedirectMiddleware(lambda _request: given)(request)


def test_a_form_sent_by_script_is_told_where_to_go():
    given = HttpResponseRedirect("/incidents/7/")
    given.set_cookie("sessionid", "kept")
    told = answer(requests.post("/", headers={"Vigie-Resend": "1"}), given)
    assert (told.status_code, told.headers["Vigie-Location"]) == (204, "/incidents/7/")
    assert told.cookies["sessionid"].value == "kept"


def test_a_browser_follows_redirects_itself():
    given = HttpResponseRedirect("/incidents/7/")
    assert answer(requests.post("/"), given) is given


def test_errors_of_a_form_reach_the_script_as_they_are():
    given = HttpResponse("erreurs", status=422)
    assert answer(requests.post("/", headers={"Vigie-Resend": "1"}), given) is given


def test_a_fragment_never_shows_the_sign_in_inside_a_page():
    request = requests.get(
        "/incidents/",
        headers={"HX-Request": "true", "HX-Current-URL": "https://vigie.example/file/?page=2"},
    )
    told = answer(request, HttpResponseRedirect("/accounts/login/?next=/incidents/"))
    assert told.headers["HX-Redirect"] == "/accounts/login/?next=%2Ffile%2F%3Fpage%3D2"


def test_other_redirects_of_fragments_are_followed():
    request = requests.get("/incidents/", headers={"HX-Request": "true"})
    given = HttpResponseRedirect("/incidents/7/")
    assert answer(request, given) is given
