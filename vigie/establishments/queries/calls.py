"""Read call-outs: by the link in a letter, by their matter, by where they were made."""

from datetime import datetime

from django.db.models import Prefetch, QuerySet

from vigie.establishments.models import CallItem, Callout, CallStep
from vigie.establishments.rules import link_hash


def call_step_of(secret: str, now: datetime) -> CallStep | None:
    """Return the step whose letter held this secret, None for a link unknown or too old."""
    rows = CallStep.objects.filter(link_hash=link_hash(secret), link_expires_at__gt=now)
    named = rows.select_related(
        "callout", "callout__rota", "callout__rota__establishment", "callout__rota__site"
    )
    return named.first()


def callouts() -> QuerySet[Callout]:
    """Return the call-outs with the territory that they were made for, unordered."""
    return Callout.objects.select_related(
        "rota", "rota__establishment", "rota__site", "rota__site__establishment"
    )


def whole(rows: QuerySet[Callout]) -> QuerySet[Callout]:
    """Return call-outs with their matters and steps, in three queries for them all."""
    steps = CallStep.objects.select_related("rota", "rota__establishment", "rota__site")
    return rows.prefetch_related(
        Prefetch("steps", steps.order_by("number")),
        Prefetch("items", CallItem.objects.order_by("at", "id")),
    )


def callouts_about(about: str) -> QuerySet[Callout]:
    """Return the call-outs for a matter, the oldest first."""
    return callouts().filter(items__about=about).order_by("opened_at", "id")
