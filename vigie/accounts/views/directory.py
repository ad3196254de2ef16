"""Sign in by the directory, and link one's account to it."""

import logging
from urllib.parse import urlsplit

from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from vigie.accounts.guards import signed_in
from vigie.accounts.views.library import answer, entrance

logger = logging.getLogger(__name__)
# What the library lets through when the directory is down or says nonsense of itself.
UNREACHABLE = (RequestException, KeyError, ValueError)


@entrance
def leave(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Send the browser to the directory, by a page: a form may lead only to Vigie itself.

    The policy that pages are served with (form-action 'self') also holds for redirects.
    """
    if request.method != "POST":
        return redirect("account_login")
    try:
        answered: HttpResponseBase = openid.login(request, provider_id)
    except UNREACHABLE as reason:
        logger.warning("The directory does not answer as it should: %s", reason)
        return render(request, "accounts/directory_failed.html", status=503)
    target = answered.headers.get("Location", "")
    if urlsplit(target).netloc:
        return render(request, "accounts/leaving.html", {"target": target})
    return answered


@entrance
@require_GET
def come_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take what the directory says of the person."""
    answered: HttpResponseBase = openid.callback(request, provider_id)
    return answered


@entrance
@require_GET
def cancelled(request: HttpRequest) -> HttpResponseBase:
    """Say that nothing happened."""
    return answer(social.LoginCancelledView, request, template="accounts/directory_cancelled.html")


@entrance
@require_GET
def failed(request: HttpRequest) -> HttpResponseBase:
    """Say that the directory did not answer as it should."""
    return answer(social.LoginErrorView, request, template="accounts/directory_failed.html")


@signed_in
@require_POST
def unlink(request: HttpRequest) -> HttpResponseBase:
    """End the link between an account of the directory and one's own."""
    return answer(
        social.ConnectionsView,
        request,
        template="accounts/unlink.html",
        success_url=reverse("accounts:profile"),
        whole=True,
    )
