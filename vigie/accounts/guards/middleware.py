"""Before every page: speak the reader's language, and let nobody read who owes a second factor."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.utils import timezone, translation

from vigie.accounts.guards.proof import has_second_factor
from vigie.accounts.models import User
from vigie.establishments import queries as establishments

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ReaderMiddleware:
    """Give signed-in people their language and their time zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the person's own settings."""
        person = request.user
        if not isinstance(person, User):
            return self.get_response(request)
        translation.activate(person.language)
        request.LANGUAGE_CODE = person.language
        with timezone.override(person.time_zone):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Lead whoever needs a second factor, and came without, to it before anything else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on: the decision needs to know the page."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        """Turn away from pages that are neither open to all nor part of the set-up itself."""
        if getattr(view, "before_second_factor", False) or not owes_second_factor(request):
            return None
        if getattr(view, "door", None) == "open_to_all":
            request.user = AnonymousUser()  # what anyone may read, and nothing more
            return None
        return turn_away(request)


def owes_second_factor(request: HttpRequest) -> bool:
    """Return whether the signed-in person's roles ask for a second factor that they did not give.

    A demo instance, where everybody may be anybody, offers it without asking.
    """
    person = request.user
    if not isinstance(person, User) or has_second_factor(request, person):
        return False
    return person.needs_second_factor and not establishments.is_demo()


def turn_away(request: HttpRequest) -> HttpResponseBase:
    """Send a page to the set-up and back, tell a program why it is refused."""
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
            "detail": "This session lacks a second factor.",
            "errors": [],
        }
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    back = request.get_full_path() if request.method == "GET" else "/"
    target = f"{reverse('accounts:second_factor')}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
