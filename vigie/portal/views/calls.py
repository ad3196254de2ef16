"""Calls: those that wait, who was called, and taking one, here or by the link of a letter."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs, open_to_all
from vigie.accounts.rules import Permission
from vigie.establishments import operations
from vigie.establishments.models import Callout
from vigie.establishments.operations import AlreadyTaken, LinkOver
from vigie.establishments.queries import call_step_of, whole
from vigie.kernel import clock
from vigie.portal.queries import calls as queries
from vigie.portal.queries.rota import name_of_rota
from vigie.portal.views.frame import Frame
from vigie.ui import moments

ANSWER = Permission.ANSWER_CALLS
UNCHANGED = 204
REFERRER = "no-referrer"


@needs(ANSWER)
@require_GET
def calls(request: SignedRequest) -> HttpResponse:
    """List the last calls, those that wait in front."""
    found = [(call, name_of_rota(call.rota)) for call in queries.listed(request.user)]
    return render(request, "portal/calls/list.html", {"calls": found, "now": clock.now()})


@needs(ANSWER)
@require_GET
def call(request: SignedRequest, pk: int) -> HttpResponse:
    """Show a call: its matters, who was called and how, who took it."""
    found = get_object_or_404(whole(queries.answerable(request.user)), pk=pk)
    context = {
        "call": found,
        "name": name_of_rota(found.rota),
        "called": [(one, name_of_rota(one.step.rota)) for one in queries.called(found)],
        "now": clock.now(),
    }
    return render(request, "portal/calls/call.html", context)


@needs(ANSWER)
@require_POST
def take_call(request: SignedRequest, pk: int) -> HttpResponse:
    """Take a call in the application."""
    found = get_object_or_404(queries.answerable(request.user), pk=pk)
    name = request.user.full_name
    try:
        operations.take_call(by=request.user, name=name, call=found, now=clock.now())
    except AlreadyTaken as refused:
        messages.warning(request, told(refused.call))
    else:
        messages.success(request, _("Vous avez pris l’appel ; les autres le savent."))
    return redirect("portal:call", found.pk)


@csrf_exempt  # the secret in the address is the only right used: no session, no cookie
@never_cache
@open_to_all
@require_http_methods(["GET", "POST"])
def take_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask whoever was called whether they take it; mail scanners follow links, so a GET does not.

    Nothing here needs an account: the letter is the proof.
    """
    now, refused = clock.now(), ""
    if request.method == "POST":
        try:
            operations.take_call_by_link(secret=secret, now=now)
        except LinkOver:
            return _closed(request)
        except AlreadyTaken as late:
            refused = told(late.call)
    step = call_step_of(secret, now)
    if step is None:
        return _closed(request)
    context = {
        "call": step.callout,
        "step": step,
        "name": name_of_rota(step.callout.rota),
        "items": step.callout.items.order_by("at", "id"),
        "is_mine": step.callout.taken_by == f"step:{step.pk}",
        "refused": refused,
        "referrer": REFERRER,
        "now": now,
    }
    return _private(render(request, "portal/calls/link.html", context))


@open_to_all
@require_GET
def calling(request: HttpRequest) -> HttpResponse:
    """Answer the question that every open page asks again: is there a call for me?

    Open to all, for strangers without an answer: a page in which somebody types must not be led to
    the sign-in because their session ended.
    """
    surround = Frame(request, clock.now())
    if request.GET.get("seen", "") == surround.alerts_seen:
        return HttpResponse(status=UNCHANGED)
    return render(request, "ui/_calls.html", {"frame": surround})


def told(call: Callout) -> str:
    """Return who took a call and since when, or that its matter is settled."""
    if call.taken_at is None:
        return _("Cet appel est clos : l’affaire est réglée.")
    said = {"who": call.taken_name or _("Une personne"), "time": moments.short(call.taken_at)}
    return _("%(who)s a déjà pris l’appel, le %(time)s.") % said


def _closed(request: HttpRequest) -> HttpResponse:
    context = {"referrer": REFERRER}
    return _private(render(request, "portal/calls/link_over.html", context, status=404))


def _private(answer: HttpResponse) -> HttpResponse:
    """Return a page whose address is a secret: it stays in no cache, log of others, or index."""
    answer["Referrer-Policy"] = REFERRER
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
