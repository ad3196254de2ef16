"""Open the link of an invitation, and accept it."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from vigie.accounts import forms, operations, queries
from vigie.accounts.guards.sign_in import INVITATION
from vigie.accounts.models import Invitation, User
from vigie.accounts.rules import Refusal
from vigie.accounts.views.library import entrance
from vigie.accounts.views.refusals import refuse, tell_refusal
from vigie.accounts.views.sign_in import directory
from vigie.kernel import clock


@entrance
@require_GET
@never_cache
def opened(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Keep the secret of a link in the session and show a page whose address is none."""
    limited: HttpResponseBase | None = ratelimit.consume_or_429(request, action="invitation")
    if limited:
        return limited
    request.session[INVITATION] = secret
    return redirect("accounts:invited")


@entrance
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """Show an invitation to whom it was sent: a newcomer, or somebody with an account."""
    secret = request.session.get(INVITATION, "")
    invitation = queries.open_invitation(secret)
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=404)
    if isinstance(request.user, User):
        return _accept(request, request.user, secret, invitation)
    if queries.has_account(invitation.email):
        return render(request, "accounts/invited_sign_in.html", {"invitation": invitation})
    return _join(request, secret, invitation)


def _accept(
    request: HttpRequest, person: User, secret: str, invitation: Invitation
) -> HttpResponse:
    if request.method == "POST":
        try:
            operations.accept_invitation(by=person, secret=secret, now=clock.now())
        except Refusal as reason:
            tell_refusal(request, reason)
        else:
            request.session.pop(INVITATION)
            messages.success(request, _("Votre nouveau rôle est en place."))
            return redirect("accounts:profile")
    mine = invitation.email == person.email
    context = {"invitation": invitation, "is_mine": mine}
    return render(request, "accounts/invited_signed_in.html", context)


def _join(request: HttpRequest, secret: str, invitation: Invitation) -> HttpResponse:
    form = forms.AcceptForm(request.POST or None, email=invitation.email)
    if form.is_valid():
        newcomer = operations.Newcomer(**form.cleaned_data, language=(get_language() or "fr")[:2])
        try:
            person = operations.join(secret=secret, newcomer=newcomer, now=clock.now())
        except Refusal as reason:
            refuse(form, reason)
        else:
            request.session.pop(INVITATION)
            record_authentication(request, person, "password")
            entered: HttpResponse = perform_login(request, person, redirect_url="/")
            return entered
    context = {"form": form, "invitation": invitation, "directory": directory(request)}
    return render(request, "accounts/invited.html", context, status=422 if form.errors else 200)
