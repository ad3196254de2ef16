"""Doors to events: all that the reader may see, one with its files, and the acts on them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.forms import events as forms
from vigie.incidents.models import Event, Incident
from vigie.incidents.operations import events as acts
from vigie.incidents.operations.circulars import write_to_members
from vigie.incidents.operations.events import BadGroup
from vigie.incidents.queries import events as queries
from vigie.incidents.queries.events import OneEvent
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.queries.likely import offers
from vigie.incidents.rules.likeness import Basis
from vigie.incidents.views.acting import Words, refusal
from vigie.inventory.queries import supplier_named
from vigie.kernel import clock

UNPROCESSABLE = 422


@needs(Permission.READ_INCIDENTS)
@require_GET
def listed(request: SignedRequest) -> HttpResponse:
    """Show the events that the reader may see, and groups that may become one."""
    form = forms.EventsForm({"q": "", "state": ""} | request.GET.dict())
    asked = form.right
    state = "" if asked["state"] == "all" else asked["state"]
    rows = list(
        queries.listed(request.user, state=state, text=asked["q"])[: queries.MOST_LISTED + 1]
    )
    at_desk = request.user.may(Permission.FOLLOW)
    context = {
        "form": form,
        "asked": asked,
        "rows": rows[: queries.MOST_LISTED],
        "is_cut": len(rows) > queries.MOST_LISTED,
        "most": queries.MOST_LISTED,
        "offers": offers(request.user) if at_desk else [],
        "at_desk": at_desk,
        "now": clock.now(),
    }
    return render(request, "incidents/events/list.html", context)


@needs(Permission.READ_INCIDENTS)
@require_GET
def one(request: SignedRequest, pk: int) -> HttpResponse:
    """Show an event with the files that the reader may see."""
    return _show(request, _found(request, pk))


@needs(Permission.FOLLOW)
@require_POST
def write(request: SignedRequest, pk: int) -> HttpResponse:
    """Write once to every file of the event."""
    found = _of_desk(request, pk)
    form = forms.CircularForm(request.POST)
    if not form.is_valid():
        return _show(request, found, circular=form, status=UNPROCESSABLE)
    try:
        done = write_to_members(
            by=request.user,
            event=found.event,
            text=form.cleaned_data["text"],
            key=form.cleaned_data["idempotency_key"],
            now=clock.now(),
        )
    except BadGroup:
        form.add_error("text", gettext("Aucun dossier de cet événement ne reçoit de message."))
        return _show(request, found, circular=form, status=UNPROCESSABLE)
    told = ngettext(
        "Message écrit dans %(n)s dossier.", "Message écrit dans %(n)s dossiers.", done.sent
    )
    messages.success(request, told % {"n": done.sent})
    return redirect(f"{reverse('incidents:event', args=[pk])}#circulars")


@dataclass(frozen=True, slots=True)
class EventAct:
    """One thing that may be done with an event."""

    title: Words
    submit: Words
    done: Words
    make: Callable[[Event, dict[str, Any]], Form]
    run: Callable[[SignedRequest, OneEvent, Form], object]
    note: Words = ""


def _title_form(event: Event, bound: dict[str, Any]) -> Form:
    known = {"title": event.title, "supplier": event.supplier.name if event.supplier else ""}
    return forms.TitleForm(**bound or {"initial": known})


def _rename(request: SignedRequest, found: OneEvent, form: Form) -> object:
    name = form.cleaned_data["supplier"].strip()
    supplier = supplier_named(name) if name else None
    if name and supplier is None:
        raise BadGroup("supplier")
    title = form.cleaned_data["title"]
    return acts.rename(
        by=request.user, event=found.event, title=title, supplier=supplier, now=clock.now()
    )


def _close(request: SignedRequest, found: OneEvent, form: Form) -> object:
    reason = form.cleaned_data["reason"]
    return acts.close(by=request.user, event=found.event, reason=reason, now=clock.now())


def _reopen(request: SignedRequest, found: OneEvent, form: Form) -> object:
    reason = form.cleaned_data["reason"]
    return acts.reopen(by=request.user, event=found.event, reason=reason, now=clock.now())


def _add_files(request: SignedRequest, found: OneEvent, form: Form) -> object:
    wanted = form.cleaned_data["references"]
    files = list(_follows(request, wanted))
    if len(files) < len(set(wanted)):
        raise BadGroup("absent")
    reason = form.cleaned_data["reason"]
    return acts.group(
        by=request.user, incidents=files, into=found.event, reason=reason, now=clock.now()
    )


ACTS: dict[str, EventAct] = {
    "rename": EventAct(
        _("Renommer l’événement"),
        _("Enregistrer"),
        _("Événement renommé."),
        _title_form,
        _rename,
    ),
    "close": EventAct(
        _("Clore l’événement"),
        _("Clore l’événement"),
        _("Événement clos."),
        lambda event, bound: forms.WhyForm(**bound),
        _close,
        note=_("Plus aucun dossier ne peut le rejoindre. Les dossiers suivent leur propre cours."),
    ),
    "reopen": EventAct(
        _("Rouvrir l’événement"),
        _("Rouvrir l’événement"),
        _("Événement rouvert."),
        lambda event, bound: forms.WhyForm(**bound),
        _reopen,
    ),
    "add": EventAct(
        _("Ajouter des dossiers à l’événement"),
        _("Ajouter"),
        _("Dossiers ajoutés."),
        lambda event, bound: forms.AddFilesForm(**bound),
        _add_files,
    ),
}
FIELDS = {"supplier": "supplier", "absent": "references", "reason": "reason", "title": "title"}


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def act(request: SignedRequest, pk: int, name: str) -> HttpResponse:
    """Do one of the desk's acts on an event, or show its form."""
    found, wanted = _of_desk(request, pk), ACTS.get(name)
    if wanted is None:
        raise Http404
    form = wanted.make(found.event, {"data": request.POST} if request.method == "POST" else {})
    if request.method != "POST" or not form.is_valid():
        return _form(request, found, wanted, form)
    try:
        wanted.run(request, found, form)
    except BadGroup as reason:
        field = FIELDS.get(reason.problem)
        text = refusal(reason)[1]
        form.add_error(field if field in form.fields else None, text)
        return _form(request, found, wanted, form)
    messages.success(request, str(wanted.done))
    return redirect("incidents:event", pk)


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def group_files(request: SignedRequest) -> HttpResponse:
    """Put chosen files into one event, or show the form: ?file=1&file=2, perhaps &event=3."""
    asked = request.POST if request.method == "POST" else request.GET
    numbers = [
        int(text) for text in asked.getlist("candidate") or asked.getlist("file") if _is_id(text)
    ]
    files = list(_follows(request, numbers[: forms.MOST_FILES]))
    if not files:
        raise Http404
    form = _group_form(request, files)
    if request.method != "POST" or not form.is_valid():
        return _group_page(request, files, form)
    chosen = set(form.cleaned_data["file"])
    try:
        event = acts.group(
            by=request.user,
            incidents=[one for one in files if one.pk in chosen],
            into=_into(request, files, form),
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
    except BadGroup as reason:
        field, text = refusal(reason)
        form.add_error(field if field in form.fields else None, text)
        return _group_page(request, files, form)
    messages.success(request, gettext("Dossiers groupés : ils ne comptent plus qu’une fois."))
    return redirect("incidents:event", event.pk)


@needs(Permission.FOLLOW)
@require_POST
def set_aside(request: SignedRequest) -> HttpResponse:
    """Say that a likely group is none: it is not offered again."""
    numbers = [int(text) for text in request.POST.getlist("file") if _is_id(text)]
    files = list(_follows(request, numbers[: forms.MOST_FILES]))
    basis = request.POST.get("basis", "")[:80]
    if not files or basis.partition(":")[0].partition(">")[0] not in set(Basis):
        raise Http404
    acts.set_aside(by=request.user, basis=basis, incidents=files, now=clock.now())
    messages.success(request, gettext("Ce groupe n’est plus proposé."))
    return redirect("incidents:events")


def _found(request: SignedRequest, pk: int) -> OneEvent:
    found = queries.one_event(request.user, pk)
    if found is None:
        raise Http404
    return found


def _of_desk(request: SignedRequest, pk: int) -> OneEvent:
    """Return an event of which the person follows a file. Raises Http404, PermissionDenied."""
    found = _found(request, pk)
    if not found.at_desk:
        raise PermissionDenied
    return found


def _follows(request: SignedRequest, numbers: list[int]) -> Any:
    """Return the files among these that the person follows, by number."""
    rows = visible_incidents(request.user).filter(queries.followed(request.user), pk__in=numbers)
    return rows.select_related("supplier").order_by("pk")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _group_form(request: SignedRequest, files: list[Incident]) -> forms.GroupFilesForm:
    events = [(str(event.pk), str(event)) for event in queries.open_events(request.user)[:100]]
    choices = [(str(one.pk), f"{one} · {one.site or one.establishment}") for one in files]
    if request.method == "POST":
        return forms.GroupFilesForm(request.POST, files=choices, events=events)
    suppliers = {one.supplier_id for one in files}
    shared = files[0].supplier if len(suppliers) == 1 else None
    initial = {
        "file": [one.pk for one in files],
        "event": request.GET.get("event", ""),
        "title": str(shared) if shared else "",
        "reason": request.GET.get("reason", "")[:300],
    }
    return forms.GroupFilesForm(initial=initial, files=choices, events=events)


def _into(request: SignedRequest, files: list[Incident], form: Form) -> Event | acts.NewEvent:
    wanted = form.cleaned_data["event"]
    if wanted is not None:
        return get_object_or_404(queries.open_events(request.user), pk=wanted)
    suppliers = {one.supplier for one in files}
    shared = suppliers.pop() if len(suppliers) == 1 else None
    return acts.NewEvent(form.cleaned_data["title"], shared)


def _group_page(request: SignedRequest, files: list[Incident], form: Form) -> HttpResponse:
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "files": files}
    return render(request, "incidents/events/group.html", context, status=status)


def _form(request: SignedRequest, found: OneEvent, wanted: EventAct, form: Form) -> HttpResponse:
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"event": found.event, "act": wanted, "form": form}
    return render(request, "incidents/events/act.html", context, status=status)


def _show(
    request: SignedRequest, found: OneEvent, *, circular: Form | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "found": found,
        "event": found.event,
        "impact": found.impact,
        "circular": circular or forms.CircularForm(initial={"idempotency_key": uuid4()}),
        "now": clock.now(),
    }
    return render(request, "incidents/events/one.html", context, status=status)
