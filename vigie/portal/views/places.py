"""The register: lists and pages of establishments."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.queries import names_of
from vigie.accounts.rules import Permission
from vigie.establishments.queries import emergency_contacts, on_call_in
from vigie.establishments.rules import Territory, TerritoryKind
from vigie.inventory import queries as inventory
from vigie.kernel import clock
from vigie.portal.forms import PlaceFilterForm
from vigie.portal.forms.places import DESIGNATIONS
from vigie.portal.queries import places as queries
from vigie.portal.queries.places import Asked, Part
from vigie.reference import catalogue


@needs(Permission.READ_ESTABLISHMENTS)
@require_GET
def places(request: SignedRequest) -> HttpResponse:
    """List a part of the register; give htmx the table alone."""
    form = PlaceFilterForm(request.GET)
    asked = _asked(form)
    context: dict[str, Any] = {
        "form": form,
        "is_filtered": bool(set(request.GET) - {"page", "sort"}),
        "may_manage": request.user.may(Permission.MANAGE_ESTABLISHMENTS),
        "by_name_url": "?" + urlencode(_kept(request, sort="")),
        "by_size_url": "?" + urlencode(_kept(request, sort="beds")),
        "by_size": asked.by_size,
        "today": timezone.localdate(clock.now()),
    }
    if asked.text:
        rows = queries.found(request.user, asked)
        context |= {"lines": queries.lines(request.user, rows), "is_best": len(rows)}
    else:
        number = form.cleaned_data.get("page") or 1
        part = queries.part_of(queries.listed(request.user, asked), number)
        context |= {"lines": queries.lines(request.user, part.rows)}
        context |= {"pages": _pages(request, part)}
    template = "portal/_places.html" if request.htmx else "portal/places.html"
    return render(request, template, context)


@needs(Permission.READ_ESTABLISHMENTS)
@require_GET
def place(request: SignedRequest, pk: int) -> HttpResponse:
    """Show an establishment: sites, wards, groups, designations, applications, whom to call."""
    found = get_object_or_404(queries.visible_establishments(request.user), pk=pk)
    sites = queries.sites_of(found)
    targets = [f"establishment:{found.pk}", *(f"site:{site.pk}" for site in sites)]
    journal = queries.journal_of(request.user, *targets)
    today = timezone.localdate(clock.now())
    context: dict[str, Any] = {
        "place": found,
        "sites": sites,
        "wards": sum(len(site.wards.all()) for site in sites),
        "groups": queries.groups_of(found),
        "knows_designations": queries.knows_designations(request.user, found),
        "designations": [
            (row, DESIGNATIONS[row.kind]) for row in queries.designations_of(request.user, found)
        ],
        "may_manage": request.user.may(Permission.MANAGE_ESTABLISHMENTS, at=found.place),
        "region": catalogue.regions(found.country).get(found.region),
        "contacts": emergency_contacts(found.country, today=today),
        "journal": journal,
        "names": names_of(journal),
        "today": today,
    }
    if request.user.may(Permission.READ_ROTA, at=found.place):
        context["territory"] = Territory(TerritoryKind.EJ, found.code)
        context["on_call"] = on_call_in(found.place, TerritoryKind.EJ, clock.now())
    if request.user.may(Permission.READ_INVENTORY, at=found.place):
        context["applications"] = list(inventory.applications_of(found))
    return render(request, "portal/place.html", context)


def _asked(form: PlaceFilterForm) -> Asked:
    """Return what the address bar asks; a wrong filter counts as none."""
    form.is_valid()
    said = form.cleaned_data
    return Asked(
        text=said.get("q", "").strip(),
        region=said.get("region", ""),
        structure_type=said.get("type", ""),
        designation=said.get("designation", ""),
        state=said.get("state", ""),
        by_size=said.get("sort") == "beds",
    )


def _kept(request: SignedRequest, **changes: object) -> dict[str, object]:
    kept: dict[str, object] = {k: v for k, v in request.GET.dict().items() if v and k != "page"}
    return {name: value for name, value in (kept | changes).items() if value}


def _pages(request: SignedRequest, part: Part) -> dict[str, object]:
    def url(number: int) -> str:
        return "?" + urlencode(_kept(request, page=number if number > 1 else ""))

    return {
        "shown": len(part.rows),
        "total": part.total,
        "capped": part.capped,
        "first_url": url(1) if part.number > 2 else "",
        "previous_url": url(part.number - 1) if part.number > 1 else "",
        "next_url": url(part.number + 1) if part.has_next else "",
    }
