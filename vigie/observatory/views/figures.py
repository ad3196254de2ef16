"""The page of figures, and the same figures as files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.models import User
from vigie.accounts.queries import scope_of, scopes
from vigie.accounts.rules import Permission
from vigie.establishments.rules import Territory
from vigie.kernel import clock
from vigie.observatory import exports, queries
from vigie.observatory.exports import quoted, tabular, words
from vigie.observatory.forms import ALL, QuestionForm
from vigie.observatory.rules.figures import Figure, Report
from vigie.observatory.rules.question import Axis, Question

FoundT = TypeVar("FoundT")
YEARS_OFFERED = 15  # any other may be asked for in the address
FILES = {"pdf": "PDF", "csv": "CSV", "json": "JSON"}
CARDS = {  # the figure written large, and those beside it
    "declarations": ("structures", "events"),
    "malicious_share": ("ransomware", "major"),
    "care_impact_share": ("degraded_mode_share", "endangerment"),
    "data_impact_share": ("data_unavailable", "data_disclosed"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure beside that of the year before."""

    line: words.Line
    before: str
    moved: str
    quoted: quoted.Quoted | None  # what the ANS published, None where nothing is known


@needs(Permission.READ_FIGURES)
@require_GET
def figures(request: SignedRequest) -> HttpResponse:
    """Show the figures of a year, beside those of the year before."""
    form = _form(request)
    if not form.is_valid():
        return render(request, "observatory/figures.html", {"form": form}, status=422)
    question = form.question()
    report, before = _found(queries.report_beside, request.user, question)
    published = quoted.beside(report)
    return render(
        request,
        "observatory/figures.html",
        {
            "form": form,
            "report": report,
            "title": words.title(report),
            "perimeter": words.perimeter(report),
            "as_of": words.as_of(report),
            "themes": words.by_theme(report, _rows(report, before, published)),
            "published": list(published.values()),
            "meanings": quoted.meanings(),
            "cards": _cards(report),
            "notes": words.notes(report),
            "year_before": question.year - 1,
            "files": list(FILES.items()),
            "address": _address(form),
        },
    )


@needs(Permission.READ_FIGURES)
@require_GET
def tables(request: SignedRequest) -> HttpResponse:
    """Show every table of a year, beside the year before."""
    form = _form(request)
    if not form.is_valid():
        return render(request, "observatory/tables.html", {"form": form}, status=422)
    report = _found(queries.tables_for, request.user, form.question())
    return render(
        request,
        "observatory/tables.html",
        {
            "form": form,
            "report": report,
            "perimeter": words.perimeter(report),
            "as_of": words.as_of(report),
            "tables": tabular.tables(report),
            "files": list(FILES.items()),
            "address": _address(form),
        },
    )


@needs(Permission.READ_FIGURES)
@require_GET
def download(request: SignedRequest, suffix: str) -> HttpResponse:
    """Give the figures of a year as a file."""
    form = _form(request)
    if suffix not in exports.FORMATS or not form.is_valid():
        raise Http404
    report = _found(queries.whole_report_for, request.user, form.question())
    content = exports.write(report, suffix, language=get_language() or "fr")
    name = exports.file_name(report, suffix)
    return HttpResponse(
        content,
        content_type=exports.FORMATS[suffix].media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _address(form: QuestionForm) -> str:
    return urlencode({name: form.data[name] for name in form.fields})


def _found(make: Callable[..., FoundT], reader: User, question: Question) -> FoundT:
    try:
        return make(reader, question, as_of=clock.now())
    except queries.UnknownTerritory as reason:
        raise Http404 from reason


def _form(request: SignedRequest) -> QuestionForm:
    reader = request.user
    own = queries.own_territories(reader)
    names = {scope.code: scope.label for scope in scopes(reader)}
    offered = [
        (str(one), names.get(str(one)) or queries.name_of(one, get_language() or "fr"))
        for one in queries.territories_of(reader)
    ]
    everything = [(ALL, gettext("Tout mon périmètre"))] if len(own) != 1 else []
    return QuestionForm(
        request.GET.dict(),
        years=_years(request),
        territories=[*everything, *offered],
        default=_chosen(reader) or (own[0] if len(own) == 1 else None),
    )


def _years(request: SignedRequest) -> list[int]:
    """Return the years to offer, from the last with declarations back."""
    axis = Axis.OCCURRED if request.GET.get("axis") == Axis.OCCURRED else Axis.DECLARED
    last = queries.last_year(request.user, axis) or timezone.localtime(clock.now()).year
    return list(range(last, last - YEARS_OFFERED, -1))


def _chosen(reader: User) -> Territory | None:
    """Return the territory to which the reader narrowed every page, where they may count in it."""
    scope = scope_of(reader)
    if scope is None or not queries.covers(reader, scope.territory):
        return None
    return scope.territory


def _rows(
    report: Report, before: Sequence[Figure], published: Mapping[str, quoted.Quoted]
) -> list[Row]:
    return [
        Row(line, words.value(then), words.moved(now, then), published.get(line.id))
        for line, now, then in zip(words.lines(report), report.figures, before, strict=True)
    ]


def _cards(report: Report) -> list[tuple[words.Line, list[words.Line]]]:
    lines = {line.id: line for line in words.lines(report)}
    return [(lines[large], [lines[beside] for beside in small]) for large, small in CARDS.items()]
