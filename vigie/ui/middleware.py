"""Answer pages that send with scripts so that nobody lands in half a page."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

GetResponse = Callable[[HttpRequest], HttpResponseBase]
ASKED, ANSWERED = "Vigie-Resend", "Vigie-Location"


class RedirectMiddleware:
    """Hand redirects to the script that asked, which would follow them blindly.

    A form sent again and again (`data-resend`) gets the address to open in a header. A fragment
    asked for by htmx after the session ended sends the whole page to the sign-in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the answer on, redirects rewritten where a script asked."""
        answer = self.get_response(request)
        location = answer.headers.get("Location")
        if not location or not 300 <= answer.status_code < 400:
            return answer
        if ASKED in request.headers:
            return _moved(answer, {ANSWERED: location})
        if request.headers.get("HX-Request") == "true" and _is_sign_in(location):
            return _moved(answer, {"HX-Redirect": _sign_in_for(request)})
        return answer


def _moved(answer: HttpResponseBase, headers: dict[str, str]) -> HttpResponse:
    """Return an empty answer with the headers and the cookies of the redirect."""
    moved = HttpResponse(status=204, headers=headers)
    moved.cookies = answer.cookies
    return moved


def _is_sign_in(location: str) -> bool:
    return urlsplit(location).path == resolve_url(settings.LOGIN_URL)


def _sign_in_for(request: HttpRequest) -> str:
    """Return the sign-in that comes back to the page the person was reading."""
    page = urlsplit(request.headers.get("HX-Current-URL", "/"))
    back = page.path + (f"?{page.query}" if page.query else "")
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
