"""What is due in every file that the reader may see."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.incidents.forms.duties import DueForm
from vigie.incidents.queries import duties_due as queries
from vigie.kernel import clock


@needs(Permission.READ_INCIDENTS)
@require_safe
def due(request: SignedRequest) -> HttpResponse:
    """Show what is due, the most pressing first."""
    now = clock.now()
    chosen = DueForm(request.GET).chosen
    rows = list(queries.due(request.user, now=now, state=chosen)[: queries.PAGE + 1])
    context = {
        "rows": queries.listed(rows[: queries.PAGE], now),
        "is_cut": len(rows) > queries.PAGE,
        "most": queries.PAGE,
        "counts": queries.counts(request.user, now=now),
        "chosen": chosen,
    }
    return render(request, "incidents/duties/due.html", context)
