"""Read establishments, what the instance says of a nation, and whether an actor may act."""

from vigie.establishments.queries.calls import (
    call_step_of,
    callouts,
    callouts_about,
    whole,
)
from vigie.establishments.queries.permission import require_from
from vigie.establishments.queries.register import (
    establishments_of,
    population,
    sites_of,
    territory_name,
)
from vigie.establishments.queries.rota import (
    OnCall,
    Reachable,
    Spot,
    chain_of,
    duties_between,
    gaps_between,
    on_call_at,
    on_call_in,
    on_duty_now,
    reachable,
    rota_at,
    spot_of,
    stored_rotas,
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
    surround,
)

__all__ = [
    "OnCall",
    "Reachable",
    "ShownContact",
    "ShownPortal",
    "Spot",
    "call_step_of",
    "callouts",
    "callouts_about",
    "chain_of",
    "duties_between",
    "emergency_contacts",
    "establishments_of",
    "gaps_between",
    "instance",
    "is_demo",
    "legal_portal",
    "on_call_at",
    "on_call_in",
    "on_duty_now",
    "population",
    "portal_with",
    "reachable",
    "require_from",
    "rota_at",
    "search",
    "search_sites",
    "sites_of",
    "spot_of",
    "stored_rotas",
    "surround",
    "territory_name",
    "whole",
]
