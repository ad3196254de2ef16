"""One's own page: name, settings, sessions, tokens, the switch of scope."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from vigie.accounts import forms, operations, queries
from vigie.accounts.guards import SignedRequest, proven, signed_in
from vigie.accounts.rules import Refusal
from vigie.accounts.views.refusals import refuse
from vigie.accounts.views.sign_in import directory
from vigie.kernel import clock

SETTINGS = ("first_name", "last_name", "job", "phone", "language", "theme", "time_zone")


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: SignedRequest) -> HttpResponse:
    """Show what Vigie knows of the person, and let them change what is theirs to change."""
    person, now = request.user, clock.now()
    start = {name: getattr(person, name) for name in SETTINGS}
    form = forms.ProfileForm(request.POST or None, person=person, initial=start)
    if form.is_valid():
        operations.change_profile(by=person, now=now, **form.cleaned_data)
        messages.success(request, _("C’est enregistré."))
        return redirect("accounts:profile")
    context = {
        "form": form,
        "roles": person.memberships_shown,
        "delegations": person.delegations_shown,
        "factors": queries.second_factors(person),
        "sessions": queries.sessions_of(person, now=now),
        "this_session": request.session.session_key,
        "tokens": queries.tokens_of(person),
        "linked": queries.directory_accounts(person),
        "directory": directory(request),
    }
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def end_sessions(request: SignedRequest) -> HttpResponse:
    """Close every session of the person but this one."""
    ended = operations.end_other_sessions(
        by=request.user, kept=request.session.session_key or "", now=clock.now()
    )
    if ended:
        messages.success(request, _("Vos autres sessions sont fermées."))
    return redirect("accounts:profile")


@signed_in
@require_POST
def scope(request: SignedRequest) -> HttpResponse:
    """Narrow lists to one territory, or widen them to all."""
    form = forms.ScopeForm(request.POST, person=request.user)
    if form.is_valid():
        operations.choose_scope(by=request.user, scope=form.cleaned_data["scope"])
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else "/")


@signed_in
@proven
@never_cache
@sensitive_variables("made")
@require_http_methods(["GET", "POST"])
def new_token(request: SignedRequest) -> HttpResponse:
    """Make a token and show its secret this once."""
    form = forms.TokenForm(request.POST or None, person=request.user, initial={"days": 90})
    if form.is_valid():
        now = clock.now()
        try:
            made = operations.create_token(
                by=request.user,
                name=form.cleaned_data["name"],
                scopes=form.wanted,
                expires_at=form.ends(now),
                now=now,
            )
        except Refusal as reason:
            refuse(form, reason)
        else:
            return render(request, "accounts/token_made.html", {"made": made})
    status = 422 if form.errors else 200
    return render(request, "accounts/new_token.html", {"form": form}, status=status)


@signed_in
@require_POST
def revoke_token(request: SignedRequest, pk: int) -> HttpResponse:
    """End a token of one's own."""
    token = get_object_or_404(queries.tokens_of(request.user), pk=pk)
    operations.revoke_token(by=request.user, token=token, now=clock.now())
    messages.success(request, _("Le jeton ne vaut plus rien."))
    return redirect("accounts:profile")
