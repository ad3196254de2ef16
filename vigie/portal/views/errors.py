"""Pages for what went wrong: they say what to do and whom to call, without asking the database."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from vigie.reference import catalogue


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that makes no sense."""
    return _page("ui/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer somebody who may not do this."""
    return _page("ui/403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is out of date."""
    return _page("ui/csrf.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere, or nowhere that the reader may see."""
    return _page("ui/404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when Vigie itself failed."""
    return _page("ui/500.html", 500)


def _page(template: str, status: int) -> HttpResponse:
    return HttpResponse(render_to_string(template, {"contacts": _contacts()}), status=status)


def _contacts() -> list[SimpleNamespace]:
    """Return the shipped contacts: a page of errors must not need the database."""
    language = get_language() or "fr"
    return [
        SimpleNamespace(
            label=contact.title.in_(language),
            hours=contact.hours.in_(language),
            phone=contact.phone,
            dialled="".join(sign for sign in contact.phone if sign.isdigit() or sign == "+"),
            url=contact.url,
        )
        for contact in catalogue.contacts().values()
    ]
