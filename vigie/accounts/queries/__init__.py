"""Read people and their rights: who may do what and where, as SQL predicates."""

from vigie.accounts.queries.people import governed, governs, manages, people_governed
from vigie.accounts.queries.rights import (
    NOTHING,
    may,
    members_of,
    require,
    roles_with,
    within,
)
from vigie.accounts.queries.scope import Scope, scope_choices, scope_of, scoped, scopes
from vigie.accounts.queries.tokens import permissions_held, token_in_force, tokens_of

__all__ = [
    "NOTHING",
    "Scope",
    "governed",
    "governs",
    "manages",
    "may",
    "members_of",
    "people_governed",
    "permissions_held",
    "require",
    "roles_with",
    "scope_choices",
    "scope_of",
    "scoped",
    "scopes",
    "token_in_force",
    "tokens_of",
    "within",
]
