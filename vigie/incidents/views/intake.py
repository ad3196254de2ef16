"""Pages where files of declarations are brought: upload, columns, words, dry run, import."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.exports import fates as exported
from vigie.incidents.exports.mappers import as_yaml
from vigie.incidents.feeds.words import all_labels
from vigie.incidents.forms.intake import ColumnsForm, ShapeForm, UploadForm, WordsForm
from vigie.incidents.models import Intake, IntakeRow
from vigie.incidents.operations import intake as bringing
from vigie.incidents.operations import mappers as keeping
from vigie.incidents.operations.attach import Upload
from vigie.incidents.operations.intake import Look, WrongMoment
from vigie.incidents.queries import intake as queries
from vigie.incidents.rules.mapping import TARGETS, Mapping
from vigie.kernel import clock
from vigie.kernel.imports import UnusableInput
from vigie.kernel.spreadsheets import FRENCH
from vigie.kernel.vault import BadUpload, Damaged

UNPROCESSABLE = 422
SHOWN = 30  # files of the list
PAGE = 50  # rows
BROKEN = (UnusableInput, Damaged, FileNotFoundError)


@needs(Permission.IMPORT_DECLARATIONS)
@require_http_methods(["GET", "POST"])
def intakes(request: SignedRequest) -> HttpResponse:
    """Show the files brought so far and the mappers, and take a new file."""
    if not queries.nation_of(request.user):
        raise Http404
    form = UploadForm(initial={"idempotency_key": uuid4()})
    status = 200
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        status = UNPROCESSABLE
        if form.is_valid() and (found := _brought(request, form)):
            return redirect("incidents:intake_columns", found.pk)
    context = {
        "form": form,
        "intakes": queries.visible_intakes(request.user)[:SHOWN],
        "mappers": queries.visible_mappers(request.user),
    }
    return render(request, "incidents/intake/list.html", context, status=status)


def _brought(request: SignedRequest, form: UploadForm) -> Intake | None:
    """Keep the file that was sent; tell at its field why it is not taken."""
    file, key = form.cleaned_data["file"], form.cleaned_data["idempotency_key"]
    try:
        upload = Upload(file.name or "", file.chunks())
        return bringing.bring_file(by=request.user, upload=upload, key=key, now=clock.now())
    except BadUpload as reason:
        form.add_error("file", gettext(reason.message) % reason.params)
    return None


@needs(Permission.IMPORT_DECLARATIONS)
@require_GET
def intake(request: SignedRequest, pk: int) -> HttpResponse:
    """Show where a file stands, and what became of its rows."""
    found = _intake(request, pk)
    fate = request.GET.get("fate", "")
    rows = queries.rows_of(found, "" if fate == "doubts" else fate, doubtful=fate == "doubts")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "intake": found,
        "fates": queries.fates(found),
        "names": exported.FATES,
        "fate": fate,
        "rows": _with_files(request, found, page),
        "page": page,
        "pages": _pages(page, fate),
        "mapping": Mapping.model_validate(found.mapping) if found.mapping else None,
    }
    template = "_state.html" if request.htmx else "state.html"
    return render(request, f"incidents/intake/{template}", context)


def _with_files(
    request: SignedRequest, found: Intake, page: Page[IntakeRow]
) -> list[tuple[IntakeRow, Any]]:
    """Return the rows of a page, each with its file where the reader may open it."""
    rows = list(page.object_list)
    if found.state != Intake.State.DONE or not request.user.may(Permission.READ_INCIDENTS):
        return [(row, None) for row in rows]
    files = queries.files_of(request.user, found.mapping["source"], rows)
    return [(row, files.get(row.source_key)) for row in rows]


def _pages(page: Page[Any], fate: str) -> dict[str, Any]:
    """Return the ways on, as the pager draws them."""

    def to(number: int) -> str:
        asked = {"fate": fate, "page": number}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    return {
        "shown": len(page.object_list),
        "total": page.paginator.count,
        "previous_url": to(page.previous_page_number()) if page.has_previous() else "",
        "next_url": to(page.next_page_number()) if page.has_next() else "",
    }


@needs(Permission.IMPORT_DECLARATIONS)
@require_http_methods(["GET", "POST"])
def columns(request: SignedRequest, pk: int) -> HttpResponse:
    """Ask what each column of a file is taken for."""
    found = _intake(request, pk)
    mappers = queries.visible_mappers(request.user).filter(country=found.country)
    shape = ShapeForm(request.GET or None, mappers=list(mappers), sheets=())
    chosen = shape.cleaned_data.get("mapper") if shape.is_valid() else None
    mapper = mappers.filter(pk=chosen).first() if chosen else None
    try:
        look = bringing.look_into(found, by=request.user, shape=shape.shape, mapper=mapper)
    except WrongMoment:
        return redirect("incidents:intake", pk)
    except BROKEN as reason:
        return _columns_page(request, found, {"shape": shape, "fault": _fault(reason)})
    told = ShapeForm(_shown(look, request), mappers=list(mappers), sheets=look.survey.sheets)
    data = request.POST if request.method == "POST" else None
    form = ColumnsForm(data, survey=look.survey, base=look.mapping)
    if data is not None and form.is_valid():
        reading = form.reading(all_labels(TARGETS))
        return _kept(request, found, reading, lambda: redirect("incidents:intake_words", pk))
    return _columns_page(request, found, {"shape": told, "form": form, "look": look})


def _shown(look: Look, request: SignedRequest) -> dict[str, Any]:
    """Return what the form of the shape shows: what was guessed or said."""
    return look.survey.shape.model_dump() | {"mapper": request.GET.get("mapper", "")}


def _columns_page(request: SignedRequest, found: Intake, context: dict[str, Any]) -> HttpResponse:
    is_refused = request.method == "POST" or "fault" in context
    page = {"intake": found, "query": request.GET.urlencode(), **context}
    status = UNPROCESSABLE if is_refused else 200
    return render(request, "incidents/intake/columns.html", page, status=status)


def _kept(
    request: SignedRequest, found: Intake, reading: Mapping, go: Callable[[], HttpResponse]
) -> HttpResponse:
    try:
        bringing.tell_columns(by=request.user, intake=found, mapping=reading, now=clock.now())
    except WrongMoment:
        return redirect("incidents:intake", found.pk)
    return go()


@needs(Permission.IMPORT_DECLARATIONS)
@require_http_methods(["GET", "POST"])
def words(request: SignedRequest, pk: int) -> HttpResponse:
    """Ask what the values of closed answers mean, then try the import out."""
    found = _intake(request, pk)
    if not found.mapping:
        return redirect("incidents:intake_columns", pk)
    try:
        look = bringing.look_into(found, by=request.user)
    except (WrongMoment, *BROKEN):
        return redirect("incidents:intake", pk)
    data = request.POST if request.method == "POST" else None
    form = WordsForm(data, survey=look.survey, base=look.mapping)
    if data is not None and form.is_valid():
        if "reread" in data:
            again = lambda: redirect("incidents:intake_words", pk)  # noqa: E731
            return _kept(request, found, form.reading(), again)
        return _tried(request, found, form)
    context = {"intake": found, "form": form, "look": look}
    status = UNPROCESSABLE if data is not None else 200
    return render(request, "incidents/intake/words.html", context, status=status)


def _tried(request: SignedRequest, found: Intake, form: WordsForm) -> HttpResponse:
    try:
        bringing.try_out(
            by=request.user,
            intake=found,
            mapping=form.reading(),
            save_as=form.cleaned_data["name"],
            now=clock.now(),
        )
    except WrongMoment:
        messages.error(request, gettext("Ce fichier est déjà importé."))
    return redirect("incidents:intake", found.pk)


@needs(Permission.IMPORT_DECLARATIONS)
@require_POST
def start(request: SignedRequest, pk: int) -> HttpResponse:
    """Import a file whose dry run was looked at."""
    found = _intake(request, pk)
    try:
        bringing.start(by=request.user, intake=found, now=clock.now())
    except WrongMoment:
        messages.error(request, gettext("Ce fichier n’attend pas d’être importé."))
    return redirect("incidents:intake", pk)


@needs(Permission.IMPORT_DECLARATIONS)
@require_POST
def drop(request: SignedRequest, pk: int) -> HttpResponse:
    """Remove a file that is not imported."""
    found = _intake(request, pk)
    try:
        bringing.drop(by=request.user, intake=found, now=clock.now())
    except WrongMoment:
        messages.error(request, gettext("Un fichier importé reste dans la liste."))
        return redirect("incidents:intake", pk)
    messages.success(request, gettext("Fichier retiré."))
    return redirect("incidents:intakes")


@needs(Permission.IMPORT_DECLARATIONS)
@require_GET
def fates(request: SignedRequest, pk: int) -> StreamingHttpResponse:
    """Hand out what became of each row as CSV."""
    found = _intake(request, pk)
    rows = queries.rows_of(found).iterator(chunk_size=2000)
    content = exported.chunks(rows, FRENCH)
    answer = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{found.pk}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs(Permission.IMPORT_DECLARATIONS)
@require_GET
def mapper(request: SignedRequest, pk: int) -> HttpResponse:
    """Hand out a mapper as YAML."""
    found = get_object_or_404(queries.visible_mappers(request.user), pk=pk)
    text = as_yaml(Mapping.model_validate(found.content))
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="mapper-{found.pk}.yaml"'
    return answer


@needs(Permission.IMPORT_DECLARATIONS)
@require_POST
def retire_mapper(request: SignedRequest, pk: int) -> HttpResponse:
    """Offer a mapper no more."""
    found = get_object_or_404(queries.visible_mappers(request.user), pk=pk)
    keeping.retire_mapper(by=request.user, mapper=found, now=clock.now())
    messages.success(request, gettext("Correspondance retirée."))
    return redirect("incidents:intakes")


def _intake(request: SignedRequest, pk: int) -> Intake:
    return get_object_or_404(queries.visible_intakes(request.user), pk=pk)


def _fault(reason: Exception) -> str:
    return reason.problem.reason if isinstance(reason, UnusableInput) else str(reason)
