"""Reads of declarations and incidents. Every function starts from what the reader may see."""

from vigie.incidents.queries.files import (
    declaration_of,
    facts_in_force,
    history,
    my_drafts,
    visible_incidents,
)

__all__ = [
    "declaration_of",
    "facts_in_force",
    "history",
    "my_drafts",
    "visible_incidents",
]
