"""What became of the messages of this instance, for whoever keeps it running."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.audit.templatetags.audit import target_words
from vigie.establishments.rules import TerritoryKind
from vigie.kernel import clock
from vigie.messages import operations, queries
from vigie.messages.models import Outgoing
from vigie.messages.operations import NotAgain
from vigie.portal.forms import OutboxForm

FOLLOW = Permission.FOLLOW_OUTBOX
SHOWN = 50


@needs(FOLLOW)
@require_GET
def outbox(request: SignedRequest) -> HttpResponse:
    """List the messages that did not arrive, or those of another part."""
    refuse_locals(request)
    form = OutboxForm(request.GET)
    part, before = form.asked
    rows = list(queries.listed(part, before=before)[: SHOWN + 1])
    context: dict[str, Any] = {
        "now": clock.now(),
        "part": part,
        "rows": [(row, target_words(row.about)) for row in rows[:SHOWN]],
        "older": rows[SHOWN - 1].pk if len(rows) > SHOWN else None,
        "standing": queries.standing(),
        "services": queries.services(),
    }
    return render(request, "portal/outbox.html", context)


@needs(FOLLOW)
@require_POST
def send_again(request: SignedRequest, pk: int) -> HttpResponse:
    """Queue a message anew."""
    refuse_locals(request)
    found = get_object_or_404(Outgoing, pk=pk)
    try:
        operations.send_again(by=request.user.journal_name, message=found, now=clock.now())
    except NotAgain:
        messages.error(request, _("Ce message ne peut plus être envoyé."))
    else:
        messages.success(request, _("Le message part à nouveau."))
    return redirect("portal:outbox")


def refuse_locals(request: SignedRequest) -> None:
    """Raise Http404 unless a nation is entrusted to the reader: messages have no territory."""
    held = request.user.memberships_with(FOLLOW)
    if not any(m.territory_kind == TerritoryKind.NATION for m in held):
        raise Http404
