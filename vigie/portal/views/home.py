"""The home page: what needs me now."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from vigie.accounts.guards import SignedRequest, signed_in
from vigie.accounts.rules import Permission
from vigie.kernel import clock
from vigie.portal import queries
from vigie.portal.rules import Card


@signed_in
@require_GET
def home(request: SignedRequest) -> HttpResponse:
    """Show what waits for the person."""
    now = clock.now()
    cards = [_drawn(card) for card in queries.needs(request.user, now=now)]
    may_declare = request.user.may(Permission.DECLARE)
    context = {
        "now": now,
        "columns": [column for column in (cards[::2], cards[1::2]) if column],
        "setup": [
            {"title": step.title, "why": step.why, "act": step.act, "url": reverse(step.route)}
            for step in queries.setup(request.user)
        ],
        "declare_url": reverse("incidents:declare") if may_declare else "",
    }
    return render(request, "portal/home.html", context)


def _drawn(card: Card) -> dict[str, Any]:
    """Return what the template draws: the card with the addresses of its items."""
    items = [
        {
            "text": item.text,
            "note": item.note,
            "danger": item.danger,
            "due": item.due,
            "since": item.since,
            "url": reverse(item.route, args=item.key),
        }
        for item in card.items
    ]
    return {
        "code": card.code,
        "title": card.title,
        "icon": card.icon,
        "empty": card.empty,
        "since": card.since,
        "total": card.total,
        "items": items,
        "more_url": reverse(card.more) if card.more else "",
    }
