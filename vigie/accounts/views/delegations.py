"""Delegate declaring, and take it back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts import forms, operations, queries
from vigie.accounts.guards import SignedRequest, needs, proven, signed_in
from vigie.accounts.rules import Permission, Refusal
from vigie.accounts.views.refusals import refuse
from vigie.kernel import clock


@signed_in
@require_GET
def delegations(request: SignedRequest) -> HttpResponse:
    """List what the reader delegated, what was delegated to them, and what they may end."""
    now = clock.now()
    found = queries.delegations_at(request.user)
    current = found.filter(revoked_at=None, valid_to__gt=now)
    context = {
        "current": current,
        "over": found.exclude(pk__in=current.values("pk"))[:50],
        "may_delegate": request.user.may(Permission.DELEGATE),
    }
    return render(request, "accounts/delegations.html", context)


@needs(Permission.DELEGATE)
@proven
@require_http_methods(["GET", "POST"])
def delegate(request: SignedRequest) -> HttpResponse:
    """Let somebody declare for one of the reader's establishments."""
    places = queries.establishments_to_delegate(request.user)
    people = queries.workers_at_any(places).exclude(pk=request.user.pk)
    form = forms.DelegateForm(request.POST or None, establishments=places, people=people)
    if form.is_valid():
        try:
            operations.delegate(
                by=request.user,
                to=form.cleaned_data["to"],
                establishment=form.cleaned_data["establishment"],
                since=form.starts,
                until=form.ends,
                now=clock.now(),
            )
        except Refusal as reason:
            refuse(form, reason)
        else:
            messages.success(request, _("La délégation est enregistrée."))
            return redirect("accounts:delegations")
    context = {"form": form, "nobody": not people.exists()}
    return render(request, "accounts/delegate.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def revoke(request: SignedRequest, pk: int) -> HttpResponse:
    """End a delegation."""
    found = get_object_or_404(queries.delegations_at(request.user), pk=pk)
    operations.revoke_delegation(by=request.user, delegation=found, now=clock.now())
    messages.success(request, _("La délégation est retirée."))
    return redirect("accounts:delegations")
