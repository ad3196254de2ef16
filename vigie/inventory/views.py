"""Pages of suppliers and applications."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.queries import names_of, scoped
from vigie.accounts.rules import Permission
from vigie.audit.queries import events
from vigie.inventory import operations, queries
from vigie.inventory.forms import NEED_LABELS, ApplicationForm, SearchForm, SupplierForm
from vigie.inventory.models import Application, Supplier
from vigie.inventory.rules import NEEDS, BadName
from vigie.kernel import clock
from vigie.reference import catalogue

PAGE = 50
PROPOSED_SUPPLIERS = 300
UNPROCESSABLE = 422


@needs(Permission.READ_INVENTORY)
@require_GET
def applications(request: SignedRequest) -> HttpResponse:
    """List the applications of the reader's territory."""
    form = SearchForm(request.GET)
    rows = queries.visible_applications(request.user).filter(scoped(request.user, **queries.SEATS))
    if not form.with_retired:
        rows = rows.filter(retired_on=None)
    rows = queries.search_applications(rows, form.text)
    page = _page(request, rows.order_by("establishment__name", "name", "id"))
    context = {
        "form": form,
        "page": page,
        "may_add": request.user.may(Permission.MANAGE_INVENTORY),
        "one_place": len({a.establishment_id for a in page.object_list}) < 2 and not form.text,
    }
    template = "_applications.html" if request.htmx else "applications.html"
    return render(request, f"inventory/{template}", context)


