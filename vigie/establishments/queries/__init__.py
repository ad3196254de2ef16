"""Read establishments, what the instance says of a nation, and whether an actor may act."""

from vigie.establishments.queries.permission import require_from
from vigie.establishments.queries.register import (
    establishments_of,
    population,
    sites_of,
    territory_name,
)
from vigie.establishments.queries.search import search, search_sites
from vigie.establishments.queries.setting import (
    ShownContact,
    ShownPortal,
    emergency_contacts,
    instance,
    is_demo,
    legal_portal,
    portal_with,
)

__all__ = [
    "ShownContact",
    "ShownPortal",
    "emergency_contacts",
    "establishments_of",
    "instance",
    "is_demo",
    "legal_portal",
    "population",
    "portal_with",
    "require_from",
    "search",
    "search_sites",
    "sites_of",
    "territory_name",
]
