"""The officers' pages: the reports that wait, one report, and what is done with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.queries import names_of, scoped
from vigie.accounts.rules import Permission
from vigie.audit.queries import events
from vigie.kernel import clock
from vigie.reports import operations, queries
from vigie.reports.forms import AnswerForm, AttachForm, ReasonForm
from vigie.reports.models import Report
from vigie.reports.queries.officer import settled_reports
from vigie.reports.rules import BadWord, Settled, read_number
from vigie.reports.views.shown import said

UNPROCESSABLE = 422
PAGE = 50
ACTS: dict[str, type[Form]] = {"answer": AnswerForm, "reject": ReasonForm, "reopen": ReasonForm}


@needs(Permission.READ_REPORTS)
@require_GET
def reports(request: SignedRequest) -> HttpResponse:
    """List the reports that wait, danger first; on demand those that are dealt with."""
    shows_settled = request.GET.get("show") == "settled"
    waiting = queries.waiting_reports(request.user).filter(scoped(request.user))
    rows = settled_reports(request.user).filter(scoped(request.user)) if shows_settled else waiting
    asked = request.GET.get("q", "")[:30]
    if asked.strip():  # the number that somebody says on the telephone, dealt with or not
        rows = queries.visible_reports(request.user).filter(pk=read_number(asked) or 0)
    page = _page(request, rows.order_by(*rows.query.order_by or ["id"]))
    lines = [(row, said(row), queries.state_of(row)) for row in page.object_list]
    context = {
        "page": page,
        "lines": lines,
        "asked": asked,
        "shows_settled": shows_settled,
        "waiting_count": waiting.count(),
        "may_keep_links": request.user.may(Permission.HANDLE_REPORTS),
    }
    template = "_list.html" if request.htmx else "list.html"
    return render(request, f"reports/{template}", context)


@needs(Permission.READ_REPORTS)
@require_safe
def one(request: SignedRequest, pk: int) -> HttpResponse:
    """Show a report with what may be done."""
    found = _found(request, pk)
    operations.open_report(by=request.user, report=found.report, now=clock.now())
    return _show(request, found)


@needs(Permission.HANDLE_REPORTS)
@require_POST
def seen(request: SignedRequest, pk: int) -> HttpResponse:
    """Tell the sender that somebody saw the report."""
    found = _handled(request, pk)
    operations.mark_seen(by=request.user, report=found.report, now=clock.now())
    if request.htmx:
        found = _found(request, pk)
        context = {"found": found, "report": found.report, "is_part": True}
        return render(request, "reports/_outcome.html", context)
    return redirect("reports:one", pk)


@needs(Permission.HANDLE_REPORTS)
@require_POST
def answer(request: SignedRequest, pk: int) -> HttpResponse:
    """Write to the sender."""

    def act(report: Report, **given: Any) -> None:
        operations.answer(by=request.user, report=report, now=clock.now(), **given)

    return _act(request, pk, "answer", act, _("Votre réponse est sur la page de l’auteur."))


@needs(Permission.HANDLE_REPORTS)
@require_POST
def reject(request: SignedRequest, pk: int) -> HttpResponse:
    """Close a report that leads to nothing."""

    def act(report: Report, **given: Any) -> None:
        operations.reject(by=request.user, report=report, now=clock.now(), **given)

    return _act(request, pk, "reject", act, _("Le signalement est écarté ; l’auteur lit le motif."))


@needs(Permission.HANDLE_REPORTS)
@require_POST
def reopen(request: SignedRequest, pk: int) -> HttpResponse:
    """Take back a decision."""

    def act(report: Report, **given: Any) -> None:
        operations.reopen(by=request.user, report=report, now=clock.now(), **given)

    return _act(request, pk, "reopen", act, _("Le signalement attend de nouveau."))


@needs(Permission.HANDLE_REPORTS)
@require_POST
def attach(request: SignedRequest, pk: int) -> HttpResponse:
    """Attach a report to a file that is there already."""
    found = _handled(request, pk)
    files = queries.files_to_attach(request.user, found.report)
    form = AttachForm(request.POST, files=files)
    if not form.is_valid():
        return _show(request, found, bound=("attach", form))
    try:
        operations.attach(by=request.user, report=found.report, incident=form.file, now=clock.now())
    except Settled:
        return _settled(request, pk)
    messages.success(request, _("Le signalement est rattaché au dossier."))
    return redirect("reports:one", pk)


@needs(Permission.HANDLE_REPORTS)
@require_POST
def turn(request: SignedRequest, pk: int) -> HttpResponse:
    """Begin a declaration with what the report says."""
    found = _handled(request, pk)
    try:
        turned = operations.turn(by=request.user, report=found.report, now=clock.now())
    except Settled:
        return _settled(request, pk)
    return redirect("incidents:draft", turned.key)


@needs(Permission.HANDLE_REPORTS)
@require_POST
def erase(request: SignedRequest, pk: int) -> HttpResponse:
    """Erase whom to call back."""
    found = _handled(request, pk)
    operations.erase_caller(by=request.user, report=found.report, now=clock.now())
    messages.success(request, _("Le nom et le numéro sont effacés."))
    return redirect("reports:one", pk)


def _act(
    request: SignedRequest, pk: int, name: str, act: Callable[..., None], done: str
) -> HttpResponse:
    """Check a form of words, do the act, say that it is done."""
    found = _handled(request, pk)
    form = ACTS[name](request.POST)
    if not form.is_valid():
        return _show(request, found, bound=(name, form))
    try:
        act(found.report, **form.cleaned_data)
    except BadWord as reason:
        form.add_error(reason.field, _("Écrivez quelque chose."))
        return _show(request, found, bound=(name, form))
    except Settled:
        return _settled(request, pk)
    messages.success(request, done)
    return redirect("reports:one", pk)


def _settled(request: SignedRequest, pk: int) -> HttpResponse:
    messages.warning(request, _("Une autre personne l’a traité entre-temps : rien n’a changé."))
    return redirect("reports:one", pk)


def _handled(request: SignedRequest, pk: int) -> queries.OneReport:
    """Return a report that the person may act on, before what they typed is looked at."""
    found = _found(request, pk)
    if not found.may_handle:
        raise PermissionDenied
    return found


def _found(request: SignedRequest, pk: int) -> queries.OneReport:
    found = queries.one_report(request.user, pk)
    if found is None:
        raise Http404
    return found


def _show(
    request: SignedRequest, found: queries.OneReport, *, bound: tuple[str, Form] | None = None
) -> HttpResponse:
    forms: dict[str, Form] = {
        "answer": AnswerForm(initial={"key": operations.new_key()}),
        "reject": ReasonForm(auto_id="id_reject_%s"),
        "reopen": ReasonForm(auto_id="id_reopen_%s"),
        "attach": AttachForm(files=_files(request, found)),
    }
    if bound is not None:
        forms[bound[0]] = bound[1]
    tells = request.user.may(Permission.READ_JOURNAL, at=found.report.place)
    journal = events(targets=[f"report:{found.report.pk}"], size=20) if tells else None
    context = {
        "found": found,
        "report": found.report,
        "said": said(found.report),
        "forms": forms,
        "opened": bound[0] if bound else "",
        "journal": journal,
        "journal_names": names_of(journal) if journal else {},
    }
    status = UNPROCESSABLE if bound else 200
    return render(request, "reports/one.html", context, status=status)


def _files(request: SignedRequest, found: queries.OneReport) -> list[Any]:
    if not (found.may_handle and found.is_open):
        return []
    return list(queries.files_to_attach(request.user, found.report))


def _page(request: SignedRequest, rows: Any) -> Page[Any]:
    page: Page[Any] = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    for name, number in (
        ("previous_url", page.number - 1 if page.has_previous() else 0),
        ("next_url", page.number + 1 if page.has_next() else 0),
    ):
        query["page"] = str(number)
        setattr(page, name, f"?{query.urlencode()}" if number else "")
    page.shown = len(page.object_list)  # type: ignore[attr-defined]
    page.total = page.paginator.count  # type: ignore[attr-defined]
    return page