@needs(Permission.MANAGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def new_application(request: SignedRequest) -> HttpResponse:
    """Add an application to an establishment."""
    places = list(queries.manageable_establishments(request.user)[:PROPOSED_SUPPLIERS])
    wanted = request.GET.get("establishment", "")
    form = ApplicationForm(
        request.POST if request.method == "POST" else None,
        establishments=places,
        initial={"establishment": wanted or (str(places[0].pk) if len(places) == 1 else "")},
    )
    if request.method == "POST" and form.is_valid():
        place = next(e for e in places if str(e.pk) == form.cleaned_data["establishment"])
        try:
            added = operations.keep_application(
                by=request.user,
                establishment=place,
                application=None,
                facts=form.facts,
                supplier=form.cleaned_data["supplier_name"],
                now=clock.now(),
            )
        except BadName as reason:
            form.add_error("name", _said(reason))
        else:
            messages.success(request, _("L’application est dans la liste."))
            return redirect("inventory:application", added.pk)
    return _application_page(request, form, None)


@needs(Permission.READ_INVENTORY)
@require_http_methods(["GET", "POST"])
def application(request: SignedRequest, pk: int) -> HttpResponse:
    """Show an application; those who keep the inventory correct it."""
    found = get_object_or_404(queries.visible_applications(request.user), pk=pk)
    if request.method == "GET":
        return _application_page(request, ApplicationForm(application=found), found)
    form = ApplicationForm(request.POST)
    if form.is_valid():
        try:
            operations.keep_application(
                by=request.user,
                establishment=found.establishment,
                application=found,
                facts=form.facts,
                supplier=form.cleaned_data["supplier_name"],
                now=clock.now(),
            )
        except BadName as reason:
            form.add_error("name", _said(reason))
        else:
            messages.success(request, _("C’est enregistré."))
            return redirect("inventory:application", found.pk)
    return _application_page(request, form, found)


@needs(Permission.MANAGE_INVENTORY)
@require_POST
def retire_application(request: SignedRequest, pk: int) -> HttpResponse:
    """Retire an application, or bring it back."""
    found = get_object_or_404(queries.visible_applications(request.user), pk=pk)
    today = None if found.retired_on else timezone.localdate(clock.now())
    operations.retire_application(
        by=request.user, application=found, retired_on=today, now=clock.now()
    )
    return redirect("inventory:application", found.pk)


@needs(Permission.READ_INVENTORY)
@require_GET
def suppliers(request: SignedRequest) -> HttpResponse:
    """List the suppliers that every structure shares."""
    form = SearchForm(request.GET)
    found = queries.search_suppliers(form.text, limit=None, with_retired=form.with_retired)
    context = {
        "form": form,
        "page": _page(request, found),
        "may_add": request.user.may(Permission.MANAGE_INVENTORY),
    }
    template = "_suppliers.html" if request.htmx else "suppliers.html"
    return render(request, f"inventory/{template}", context)


@needs(Permission.MANAGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def new_supplier(request: SignedRequest) -> HttpResponse:
    """Add a supplier to the list."""
    form = SupplierForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            added = operations.add_supplier(by=request.user, now=clock.now(), **form.cleaned_data)
        except BadName as reason:
            form.add_error("name", _said(reason))
        else:
            messages.success(request, _("Le fournisseur est dans la liste."))
            return redirect("inventory:supplier", added.pk)
    return _supplier_page(request, form, None)


@needs(Permission.READ_INVENTORY)
@require_http_methods(["GET", "POST"])
def supplier(request: SignedRequest, pk: int) -> HttpResponse:
    """Show a supplier and the visible applications that depend on it."""
    found = get_object_or_404(queries.suppliers(with_retired=True), pk=pk)
    if request.method == "GET":
        return _supplier_page(request, SupplierForm(supplier=found), found)
    form = SupplierForm(request.POST)
    if form.is_valid():
        try:
            operations.amend_supplier(
                by=request.user, supplier=found, now=clock.now(), **form.cleaned_data
            )
        except BadName as reason:
            form.add_error("name", _said(reason))
        else:
            messages.success(request, _("C’est enregistré."))
            return redirect("inventory:supplier", found.pk)
    return _supplier_page(request, form, found)


@needs(Permission.MANAGE_INVENTORY)
@require_POST
def retire_supplier(request: SignedRequest, pk: int) -> HttpResponse:
    """Retire a supplier, or bring it back."""
    found = get_object_or_404(Supplier, pk=pk)
    today = None if found.retired_on else timezone.localdate(clock.now())
    operations.retire_supplier(by=request.user, supplier=found, retired_on=today, now=clock.now())
    return redirect("inventory:supplier", found.pk)


def _application_page(
    request: SignedRequest, form: ApplicationForm, found: Application | None
) -> HttpResponse:
    may_amend = found is None or request.user.may(Permission.MANAGE_INVENTORY, at=found.place)
    if request.method == "POST" and not may_amend:
        raise PermissionDenied
    context = {
        "form": form,
        "application": found,
        "may_amend": may_amend,
        "needs": [(NEED_LABELS[name][0], _need(found, name)) for name in NEEDS] if found else [],
        "need_names": NEEDS,
        "suppliers": queries.suppliers()[:PROPOSED_SUPPLIERS],
        "activities": [
            catalogue.care_activities()[code].title.in_(get_language() or "fr")
            for code in (found.care_activities if found else [])
        ],
        **_journal(request, f"application:{found.pk}" if found else ""),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "inventory/application.html", context, status=status)


def _supplier_page(
    request: SignedRequest, form: SupplierForm, found: Supplier | None
) -> HttpResponse:
    may_amend = found is None or queries.may_amend_supplier(request.user, found)
    if request.method == "POST" and not may_amend:
        raise PermissionDenied
    users: QuerySet[Application] | list[Application] = []
    if found:
        users = queries.visible_applications(request.user).filter(supplier=found, retired_on=None)
        users = users.order_by("establishment__name", "name", "id")[:PAGE]
    context = {
        "form": form,
        "supplier": found,
        "may_amend": may_amend,
        "applications": users,
        **_journal(request, f"supplier:{found.pk}" if found else ""),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "inventory/supplier.html", context, status=status)


def _need(application: Application, name: str) -> str:
    shown: str = getattr(application, f"get_{name}_display")()
    return str(shown or "")


def _journal(request: SignedRequest, target: str) -> dict[str, Any]:
    if not target or not request.user.may(Permission.READ_JOURNAL):
        return {}
    page = events(targets=[target], size=10)
    return {"journal": page, "journal_names": names_of(page)}


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


def _said(reason: BadName) -> str:
    if reason.taken_by:
        return _("Ce nom est déjà pris : %(name)s.") % {"name": reason.taken_by}
    return _("Ce nom ne peut pas être enregistré.")
