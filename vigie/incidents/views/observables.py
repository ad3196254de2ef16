"""Doors to observables: those of a file, all that the reader may see, one and where it was seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.queries import may
from vigie.accounts.rules import Permission
from vigie.incidents.exports import observables as tables
from vigie.incidents.feeds import observables as feed
from vigie.incidents.forms import observables as forms
from vigie.incidents.models import Incident, Sighting
from vigie.incidents.operations import observables as acts
from vigie.incidents.operations.exchange import SilentFile, open_file
from vigie.incidents.queries import observables as queries
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.rules.follow import SILENT
from vigie.incidents.rules.observables import BadObservable, Mark, Named, is_own
from vigie.incidents.rules.words import SightingSource
from vigie.kernel import clock
from vigie.kernel.spreadsheets import FRENCH

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line that a text held, as the page proposes it."""

    named: Named
    told: str
    is_known: bool  # in this file already
    is_own: bool
    mark: Mark

    @property
    def is_ticked(self) -> bool:
        """Return whether it is proposed to be kept."""
        return not self.is_known and self.mark is Mark.NONE


@dataclass(frozen=True, slots=True)
class Review:
    """What a text held, to be chosen from."""

    lines: list[Proposed]
    form: forms.ChosenForm
    is_cut: bool = False


@needs(Permission.READ_INCIDENTS)
@require_GET
def of_file(request: SignedRequest, pk: int) -> HttpResponse:
    """Show the observables of a file."""
    return _page(request, _file(request, pk))


@needs(Permission.WRITE_MESSAGES)
@require_POST
def find(request: SignedRequest, pk: int) -> HttpResponse:
    """Look for observables in a text, and let the person choose."""
    incident = _writable(request, pk)
    form = forms.PasteForm(request.POST)
    if not form.is_valid():
        return _page(request, incident, paste=form, status=UNPROCESSABLE)
    whole = form.cleaned_data["whole_file"]
    texts = [form.cleaned_data["text"], *(queries.texts_of(incident) if whole else [])]
    reading = feed.read(texts)
    if not reading.found:
        form.add_error("text", gettext("Rien de reconnu dans ce texte."))
        return _page(request, incident, paste=form, status=UNPROCESSABLE)
    pasted = bool(form.cleaned_data["text"].strip())
    source = SightingSource.PASTED if pasted else SightingSource.FILE
    chosen = forms.ChosenForm(initial={"tlp": incident.tlp, "source": source})
    lines = list(_proposed(incident, reading.found))
    return _page(request, incident, paste=form, review=Review(lines, chosen, reading.is_cut))


@needs(Permission.WRITE_MESSAGES)
@require_POST
def add(request: SignedRequest, pk: int) -> HttpResponse:
    """Keep the lines chosen."""
    incident = _writable(request, pk)
    form = forms.ChosenForm(request.POST, sent=request.POST.getlist("item"))
    if not form.is_valid():
        lines = list(_proposed(incident, list(_sent(request))))
        return _page(request, incident, review=Review(lines, form), status=UNPROCESSABLE)
    source = SightingSource(form.cleaned_data["source"])
    return _add(request, incident, form, form.seen, source) or redirect(
        "incidents:observables_of", pk
    )


@needs(Permission.WRITE_MESSAGES)
@require_POST
def type_one(request: SignedRequest, pk: int) -> HttpResponse:
    """Keep one observable typed by hand."""
    incident = _writable(request, pk)
    form = forms.TypedForm(request.POST)
    if not form.is_valid():
        return _page(request, incident, typed=form, status=UNPROCESSABLE)
    own = is_own(form.cleaned_data["named"], queries.own_hosts(incident))
    seen = [acts.Seen(form.cleaned_data["named"], is_own=own)]
    refused = _add(request, incident, form, seen, SightingSource.TYPED)
    return refused or redirect("incidents:observables_of", pk)


