"""Doors to the acts on a file: show the form on the file's page, or do the act."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.operations.version import StaleFile
from vigie.incidents.queries.file import OneFile
from vigie.incidents.queries.journal import said
from vigie.incidents.views.acting import REFUSALS, Asked, refusal
from vigie.incidents.views.decisions import DECISIONS
from vigie.incidents.views.detail import OpenAct, holds, read, show
from vigie.incidents.views.steering import STEERING
from vigie.kernel import clock

UNPROCESSABLE, CONFLICT = 422, 409
ACTS = DECISIONS | STEERING
LONG = frozenset({"qualify", "close"})  # forms in which much is typed


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def follow_up(request: SignedRequest, pk: int, name: str) -> HttpResponse:
    """Do one of the desk's acts, or show its form."""
    return _act(request, pk, name, Permission.FOLLOW)


@needs(Permission.QUALIFY)
@require_http_methods(["GET", "POST"])
def qualification(request: SignedRequest, pk: int) -> HttpResponse:
    """Qualify, or show the form."""
    return _act(request, pk, "qualify", Permission.QUALIFY)


@needs(Permission.AMEND)
@require_http_methods(["GET", "POST"])
def support(request: SignedRequest, pk: int) -> HttpResponse:
    """Ask the CERT for support, or show the form."""
    return _act(request, pk, "ask-support", Permission.AMEND)


def _act(request: SignedRequest, pk: int, name: str, permission: Permission) -> HttpResponse:
    act = ACTS.get(name)
    if act is None or act.permission is not permission:
        raise Http404
    found = read(request, pk, part=name)
    holds(found, permission)
    asked = Asked(request.user, found, clock.now())
    if not act.fits(asked):
        messages.warning(request, gettext("Cet acte n’est plus possible : le dossier a changé."))
        return redirect("incidents:file", pk)
    if request.method != "POST":
        return _open(request, asked, name, act.make(asked, {"initial": _initial(found)}))
    form = act.make(asked, {"data": request.POST})
    if not form.is_valid():
        return _open(request, asked, name, form, status=UNPROCESSABLE)
    return _run(request, asked, name, form)


def _run(request: SignedRequest, asked: Asked, name: str, form: Form) -> HttpResponse:
    act = ACTS[name]
    try:
        act.run(asked, form)
    except StaleFile as reason:
        return _stale(request, asked, name, reason)
    except REFUSALS as reason:
        field, text = refusal(reason)
        form.add_error(field if field in form.fields else None, text)
        return _open(request, asked, name, form, status=UNPROCESSABLE)
    messages.success(request, str(act.done))
    return redirect("incidents:file", asked.incident.pk)


def _open(
    request: SignedRequest, asked: Asked, name: str, form: Form, *, status: int = 200
) -> HttpResponse:
    act = ACTS[name]
    opened = OpenAct(
        title=act.title,
        form=form,
        url=reverse(f"incidents:{name}", args=[asked.incident.pk]),
        submit=act.submit,
        note=act.note,
        is_grave=act.is_grave,
        keep=f"act:{asked.incident.pk}:{name}" if name in LONG else "",
    )
    return show(request, asked.file, act=opened, status=status)


def _stale(request: SignedRequest, asked: Asked, name: str, reason: StaleFile) -> HttpResponse:
    """Show the form again, with what was typed, on the file as it is now."""
    data = request.POST.copy()
    data["version"] = str(reason.held.version)
    fresh = Asked(asked.by, read(request, asked.incident.pk, part=name), asked.now)
    form = ACTS[name].make(fresh, {"data": data})
    last = [said(entry, fresh.file.names) for entry in fresh.file.lines[:1]]
    told = gettext(
        "Le dossier a changé depuis que vous l’avez lu. Votre saisie est gardée : "
        "relisez le dossier, puis envoyez de nouveau."
    )
    named = gettext("Dernier acte : %(act)s (%(who)s)")
    told += "".join(" " + named % {"act": line.text, "who": line.who} for line in last)
    form.add_error(None, told)
    return _open(request, fresh, name, form, status=CONFLICT)


def _initial(found: OneFile) -> dict[str, Any]:
    return {"version": found.incident.version}
