"""Pages that anyone may read: what Vigie is, accessibility, whom to call."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from vigie.accounts.guards import open_to_all


@open_to_all
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Say what Vigie is, what the law wants elsewhere, and what is kept about people."""
    return render(request, "portal/about.html", {"kept_days": settings.PEOPLE_KEPT_DAYS})


@open_to_all
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how far everyone can use Vigie, how that was checked, and what is left."""
    return render(request, "portal/accessibility.html")


@open_to_all
@require_GET
def contacts(request: HttpRequest) -> HttpResponse:
    """List the public emergency contacts with the day each was verified."""
    return render(request, "portal/contacts.html")
