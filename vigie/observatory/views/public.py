"""The public face: a year on one page, how it is counted, and what may be taken away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.accounts.guards import open_to_all
from vigie.observatory.exports import answers, drawings, open_data, words
from vigie.observatory.exports.drawings import Drawn, Years
from vigie.observatory.forms import AXES, PROVIDERS, UNITS, WITHOUT, ViewForm, address_of
from vigie.observatory.queries import shown as reads
from vigie.observatory.rules.chapters import CHAPTERS, Chapter
from vigie.observatory.rules.edition import View
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.indicators import INDICATORS
from vigie.observatory.rules.key_figures import PUBLISHED
from vigie.observatory.rules.question import Axis, Unit
from vigie.observatory.rules.shown import Shown
from vigie.observatory.views.beside import beside

FRESH = 60  # seconds for which a page may be shown again without asking
Door = Callable[..., HttpResponseBase]


def public(view: Door) -> Door:
    """Open a door to everybody, in the language that its address asks for."""

    @open_to_all
    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.get("lang", "")
        if asked in dict(settings.LANGUAGES):
            translation.activate(asked)
        found = view(request, *args, **kwargs)
        patch_vary_headers(found, ["Accept-Language", "Cookie"])
        signed_in = request.user.is_authenticated
        patch_cache_control(found, private=signed_in, public=not signed_in, max_age=FRESH)
        return found

    return answer


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to the same page looked at in another way."""

    label: str
    href: str
    is_current: bool
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A chapter as the page shows it."""

    chapter: Chapter
    title: str
    sentence: str
    years: Years | None
    lines: list[words.Line]
    parts: list[Drawn]


@public
def latest(request: HttpRequest) -> HttpResponse:
    """Show the last year that was published, else the last one in progress."""
    years = reads.years()
    if not years:
        return _page(request, "nothing", {"here": "figures"})
    published = [one for one in years if one.is_published]
    return _year(request, (published or years)[0].year, None)


@public
def year(request: HttpRequest, year: int, revision: int | None = None) -> HttpResponse:
    """Show a year; of an older revision, as it was published then."""
    return _year(request, year, revision)


def _year(request: HttpRequest, year: int, revision: int | None) -> HttpResponse:
    shown, view = found(request, year, revision)
    report = shown.report(view)
    series = [one.report(view) for one in reads.series() if view in one.edition.reports]
    before = next((one for one in series if one.question.year == year - 1), None)
    query = _query(request, view)
    return _page(
        request,
        "year",
        {
            "here": "figures",
            "shown": shown,
            "query": query,
            "years": [
                Choice(
                    str(one.year),
                    reverse("observatory:year", args=[one.year]) + query,
                    one.year == year,
                    "" if one.is_published else _("provisoire"),
                )
                for one in reversed(reads.years())
            ],
            "choices": _choices(request, shown, view),
            "perimeter": words.perimeter(report),
            "sentence": answers.sentence(report, before),
            "answers": answers.answers(report, before),
            "chapters": [_told(chapter, report, series) for chapter in CHAPTERS],
            "notes": words.notes(report),
            "as_of": words.as_of(report),
            "tables": len(report.tables),
            "beside": beside(request.user, request.GET.get("beside", ""), view, report),
        },
    )


def found(request: HttpRequest, year: int, revision: int | None) -> tuple[Shown, View]:
    """Return a year and how to look at it. Raises Http404 where the public has no such thing."""
    shown = reads.one(year, revision)
    form = ViewForm(request.GET)
    if shown is None or not form.is_valid() or form.view() not in shown.edition.reports:
        raise Http404
    return shown, form.view()


def _choices(request: HttpRequest, shown: Shown, view: View) -> list[tuple[str, list[Choice]]]:
    """Return the ways to look at the year, those that it holds."""
    asked = (
        (_("Compter"), [(label, replace(view, unit=Unit(code))) for code, label in UNITS]),
        (_("Classer par"), [(label, replace(view, axis=Axis(code))) for code, label in AXES]),
        (
            _("Prestataires"),
            [(label, replace(view, without_provider=code == WITHOUT)) for code, label in PROVIDERS],
        ),
    )
    found = []
    for title, ways in asked:
        held = [(label, way) for label, way in ways if way in shown.edition.reports]
        links = [
            Choice(str(label), request.path + _query(request, way), way == view)
            for label, way in held
        ]
        if len(links) > 1:
            found.append((title, links))
    return found


def _query(request: HttpRequest, view: View) -> str:
    """Return the end of an address that keeps the view and the language."""
    told = address_of(view)
    if language := request.GET.get("lang"):
        told["lang"] = language
    return f"?{urlencode(told)}" if told else ""


def _told(chapter: Chapter, report: Report, series: Sequence[Report]) -> Told:
    lines = {line.id: line for line in words.lines(report)}
    parts = [drawings.drawn(part, report) for part in chapter.parts]
    return Told(
        chapter=chapter,
        title=_(chapter.title),
        sentence=_(chapter.sentence),
        years=drawings.years(chapter, series),
        lines=[lines[code] for code in chapter.figures if code in lines],
        parts=[one for one in parts if one is not None],
    )


@public
def method(request: HttpRequest) -> HttpResponse:
    """Tell how the figures come about: what counts, definitions, what is hidden and why."""
    return _page(
        request,
        "method",
        {
            "here": "method",
            "figures": [(one.id, _(one.label), _(one.sentence)) for one in INDICATORS],
            "tables": [(one.id, _(one.title), _(one.sentence)) for one in PUBLISHED],
        },
    )


@public
def open_data_page(request: HttpRequest) -> HttpResponse:
    """Tell what may be taken away, where it lies and under which licence."""
    return _page(
        request,
        "open_data",
        {
            "here": "open_data",
            "years": reads.years(),
            "issues": reads.issues(),
            "tables": [(one.id, _(one.title)) for one in PUBLISHED],
            "licence": open_data.LICENCE,
            "licence_address": open_data.LICENCE_ADDRESS,
        },
    )


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    language = (get_language() or "fr")[:2]
    kept = request.GET.copy()
    links = []
    for code, title in settings.LANGUAGES:
        kept["lang"] = code
        if code != language:
            links.append((code, title, f"?{kept.urlencode()}"))
    asked = request.GET.get("lang")
    told = {"languages": links, "lang": urlencode({"lang": asked}) if asked else ""}
    return render(request, f"observatory/public/{name}.html", context | told)
