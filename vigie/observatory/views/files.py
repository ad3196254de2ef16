"""Open data as files: their addresses are stable, their names say year and revision."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from vigie.observatory.exports import document, open_data
from vigie.observatory.exports import feed as atom
from vigie.observatory.forms import ViewForm
from vigie.observatory.queries import shown as reads
from vigie.observatory.rules.shown import Issue, Shown
from vigie.observatory.views.public import found, public

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
    "pdf": "application/pdf",
}


@public
def table(
    request: HttpRequest, year: int, name: str, suffix: str, revision: int | None = None
) -> HttpResponse:
    """Give one table of a year, or its figures."""
    shown, view = found(request, year, revision)
    if suffix not in open_data.WRITERS:
        raise Http404
    try:
        content = open_data.table_file(shown, view, name, suffix)
    except open_data.NoSuchTable as reason:
        raise Http404 from reason
    return _file(content, suffix, _name(shown, name))


@public
def archive(request: HttpRequest, year: int, revision: int | None = None) -> HttpResponse:
    """Give every table of a year in one archive."""
    shown, view = found(request, year, revision)
    return _file(open_data.archive(shown, view), "zip", _name(shown, "tables"))


@public
def edition(request: HttpRequest, year: int, revision: int | None = None) -> HttpResponse:
    """Give what was published of a year, to the byte: its hash proves it."""
    shown, _view = found(request, year, revision)
    return _file(shown.edition.text().encode(), "json", _name(shown, "edition"))


@public
def paper(request: HttpRequest, year: int) -> HttpResponse:
    """Give the report of a year as PDF."""
    shown, view = found(request, year, None)
    content = document.write(shown.report(view), _seal(shown))
    return _file(content, "pdf", _name(shown, "report"))


def _seal(shown: Shown) -> document.Seal | None:
    if shown.published_at is None:
        return None
    return document.Seal(shown.revision, shown.published_at, shown.sha256)


@public
def series(request: HttpRequest, suffix: str) -> HttpResponse:
    """Give every figure of every year."""
    form = ViewForm(request.GET)
    if not form.is_valid():
        raise Http404
    view = form.view()
    reports = [one.report(view) for one in reads.series() if view in one.edition.reports]
    return _made(lambda: open_data.series_file(reports, suffix), suffix, "observatory-series")


@public
def dictionary(request: HttpRequest, suffix: str) -> HttpResponse:
    """Give what every figure, table, row and column means."""
    return _made(lambda: open_data.dictionary_file(suffix), suffix, "observatory-dictionary")


@public
def feed(request: HttpRequest) -> HttpResponse:
    """Give the publications as Atom."""

    def address(issue: Issue) -> str:
        return settings.VIGIE_URL + reverse(
            "observatory:revision", args=[issue.year, issue.revision]
        )

    content = atom.write(
        reads.issues(),
        here=settings.VIGIE_URL + reverse("observatory:feed"),
        page=settings.VIGIE_URL + reverse("observatory:public"),
        address=address,
    )
    return HttpResponse(content, content_type=atom.MEDIA_TYPE)


def _made(make: Callable[[], bytes], suffix: str, name: str) -> HttpResponse:
    try:
        return _file(make(), suffix, name)
    except KeyError as reason:
        raise Http404 from reason


def _name(shown: Shown, name: str) -> str:
    revision = f"-r{shown.revision}" if shown.is_published else "-in-progress"
    return f"observatory-{shown.year}{revision}-{name}"


def _file(content: bytes, suffix: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=MEDIA_TYPES[suffix],
        headers={"Content-Disposition": f'attachment; filename="{name}.{suffix}"'},
    )
