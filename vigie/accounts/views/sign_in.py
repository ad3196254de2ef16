"""Sign in and out, choose a password."""

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.socialaccount.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from vigie.accounts import forms, queries
from vigie.accounts.guards import signed_in
from vigie.accounts.guards.demo import may_play
from vigie.accounts.guards.sign_in import passkeys_work
from vigie.accounts.models import User
from vigie.accounts.views.library import answer, entrance, inside


@entrance
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Take an e-mail and a password; offer a passkey, the directory and, in a demo, its people."""
    return answer(
        account.LoginView,
        request,
        template="accounts/sign_in.html",
        form_class=forms.SignInForm,
        extra_context={
            "directory": directory(request),
            "with_passkey": passkeys_work(request),
            "demo": queries.demo_people() if may_play(request) else [],
            "next": get_next_redirect_url(request) or "",
        },
    )


@entrance
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Ask whether to leave, and leave."""
    return answer(account.LogoutView, request, template="accounts/sign_out.html")


@entrance
@require_GET
def closed(request: HttpRequest) -> HttpResponseBase:
    """Tell somebody that their account was closed."""
    return answer(account.AccountInactiveView, request, template="accounts/closed.html")


@inside
def password_again(request: HttpRequest) -> HttpResponseBase:
    """Ask for the password before a dangerous act."""
    return answer(
        account.ReauthenticateView,
        request,
        template="accounts/password_again.html",
        form_class=forms.PasswordAgainForm,
    )


@signed_in
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Replace one's password."""
    return answer(
        account.PasswordChangeView,
        request,
        template="accounts/password.html",
        form_class=forms.ChangePasswordForm,
        whole=True,
    )


@signed_in
def set_password(request: HttpRequest) -> HttpResponseBase:
    """Choose a first password."""
    return answer(
        account.PasswordSetView,
        request,
        template="accounts/password.html",
        form_class=forms.SetPasswordForm,
        whole=True,
    )


@entrance
def reset_password(request: HttpRequest) -> HttpResponseBase:
    """Send a link that chooses a new password."""
    return answer(
        account.PasswordResetView,
        request,
        template="accounts/reset.html",
        form_class=forms.ResetForm,
    )


@entrance
@require_GET
def reset_sent(request: HttpRequest) -> HttpResponseBase:
    """Say where the link went, whether or not the account exists."""
    return answer(account.PasswordResetDoneView, request, template="accounts/reset_sent.html")


@entrance
def new_password(request: HttpRequest, uidb36: str, key: str) -> HttpResponseBase:
    """Choose a new password by the link of a letter."""
    return answer(
        account.PasswordResetFromKeyView,
        request,
        template="accounts/new_password.html",
        form_class=forms.NewPasswordForm,
        whole=True,
        keys={"uidb36": uidb36, "key": key},
    )


@entrance
@require_GET
def new_password_kept(request: HttpRequest) -> HttpResponseBase:
    """Say that the new password is kept."""
    template = "accounts/new_password_kept.html"
    return answer(account.PasswordResetFromKeyDoneView, request, template=template)


@entrance
@require_POST
def play(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the people of a demo instance, by one click on this machine."""
    form = forms.DemoForm(request.POST)
    if not may_play(request) or not form.is_valid():
        raise Http404
    person = get_object_or_404(User, pk=form.cleaned_data["person"], is_active=True)
    if request.user.is_authenticated:
        request.session.flush()
    record_authentication(request, person, "demo")
    entered: HttpResponse = perform_login(
        request, person, redirect_url=get_next_redirect_url(request)
    )
    return entered


def directory(request: HttpRequest) -> dict[str, str] | None:
    """Return the name and the address of sign-in by directory, None where none is configured."""
    for provider in get_adapter(request).list_providers(request):
        path = reverse("openid_connect_login", kwargs={"provider_id": provider.app.provider_id})
        return {"name": provider.name, "url": path}
    return None
