"""The desk's pages: the queue, the list of all files, views to keep, hand-overs."""

from dataclasses import dataclass
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.exports import csv
from vigie.incidents.forms.desk import HandoverForm, ListForm, QueueForm, SearchForm, ViewForm
from vigie.incidents.models import Handover, Incident, SavedView
from vigie.incidents.operations import handover as handing
from vigie.incidents.operations import views as keeping
from vigie.incidents.queries import handover as handovers_of
from vigie.incidents.queries import queue as queues
from vigie.incidents.queries import search
from vigie.incidents.queries.keyset import Slice
from vigie.incidents.queries.people import desk_people, saved_views, views_of
from vigie.incidents.queries.search import Counted
from vigie.incidents.rules.follow import next_shift
from vigie.kernel import clock
from vigie.kernel.spreadsheets import FRENCH

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Pages:
    """The ways on from a page of a list, as the pager draws them."""

    shown: int
    total: int
    capped: bool
    first_url: str = ""
    previous_url: str = ""
    next_url: str = ""

    @classmethod
    def of(cls, form: ListForm, rows: Slice[Incident], count: Counted) -> "Pages":
        """Return the ways on, each the address of the list with another place."""
        before, after = rows.previous, rows.following
        return cls(
            shown=len(rows),
            total=count.total,
            capped=count.is_capped,
            first_url=f"?{form.query()}" if before else "",
            previous_url=f"?{form.query(before=before)}" if before else "",
            next_url=f"?{form.query(after=after)}" if after else "",
        )


@needs(Permission.FOLLOW)
@require_GET
def queue(request: SignedRequest) -> HttpResponse:
    """Show what waits for whom, the gravest first."""
    form, now = QueueForm(request.GET), clock.now()
    chip = form.right.get("show", "")
    found = queues.queue(
        request.user,
        form.filters(),
        now=now,
        chip=chip,
        unfold=form.right.get("unfold"),
        cursor=form.cursor(queues.ORDER),
    )
    context = {
        "form": form,
        "queue": found,
        "chip": chip,
        "keeps_answers": request.user.may(Permission.MANAGE_ANSWERS),
        "now": now,
        "shift": next_shift(now, search.zone()),
        "views": _views(request, SavedView.Page.QUEUE),
        "pages": found.rows,
    }
    template = "incidents/_queue.html" if request.htmx else "incidents/queue.html"
    return render(request, template, context)


@needs(Permission.READ_INCIDENTS)
@require_GET
def files(request: SignedRequest) -> HttpResponse:
    """Show the files that the filters leave, a page at a time."""
    now = clock.now()
    people = desk_people(request.user)
    form = SearchForm(request.GET, desk=[(str(p.pk), p.full_name) for p in people])
    asked = search.matching(
        search.listed(request.user), form.filters(), reader=request.user, now=now
    )
    cursor = form.cursor(search.ORDERS[form.chosen_order])
    rows = search.found(asked, form.chosen_order, cursor, form.rows_wanted)
    count = search.counted(asked)
    context = {
        "form": form,
        "rows": rows,
        "count": count,
        "pages": Pages.of(form, rows, count),
        "more": form.narrowed or form.right.get("more"),
        "now": now,
        "views": _views(request, SavedView.Page.LIST),
        "chosen": search.chosen(request.user, form.filters()),
        "can_import": request.user.may(Permission.IMPORT_DECLARATIONS),
        "can_export": request.user.may(Permission.EXPORT),
        "can_follow": request.user.may(Permission.FOLLOW),
    }
    template = "incidents/_list.html" if request.htmx else "incidents/list.html"
    return render(request, template, context)


@needs(Permission.EXPORT)
@require_GET
def export(request: SignedRequest) -> StreamingHttpResponse:
    """Hand out the list as CSV, whole, as far as the reader may take it along."""
    form, now = SearchForm(request.GET), clock.now()
    keeping.journal_export(by=request.user, query=form.query(q=""), now=now)
    rows = search.matching(
        search.exportable(request.user), form.filters(), reader=request.user, now=now
    )
    answer = StreamingHttpResponse(csv.chunks(rows, FRENCH), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="incidents-{now:%Y-%m-%d}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs(Permission.READ_INCIDENTS)
@require_POST
def save_view(request: SignedRequest) -> HttpResponse:
    """Keep the filters of a list under a name."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Donnez un nom à la vue, de 80 signes au plus."))
        return redirect("incidents:list")
    page = SavedView.Page(form.cleaned_data["page"])
    query = known_query(form.cleaned_data["query"], page)
    try:
        keeping.save_view(
            by=request.user, name=form.cleaned_data["name"], page=page, query=query, now=clock.now()
        )
    except keeping.TooManyViews:
        text = gettext("Vous gardez déjà %(n)s vues : supprimez-en une d’abord.")
        messages.error(request, text % {"n": keeping.MOST})
    else:
        messages.success(request, gettext("Vue gardée."))
    return redirect(f"{address_of(page)}?{query}")


@needs(Permission.READ_INCIDENTS)
@require_POST
def drop_view(request: SignedRequest, pk: int) -> HttpResponse:
    """Forget a view of one's own."""
    view = get_object_or_404(saved_views(request.user), pk=pk)
    page = SavedView.Page(view.page)
    keeping.drop_view(by=request.user, view=view, now=clock.now())
    messages.success(request, gettext("Vue supprimée."))
    return redirect(address_of(page))


@needs(Permission.FOLLOW)
@require_http_methods(["GET", "POST"])
def handovers(request: SignedRequest) -> HttpResponse:
    """Show the last hand-overs, and write one."""
    now = clock.now()
    status = 200
    form = HandoverForm(initial={"idempotency_key": uuid4()})
    if request.method == "POST":
        form = HandoverForm(request.POST)
        if form.is_valid():
            return _hand_over(request, form)
        status = UNPROCESSABLE
    context = {
        "form": form,
        "notes": handovers_of.visible_handovers(request.user)[:30],
        "figures": handovers_of.figures_of(Handover(figures=handing.frozen(request.user, now))),
        "shift": next_shift(now, search.zone()),
        "now": now,
    }
    return render(request, "incidents/handovers.html", context, status=status)


def _hand_over(request: SignedRequest, form: HandoverForm) -> HttpResponse:
    found = form.cleaned_data
    note = handing.hand_over(
        by=request.user, text=found["text"], key=found["idempotency_key"], now=clock.now()
    )
    messages.success(request, gettext("Relève enregistrée, chiffres de la file figés."))
    return redirect("incidents:handover", note.pk)


@needs(Permission.FOLLOW)
@require_GET
def handover(request: SignedRequest, pk: int) -> HttpResponse:
    """Show one hand-over as it was written."""
    note = get_object_or_404(handovers_of.visible_handovers(request.user), pk=pk)
    context = {"note": note, "figures": handovers_of.figures_of(note)}
    return render(request, "incidents/handover.html", context)


FORMS: dict[SavedView.Page, type[ListForm]] = {
    SavedView.Page.QUEUE: QueueForm,
    SavedView.Page.LIST: SearchForm,
}


def _views(request: SignedRequest, page: SavedView.Page) -> list[SavedView]:
    return views_of(str(page), user=request.user.pk)


def known_query(text: str, page: str) -> str:
    """Return the part of an address that the list understands."""
    return FORMS[SavedView.Page(page)](QueryDict(text)).query()


def address_of(page: str) -> str:
    """Return the address of the queue or of the list."""
    return reverse(f"incidents:{page}")
