"""Search everything that the reader may see."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vigie.accounts.guards import SignedRequest, signed_in
from vigie.establishments.models import Establishment
from vigie.incidents.models import Incident
from vigie.kernel import clock
from vigie.portal import queries
from vigie.portal.forms import SearchForm


@signed_in
@require_GET
def search(request: SignedRequest) -> HttpResponse:
    """Show the files and establishments that the words mean."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        words = form.cleaned_data["q"]
        found = queries.search(request.user, words, now=clock.now())
        context |= {
            "words": words,
            "searched": True,
            "files": [_file(file) for file in found.files],
            "places": [_place(place) for place in found.places],
        }
    return render(request, "portal/search.html", context, status=422 if form.errors else 200)


def _file(file: Incident) -> dict[str, Any]:
    return {
        "reference": file.reference,
        "title": file.title,
        "where": str(file.site or file.establishment),
        "declared_at": file.declared_at,
        "url": reverse("incidents:file", args=[file.pk]),
    }


def _place(place: Establishment) -> dict[str, Any]:
    where = [place.commune, place.department, place.finess and _("FINESS %s") % place.finess]
    return {
        "name": str(place),
        "where": " · ".join(part for part in where if part),
        "url": reverse("portal:place", args=[place.pk]),
    }
