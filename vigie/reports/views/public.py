"""The pages of whoever reports: no account, no session, a phone, thirty seconds."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from vigie.accounts.guards import open_to_all
from vigie.kernel import clock
from vigie.reports import guards, operations, queries, rules
from vigie.reports.forms import ReportForm, WordsForm
from vigie.reports.queries.places import wards_of
from vigie.reports.rules import BadWord, Mark
from vigie.reports.views.shown import (
    ShownTelephone,
    advice_of,
    advices,
    orders,
    said,
    telephone,
    validation,
)

UNPROCESSABLE, TOO_MANY, GONE = 422, 429, 404


@open_to_all
@require_GET
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Look for the establishment, for whoever has no poster at hand."""
    asked = request.GET.get("q", "")[:100]
    context = {
        "asked": asked,
        "places": queries.found_places(asked),
        "telephone": telephone_at(None, clock.now()),
    }
    htmx = getattr(request, "htmx", None)
    template = "_places.html" if htmx else "start.html"
    return _draw(request, f"reports/public/{template}", context)


# No cookie guards this form: it has no authority of a session to protect, and must survive the
# loss of every cookie. What it carries is signed instead: docs/adr/0009.
@open_to_all
@csrf_exempt
@require_http_methods(["GET", "POST"])
@never_cache
def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """Report from the place of a poster."""
    where = queries.whereabouts_of_code(code)
    if where is None:
        context = {"telephone": telephone_at(None, clock.now()), "is_gone": True}
        return _draw(request, "reports/public/start.html", context, status=GONE)
    return _report(request, where)


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "POST"])
@never_cache
def place(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Report from a place that a search found."""
    where = queries.whereabouts_of(kind, pk)
    if where is None:
        raise Http404
    return _report(request, where)


def _report(request: HttpRequest, where: queries.Whereabouts) -> HttpResponse:
    if request.method == "POST":
        return _take(request, where)
    now = clock.now()
    return _page(request, where, ReportForm(wards=wards_of(where)), now)


def _take(request: HttpRequest, where: queries.Whereabouts) -> HttpResponse:
    """Store what was sent, or draw the page again with all that was typed."""
    now = clock.now()
    form = ReportForm(request.POST, wards=wards_of(where))
    told = form.told
    drawn = guards.read_form(request.POST.get("form", ""), where)
    if not told.is_urgent and not form.is_valid():
        return _page(request, where, form, now, status=UNPROCESSABLE)
    marks = guards.marks_of(request, drawn, where, now=now)
    if rules.asks_again(told, marks, is_busy=guards.is_busy(request, marks, where)):
        status = TOO_MANY if Mark.FLOOD in marks else UNPROCESSABLE
        return _page(request, where, form, now, status=status, is_asked_again=True)
    receipt = operations.receive(
        where=replace(where, ward=form.chosen_ward or where.ward),
        told=told,
        key=drawn.key if drawn else operations.new_key(),
        language=_language(),
        marks=marks,
        now=now,
    )
    return redirect("reports:follow", receipt.token)


def _page(
    request: HttpRequest,
    where: queries.Whereabouts,
    form: ReportForm,
    now: datetime,
    *,
    status: int = 200,
    is_asked_again: bool = False,
) -> HttpResponse:
    sent = request.POST.get("form", "")
    keeps_key = guards.read_form(sent, where) is not None and not request.POST.get(guards.TRAP)
    context = {
        "where": where,
        "form": form,
        "carried": sent if keeps_key else guards.draw_form(where, operations.new_key(), now=now),
        "trap": guards.TRAP,
        "telephone": telephone_at(where, now),
        "orders": orders(),
        "advices": advices(),
        "validation": validation(),
        "keep": f"report:{where.link.code if where.link else where.code}",
        "is_asked_again": is_asked_again,
        "is_flood": status == TOO_MANY,
    }
    return _draw(request, "reports/public/report.html", context, status=status)


@open_to_all
@csrf_exempt  # the secret in the address is the authority, not a cookie
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Show the receipt of a report and what became of it; take what its sender adds."""
    now = clock.now()
    found = queries.followed(token, now=now)
    if found is None:
        context: dict[str, Any] = {"telephone": telephone_at(None, now)}
        return _secret(_draw(request, "reports/public/over.html", context, status=GONE))
    if request.method == "POST":
        return _secret(_add(request, found, token, now))
    return _secret(_receipt(request, found, now))


def _add(request: HttpRequest, found: queries.Followed, token: str, now: datetime) -> HttpResponse:
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _receipt(request, found, now, form=form, status=UNPROCESSABLE)
    if not guards.may_add(request, token):
        return _receipt(request, found, now, form=form, status=TOO_MANY)
    try:
        operations.add_words(report=found.report, now=now, **form.cleaned_data)
    except BadWord:
        return _receipt(request, found, now, form=form, status=UNPROCESSABLE)
    return redirect("reports:follow", token)


def _receipt(
    request: HttpRequest,
    found: queries.Followed,
    now: datetime,
    *,
    form: WordsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    report = found.report
    context = {
        "found": found,
        "report": report,
        "where": found.where,
        "now": now,
        "said": said(report),
        "telephone": telephone_at(found.where, now),
        "orders": orders(rules.orders(report.danger, report.device)),
        "advice": None
        if rules.keeps_hands_off(report.danger, report.device)
        else advice_of(report.picture),
        "validation": validation(),
        "form": form or WordsForm(initial={"key": operations.new_key()}),
        "address": request.build_absolute_uri(request.path),
        "is_flood": status == TOO_MANY,
    }
    htmx = getattr(request, "htmx", None)
    is_part = htmx and htmx.target == "progress"
    template = "_progress.html" if is_part else "follow.html"
    return _draw(request, f"reports/public/{template}", context, status=status)


def _secret(answer: HttpResponse) -> HttpResponse:
    """Return a page that no cache keeps, no engine lists and no link betrays."""
    for name, value in guards.SECRET_PAGE.items():
        answer[name] = value
    return answer


def telephone_at(where: queries.Whereabouts | None, now: datetime) -> ShownTelephone | None:
    """Return the number to call now, in words."""
    return telephone(queries.telephone_at(where, now=now))


def _draw(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Return a page that tells no other page where one came from."""
    return render(request, template, {"referrer": "no-referrer", **context}, status=status)


def _language() -> str:
    return (get_language() or "fr")[:2]
