"""Set up, give and give up second factors: application, passkeys, recovery codes."""

from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from vigie.accounts import forms, queries
from vigie.accounts.guards import SignedRequest, before_second_factor, proven, signed_in
from vigie.accounts.guards.middleware import owes_second_factor
from vigie.accounts.guards.proof import record_second_factor
from vigie.accounts.guards.sign_in import passkeys_work
from vigie.accounts.views.library import answer, entrance, inside

AFTER = "after_second_factor"  # where the session keeps the page that was asked for


@before_second_factor
@signed_in
@require_GET
def start(request: SignedRequest) -> HttpResponse:
    """Lead through the first set-up; who has a factor already gives it."""
    back = request.session[AFTER] = get_next_redirect_url(request) or "/"
    if not owes_second_factor(request):
        return redirect("mfa_index")
    factors = queries.second_factors(request.user)
    if not factors.any:
        context = {"factors": factors, "with_passkey": passkeys_work(request)}
        return render(request, "accounts/second_factor_start.html", context)
    by_code = factors.application or not passkeys_work(request)
    giving = "mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn"
    return redirect(f"{reverse(giving)}?{urlencode({'next': back})}")


@signed_in
@require_GET
def index(request: SignedRequest) -> HttpResponse:
    """Show the factors of the person, and what can be added."""
    factors = queries.second_factors(request.user)
    context = {"factors": factors, "with_passkey": passkeys_work(request)}
    return render(request, "accounts/second_factors.html", context)


@inside
def set_up_application(request: SignedRequest) -> HttpResponseBase:
    """Link an application that shows codes."""
    answered = answer(
        totp.ActivateTOTPView,
        request,
        template="accounts/application.html",
        form_class=forms.ActivateForm,
        whole=True,
    )
    return _counted(request, answered, "totp")


@inside
def add_key(request: SignedRequest) -> HttpResponseBase:
    """Register a passkey."""
    answered = answer(
        webauthn.AddWebAuthnView,
        request,
        template="accounts/key.html",
        form_class=forms.KeyForm,
        whole=True,
    )
    return _counted(request, answered, "webauthn")


def _counted(request: SignedRequest, answered: HttpResponseBase, kind: str) -> HttpResponseBase:
    """Count a factor that was just set up as given in this session, then show what follows."""
    if request.method != "POST" or answered.status_code != 302:
        return answered
    if not Authenticator.objects.filter(user=request.user, type=kind).exists():
        return answered
    record_second_factor(request, request.user, kind)
    if AFTER in request.session and answered.headers["Location"] == reverse("mfa_index"):
        return redirect(request.session.pop(AFTER))
    return answered


@signed_in
def drop_application(request: SignedRequest) -> HttpResponseBase:
    """Give up the application."""
    template = "accounts/drop_application.html"
    return answer(totp.DeactivateTOTPView, request, template=template, whole=True)


@signed_in
def drop_key(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Give up a passkey, unless it is the last factor of somebody who needs one."""
    mine = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
    key, adapter = get_object_or_404(mine, pk=pk), get_adapter()
    if not adapter.can_delete_authenticator(key):
        messages.error(request, str(adapter.error_messages["cannot_delete_authenticator"]))
        return redirect("mfa_index")
    return answer(
        webauthn.RemoveWebAuthnView,
        request,
        template="accounts/drop_key.html",
        success_url=reverse("mfa_index"),
        whole=True,
        keys={"pk": pk},
    )


@signed_in
def rename_key(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Name a passkey."""
    return answer(
        webauthn.EditWebAuthnView,
        request,
        template="accounts/rename_key.html",
        form_class=forms.RenameKeyForm,
        success_url=reverse("mfa_index"),
        keys={"pk": pk},
    )


@signed_in
def new_codes(request: SignedRequest) -> HttpResponseBase:
    """Make new recovery codes; the old ones die."""
    template = "accounts/new_codes.html"
    return answer(recovery.GenerateRecoveryCodesView, request, template=template, whole=True)


@before_second_factor
@signed_in
@require_GET
@never_cache
@proven
def recovery_codes(request: SignedRequest) -> HttpResponse:
    """Show the recovery codes that are left, to print or write down."""
    codes = queries.recovery_codes(request.user)
    onward = request.session.get(AFTER, "")
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "onward": onward})


@entrance
def give_factor(request: HttpRequest) -> HttpResponseBase:
    """Ask for the second factor while signing in."""
    return answer(
        mfa.AuthenticateView,
        request,
        template="accounts/give_factor.html",
        extra_context={"passkeys_work": passkeys_work(request)},
    )


@inside
def code_again(request: HttpRequest) -> HttpResponseBase:
    """Ask for a code before a dangerous act."""
    return answer(mfa.ReauthenticateView, request, template="accounts/code_again.html")


@inside
def key_again(request: HttpRequest) -> HttpResponseBase:
    """Ask for a passkey before a dangerous act."""
    return answer(webauthn.ReauthenticateWebAuthnView, request, template="accounts/key_again.html")


@entrance
def key_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in with a passkey alone; a GET gives the page's script what the browser needs."""
    return answer(webauthn.LoginWebAuthnView, request)
