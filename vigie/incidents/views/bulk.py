"""One door to acts on many files: ask what the act needs, do it file by file, say each fate."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.incidents.forms import bulk as forms
from vigie.incidents.forms.wording import to_use
from vigie.incidents.models import Event, Incident
from vigie.incidents.operations import bulk as acts
from vigie.incidents.operations.bulk import MOST, Fate, Pick, TooManyFiles
from vigie.incidents.operations.events import BadGroup, NewEvent
from vigie.incidents.operations.exchange import EmptyMessage, LongMessage, SilentFile
from vigie.incidents.operations.version import StaleFile
from vigie.incidents.queries.events import open_events
from vigie.incidents.queries.people import desk_people
from vigie.incidents.queries.wording import templates_to_use
from vigie.incidents.rules.words import Status, Waiting
from vigie.incidents.views.acting import Words, refusal
from vigie.incidents.views.desk import address_of, known_query
from vigie.kernel import clock

UNPROCESSABLE = 422
MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose: files they may see with the version they had read."""

    by: User
    picks: list[Pick]
    files: list[Incident]
    now: datetime


Make = Callable[[Chosen, dict[str, Any]], Form]
Run = Callable[[Chosen, Any], list[Fate]]


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One thing that may be done with many files. make: None where nothing needs asking."""

    title: Words
    submit: Words
    run: Run
    make: Make | None = None
    note: Words = ""
    is_grave: bool = False


@needs(Permission.FOLLOW)
@require_POST
def bulk(request: SignedRequest) -> HttpResponse:
    """Do one act on the chosen files, or ask first what it needs to know."""
    act = BULK.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    picks = forms.picks_in(request.POST.getlist("file"))
    try:
        files = [file for file, _version in acts.picked(request.user, picks)]
    except TooManyFiles:
        messages.error(request, gettext("Choisissez au plus %(n)s dossiers.") % {"n": MOST})
        return _back(request)
    if not files:
        messages.warning(request, gettext("Choisissez d’abord des dossiers."))
        return _back(request)
    chosen = Chosen(request.user, picks, files, clock.now())
    return _do(request, act, chosen)


def _do(request: SignedRequest, act: BulkAct, chosen: Chosen) -> HttpResponse:
    if act.make is None:
        return _fates(request, act, act.run(chosen, None))
    if "go" not in request.POST:
        return _ask(request, act, chosen, act.make(chosen, {}))
    form = act.make(chosen, {"data": request.POST})
    if not form.is_valid():
        return _ask(request, act, chosen, form, status=UNPROCESSABLE)
    try:
        fates = act.run(chosen, form)
    except BadGroup as reason:
        field, text = refusal(reason)
        form.add_error(field if field in form.fields else None, text)
        return _ask(request, act, chosen, form, status=UNPROCESSABLE)
    return _fates(request, act, fates)


def _back(request: SignedRequest) -> HttpResponse:
    page, query = _origin(request)
    return redirect(f"{address_of(page)}?{query}")


def _origin(request: SignedRequest) -> tuple[str, str]:
    """Return the list that the person came from and its filters, as far as they are known."""
    page = "list" if request.POST.get("page") == "list" else "queue"
    return page, known_query(request.POST.get("query", "")[:500], page)


def _ask(
    request: SignedRequest, act: BulkAct, chosen: Chosen, form: Form, *, status: int = 200
) -> HttpResponse:
    page, query = _origin(request)
    versions = {pick.pk: pick.version for pick in chosen.picks}
    context = {
        "act": act,
        "name": request.POST["act"],
        "form": form,
        "files": [(file, f"{file.pk}.{versions[file.pk]}") for file in chosen.files],
        "page": page,
        "query": query,
        "home": f"{address_of(page)}?{query}",
    }
    return render(request, "incidents/bulk/form.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Told:
    """The fate of one file in words; why: "" where the act was done."""

    incident: Incident
    why: str


def _fates(request: SignedRequest, act: BulkAct, fates: list[Fate]) -> HttpResponse:
    page, query = _origin(request)
    told = [Told(fate.incident, _why(fate.refusal)) for fate in fates]
    refused = [one for one in told if one.why]
    context = {
        "act": act,
        "refused": refused,
        "done": [one for one in told if not one.why],
        "home": f"{address_of(page)}?{query}",
    }
    return render(request, "incidents/bulk/fates.html", context)


def _why(reason: Exception | None) -> str:
    if reason is None:
        return ""
    if type(reason) in WHY:
        return str(WHY[type(reason)])
    return refusal(reason)[1]


WHY: dict[type[Exception], str | Promise] = {
    StaleFile: _("Quelqu’un a agi sur ce dossier depuis que vous l’avez lu : relisez-le."),
    PermissionDenied: _("Vous ne pouvez pas faire cet acte dans ce dossier."),
    SilentFile: _("On n’écrit plus dans ce dossier."),
    EmptyMessage: _("Le message est vide."),
    LongMessage: _("Le message est trop long."),
}


def _plan(chosen: Chosen, form: forms.PlanEachForm) -> list[Fate]:
    return acts.plan_each(by=chosen.by, picks=chosen.picks, action=form.action, now=chosen.now)


def _assign(chosen: Chosen, form: Form) -> list[Fate]:
    wanted = form.cleaned_data["to"]
    to = next((one for one in desk_people(chosen.by) if one.pk == wanted), None)
    return acts.assign_each(by=chosen.by, picks=chosen.picks, to=to, now=chosen.now)


def _assign_form(chosen: Chosen, bound: dict[str, Any]) -> Form:
    people = [(str(one.pk), one.full_name) for one in desk_people(chosen.by)]
    return forms.AssignEachForm(**bound, desk=people, initial={"to": chosen.by.pk})


def _plan_form(chosen: Chosen, bound: dict[str, Any]) -> Form:
    initial = {"soon": "60", "waiting": Waiting.CERT}
    return forms.PlanEachForm(**bound, now=chosen.now, initial=initial)


def _write_form(chosen: Chosen, bound: dict[str, Any]) -> Form:
    offered = to_use(templates_to_use(chosen.by))
    return forms.WriteEachForm(**bound, templates=offered, initial={"key": uuid4()})


def _write(chosen: Chosen, form: forms.WriteEachForm) -> list[Fate]:
    number, language = form.chosen
    return acts.write_each(
        by=chosen.by,
        picks=chosen.picks,
        template=templates_to_use(chosen.by).get(pk=number),
        language=language,
        key=form.cleaned_data["key"],
        now=chosen.now,
    )


def _close(chosen: Chosen, form: Form) -> list[Fate]:
    found = form.cleaned_data
    to, words = Status(found["to"]), found["words"]
    return acts.close_each(by=chosen.by, picks=chosen.picks, to=to, words=words, now=chosen.now)


def _merge_form(chosen: Chosen, bound: dict[str, Any]) -> Form:
    files = [(str(row.pk), f"{row} · {row.site or row.establishment}") for row in chosen.files]
    return forms.MergeEachForm(**bound, files=files, initial={"into": chosen.files[0].pk})


def _merge(chosen: Chosen, form: Form) -> list[Fate]:
    found = form.cleaned_data
    into = next(file for file in chosen.files if file.pk == found["into"])
    reason = found["reason"]
    return acts.merge_each(
        by=chosen.by, picks=chosen.picks, into=into, reason=reason, now=chosen.now
    )


def _group_form(chosen: Chosen, bound: dict[str, Any]) -> Form:
    events = [(str(event.pk), str(event)) for event in open_events(chosen.by)[:MOST_EVENTS]]
    return forms.GroupAllForm(**bound, events=events)


def _group(chosen: Chosen, form: Form) -> list[Fate]:
    found = form.cleaned_data
    suppliers = {file.supplier for file in chosen.files}
    into: Event | NewEvent = NewEvent(
        found["title"], suppliers.pop() if len(suppliers) == 1 else None
    )
    if found["event"] is not None:
        known = open_events(chosen.by).filter(pk=found["event"]).first()
        if known is None:
            raise BadGroup("ended")
        into = known
    return acts.group_all(
        by=chosen.by, picks=chosen.picks, into=into, reason=found["reason"], now=chosen.now
    )


BULK: dict[str, BulkAct] = {
    "take": BulkAct(
        _("Prendre les dossiers"),
        _("Prendre"),
        lambda chosen, form: acts.assign_each(
            by=chosen.by, picks=chosen.picks, to=chosen.by, now=chosen.now
        ),
    ),
    "assign": BulkAct(_("Affecter les dossiers"), _("Affecter"), _assign, _assign_form),
    "plan": BulkAct(
        _("Fixer la prochaine action"),
        _("Enregistrer"),
        _plan,
        _plan_form,
        note=_("La même pour chaque dossier ; elle remplace celle qui s’y trouve."),
    ),
    "news": BulkAct(
        _("Demander des nouvelles"),
        _("Envoyer à chaque structure"),
        _write,
        _write_form,
        note=_(
            "Chaque structure reçoit le texte rempli pour son dossier et ne voit pas les autres."
        ),
    ),
    "close": BulkAct(
        _("Clore les dossiers"),
        _("Clore"),
        _close,
        lambda chosen, bound: forms.CloseEachForm(**bound, initial={"to": Status.CLOSED}),
        is_grave=True,
    ),
    "merge": BulkAct(
        _("Rattacher des doublons"),
        _("Rattacher"),
        _merge,
        _merge_form,
        note=_("Le suivi continue dans le dossier gardé ; les autres restent lisibles."),
        is_grave=True,
    ),
    "group": BulkAct(
        _("Grouper dans un événement"),
        _("Grouper"),
        _group,
        _group_form,
        note=_(
            "Un événement réunit les incidents de plusieurs structures qui ont la même cause. "
            "Les structures ne se voient pas entre elles."
        ),
    ),
}
