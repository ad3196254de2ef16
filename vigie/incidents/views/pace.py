"""The page that says how the desk stands."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.queries import pace as reads
from vigie.kernel import clock


@needs(Permission.FOLLOW)
@require_GET
def desk(request: SignedRequest) -> HttpResponse:
    """Show how the desk stands, each figure with its definition."""
    now = clock.now()
    context = {"pace": reads.pace(request.user, now), "now": now}
    return render(request, "incidents/pace/desk.html", context)
