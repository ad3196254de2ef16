"""Read what shifts of the desk told each other."""

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
