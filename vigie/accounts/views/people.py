"""Administer people: find them, give and end roles, invite, close accounts."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts import forms, operations, queries
from vigie.accounts.guards import SignedRequest, needs, proven
from vigie.accounts.models import User
from vigie.accounts.rules import Permission, Refusal
from vigie.accounts.views.refusals import refuse, tell_refusal
from vigie.establishments.rules import BadTerritory, Territory
from vigie.kernel import clock

PAGE = 50
DETAILS = ("first_name", "last_name", "job", "phone", "email")


@needs(Permission.MANAGE_PEOPLE)
@require_GET
def people(request: SignedRequest) -> HttpResponse:
    """List the people with a role where the reader administers; give htmx the table alone."""
    form = forms.PeopleFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = queries.search_people(request.user, asked.get("q", ""), asked.get("role", ""))
    page = Paginator(found, PAGE).get_page(asked.get("page") or 1)
    context = {"form": form, "people": page, "pages": _pages(request, page)}
    template = "accounts/_people.html" if request.htmx else "accounts/people.html"
    return render(request, template, context)


def _pages(request: SignedRequest, page: object) -> dict[str, object]:
    kept = {name: request.GET[name] for name in ("q", "role") if request.GET.get(name)}

    def url(number: int) -> str:
        return f"?{urlencode({**kept, 'page': number})}"

    here = page.number  # type: ignore[attr-defined]
    return {
        "shown": len(page.object_list),  # type: ignore[attr-defined]
        "total": page.paginator.count,  # type: ignore[attr-defined]
        "first_url": url(1) if here > 2 else "",
        "previous_url": url(here - 1) if page.has_previous() else "",  # type: ignore[attr-defined]
        "next_url": url(here + 1) if page.has_next() else "",  # type: ignore[attr-defined]
    }


def known_person(request: SignedRequest, pk: int) -> User:
    """Return a person whom the reader administers in part or whole. Raises Http404."""
    return get_object_or_404(queries.people_governed(request.user), pk=pk)


@needs(Permission.MANAGE_PEOPLE)
@require_GET
def person(request: SignedRequest, pk: int) -> HttpResponse:
    """Show a person: roles, second factor, tokens, and what the journal says."""
    found = known_person(request, pk)
    page = queries.journal_about(request.user, found)
    context = {
        "person": found,
        "roles": queries.visible_memberships(request.user).filter(user=found),
        "has_second_factor": queries.has_second_factor(found),
        "tokens": queries.tokens_of(found).filter(revoked_at=None),
        "may_close": found.pk != request.user.pk and queries.manages(request.user, found),
        "is_me": found.pk == request.user.pk,
        "journal": page,
        "names": queries.names_of(page),
    }
    return render(request, "accounts/person.html", context)


@needs(Permission.MANAGE_PEOPLE)
@proven
@require_http_methods(["GET", "POST"])
def correct(request: SignedRequest, pk: int) -> HttpResponse:
    """Correct the name or the address of a person."""
    found = known_person(request, pk)
    start = {name: getattr(found, name) for name in DETAILS}
    form = forms.CorrectForm(request.POST or None, initial=start)
    if form.is_valid():
        try:
            operations.correct_person(
                by=request.user, person=found, now=clock.now(), **form.cleaned_data
            )
        except Refusal as reason:
            refuse(form, reason)
        else:
            messages.success(request, _("C’est corrigé."))
            return redirect("accounts:person", pk)
    context = {"form": form, "person": found}
    return render(request, "accounts/correct.html", context, status=422 if form.errors else 200)


def asked_territory(request: SignedRequest) -> Territory | None:
    """Return the territory named in the address, None without. Raises Http404 on nonsense."""
    text = request.GET.get("where", "")
    if not text:
        return None
    try:
        territory = Territory.parse(text)
    except BadTerritory as reason:
        raise Http404 from reason
    if not queries.may_give_roles_on(request.user, territory):
        raise Http404
    return territory


def choose_place(request: SignedRequest, person: User | None = None) -> HttpResponse:
    """Let the administrator search for the territory that a role will be given on."""
    text = request.GET.get("q", "")[:100]
    context = {
        "person": person,
        "q": text,
        "own": queries.own_territories(request.user),
        "found": queries.governed_territories(request.user, text),
    }
    template = "accounts/_places_found.html" if request.htmx else "accounts/choose_place.html"
    return render(request, template, context)


@needs(Permission.MANAGE_PEOPLE)
@proven
@require_http_methods(["GET", "POST"])
def give_role(request: SignedRequest, pk: int) -> HttpResponse:
    """Give a person one more role."""
    found, territory = known_person(request, pk), asked_territory(request)
    if territory is None:
        return choose_place(request, found)
    form = forms.GiveRoleForm(request.POST or None, kind=territory.kind)
    if form.is_valid():
        try:
            operations.give_membership(
                by=request.user,
                person=found,
                role=form.cleaned_data["role"],
                territory=territory,
                valid_from=form.starts,
                valid_to=form.ends,
                now=clock.now(),
            )
        except Refusal as reason:
            refuse(form, reason)
        else:
            messages.success(request, _("Le rôle est donné."))
            return redirect("accounts:person", pk)
    context = {"form": form, "person": found, "place": queries.name_of(territory)}
    return render(request, "accounts/give_role.html", context, status=422 if form.errors else 200)


@needs(Permission.MANAGE_PEOPLE)
@proven
@require_POST
def end_role(request: SignedRequest, pk: int, role: int) -> HttpResponse:
    """End a role of a person."""
    found = known_person(request, pk)
    held = get_object_or_404(queries.visible_memberships(request.user), pk=role, user=found)
    try:
        operations.end_membership(by=request.user, membership=held, now=clock.now())
    except Refusal as reason:
        tell_refusal(request, reason)
    else:
        messages.success(request, _("Le rôle est terminé."))
    # Whoever held only this role past its end is still known here: past roles count.
    return redirect("accounts:person", pk)


ACTS: dict[str, Callable[..., None]] = {
    "close": operations.deactivate_person,
    "reopen": operations.reactivate_person,
    "reset-second-factor": operations.reset_second_factor,
    "sign-out": operations.end_sessions,
}
DONE = {
    "close": gettext_noop("Le compte est fermé."),
    "reopen": gettext_noop("Le compte est ouvert à nouveau."),
    "reset-second-factor": gettext_noop("Le second facteur est retiré : un autre sera demandé."),
    "sign-out": gettext_noop("La personne est déconnectée partout."),
}


@needs(Permission.MANAGE_PEOPLE)
@proven
@require_POST
def act(request: SignedRequest, pk: int, name: str) -> HttpResponse:
    """Close or reopen an account, reset its second factor, sign it out everywhere."""
    found = known_person(request, pk)
    if name not in ACTS:
        raise Http404
    try:
        ACTS[name](by=request.user, person=found, now=clock.now())
    except Refusal as reason:
        tell_refusal(request, reason)
    else:
        messages.success(request, _(DONE[name]))
    return redirect("accounts:person", pk)


@needs(Permission.MANAGE_PEOPLE)
@proven
@require_POST
def revoke_token(request: SignedRequest, pk: int, token: int) -> HttpResponse:
    """End a token of a person."""
    found = known_person(request, pk)
    held = get_object_or_404(queries.tokens_of(found), pk=token)
    operations.revoke_token(by=request.user, token=held, now=clock.now())
    messages.success(request, _("Le jeton ne vaut plus rien."))
    return redirect("accounts:person", pk)