@needs(Permission.WRITE_MESSAGES)
@require_http_methods(["GET", "POST"])
def retire(request: SignedRequest, pk: int, number: int) -> HttpResponse:
    """Take an observable back, with a reason."""
    incident = _writable(request, pk)
    sighting = queries.sighting_of(request.user, incident.pk, number)
    if sighting is None:
        raise Http404
    if not _may_retire(request, sighting):
        raise PermissionDenied
    form = forms.RetireForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        context = {"incident": incident, "sighting": sighting, "form": form}
        return render(request, "incidents/observables/retire.html", context, status=status)
    try:
        acts.retire_sighting(
            by=request.user,
            sighting=sighting,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
    except acts.BadRetirement:
        messages.warning(request, gettext("Cet observable était déjà retiré."))
    else:
        messages.success(request, gettext("Observable retiré ; la ligne reste lisible."))
    return redirect("incidents:observables_of", pk)


@needs(Permission.EXPORT)
@require_GET
def file_csv(request: SignedRequest, pk: int) -> StreamingHttpResponse:
    """Hand out the observables of a file as a table, defanged."""
    incident = get_object_or_404(visible_incidents(request.user), pk=pk)
    if not may(request.user, Permission.EXPORT, at=incident.place):
        raise PermissionDenied
    acts.journal_export(by=request.user, target=f"incident:{pk}", now=clock.now())
    rows = queries.exportable(request.user).filter(incident=incident)
    return _table(rows, f"{incident.reference}-observables")


@needs(Permission.EXPORT)
@require_GET
def all_csv(request: SignedRequest) -> StreamingHttpResponse:
    """Hand out every sighting that the reader may take along, defanged."""
    now = clock.now()
    acts.journal_export(by=request.user, target="observables:list", now=now)
    return _table(queries.exportable(request.user), f"observables-{now:%Y-%m-%d}")


@needs(Permission.READ_INCIDENTS)
@require_GET
def listed(request: SignedRequest) -> HttpResponse:
    """Show every observable that the reader may see, the last seen first."""
    form = forms.ObservablesForm({"q": "", "sort": ""} | request.GET.dict())
    asked = form.right
    rows = list(
        queries.listed(request.user, sort=asked["sort"], text=asked["q"])[: queries.MOST_LISTED + 1]
    )
    context = {
        "form": form,
        "rows": rows[: queries.MOST_LISTED],
        "is_cut": len(rows) > queries.MOST_LISTED,
        "most": queries.MOST_LISTED,
        "is_asked": any(asked.values()),
        "can_export": request.user.may(Permission.EXPORT),
        "now": clock.now(),
    }
    return render(request, "incidents/observables/list.html", context)


@needs(Permission.READ_INCIDENTS)
@require_GET
def one(request: SignedRequest, key: UUID) -> HttpResponse:
    """Show an observable and the files in which the reader may see it."""
    found = queries.one_observable(request.user, key)
    if found is None:
        raise Http404
    context = {"found": found, "observable": found.observable, "now": clock.now()}
    return render(request, "incidents/observables/one.html", context)


def _file(request: SignedRequest, pk: int) -> Incident:
    """Return a file, once the journal says who looked at its observables. Raises Http404."""
    incident = get_object_or_404(visible_incidents(request.user), pk=pk)
    open_file(by=request.user, incident=incident, now=clock.now(), part="observables")
    return incident


def _writable(request: SignedRequest, pk: int) -> Incident:
    """Return a file in which the person may write. Raises Http404, PermissionDenied."""
    incident = get_object_or_404(visible_incidents(request.user), pk=pk)
    if not may(request.user, Permission.WRITE_MESSAGES, at=incident.place):
        raise PermissionDenied
    return incident


def _add(
    request: SignedRequest,
    incident: Incident,
    form: forms.SharedForm,
    seen: list[acts.Seen],
    source: SightingSource,
) -> HttpResponse | None:
    """Add what was seen and say so; return a page where that was refused."""
    try:
        added = acts.add_sightings(
            by=request.user,
            incident=incident,
            seen=seen,
            source=source,
            now=clock.now(),
            **form.shared,
        )
    except acts.TooManyObservables:
        messages.error(request, gettext("Ce dossier ne peut pas en tenir autant."))
        return _page(request, incident, status=UNPROCESSABLE)
    except SilentFile:
        messages.error(request, gettext("On n’écrit plus dans ce dossier."))
        return _page(request, incident, status=UNPROCESSABLE)
    told = ngettext("%(n)s observable ajouté.", "%(n)s observables ajoutés.", len(added))
    messages.success(request, told % {"n": len(added)})
    return None


def _page(
    request: SignedRequest,
    incident: Incident,
    *,
    paste: Form | None = None,
    typed: Form | None = None,
    review: Review | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "incident": incident,
        "rows": queries.by_kind(queries.of_file(request.user, incident)),
        "retired": list(queries.retired_of(incident)),
        "review": review,
        "paste": paste or forms.PasteForm(),
        "typed": typed or forms.TypedForm(initial={"tlp": incident.tlp}),
        "may_write": incident.status not in SILENT
        and may(request.user, Permission.WRITE_MESSAGES, at=incident.place),
        "at_desk": may(request.user, Permission.FOLLOW, at=incident.place),
        "can_export": may(request.user, Permission.EXPORT, at=incident.place),
        "now": clock.now(),
    }
    return render(request, "incidents/observables/file.html", context, status=status)


def _proposed(incident: Incident, found: list[Named]) -> Iterator[Proposed]:
    known = queries.digests_in(incident)
    hosts = queries.own_hosts(incident)
    for one in found:
        yield Proposed(one, forms.told(one), one.digest in known, is_own(one, hosts), one.mark)


def _sent(request: SignedRequest) -> Iterator[Named]:
    """Yield the lines that came back, those that can be read."""
    for text in request.POST.getlist("item"):
        try:
            yield forms.understood(text)
        except BadObservable:
            continue


def _may_retire(request: SignedRequest, sighting: Sighting) -> bool:
    desk = may(request.user, Permission.FOLLOW, at=sighting.incident.place)
    return desk or sighting.by_id == request.user.pk


def _table(rows: Any, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(
        tables.chunks(rows, FRENCH), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer
