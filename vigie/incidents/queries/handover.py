"""Read what shifts of the desk told each other."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.establishments.rules import Place, TerritoryKind
from vigie.incidents.models import Handover
from vigie.reference import catalogue


def desk_of(person: User) -> Place | None:
    """Return the desk that a person serves: a nation's before a region's; None for others."""
    held = person.memberships_with(Permission.FOLLOW)
    codes = {kind: [m.territory_code for m in held if m.territory_kind == kind] for kind in KINDS}
    for country in codes[TerritoryKind.NATION]:
        return Place(country)
    for region in codes[TerritoryKind.REGION]:
        return Place(_country_of(region), region)
    return None


KINDS = (TerritoryKind.NATION, TerritoryKind.REGION)


def _country_of(region: str) -> str:
    return next((c for c in catalogue.countries() if region in catalogue.regions(c)), "FR")


def visible_handovers(reader: User) -> QuerySet[Handover]:
    """Return the notes of the desks that the reader serves, the newest first."""
    # A note of the whole nation names no region, so a region's desk does not read it.
    own = within(reader, Permission.FOLLOW, department="", establishment="", site="")
    return Handover.objects.filter(own).select_related("by").order_by("-at", "-id")


def figures_of(note: Handover) -> dict[str, Any]:
    """Return the figures that a note froze, its moments readable again."""
    figures = dict(note.figures)
    for name in ("waits_since", "danger_waits_since"):
        figures[name] = _moment(figures.get(name))
    grave = figures.get("grave", [])
    figures["grave"] = [f | {"next_action_at": _moment(f["next_action_at"])} for f in grave]
    return figures


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
