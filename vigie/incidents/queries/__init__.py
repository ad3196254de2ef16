"""Reads of declarations and incidents. Every function starts from what the reader may see."""

from vigie.incidents.queries.drafts import (
    Structure,
    declared_with,
    draft_of,
    search_structures,
    structure_of,
    structures,
    usual_structure,
)
from vigie.incidents.queries.files import (
    Understood,
    assess_for,
    contacts_of,
    declaration_of,
    facts_in_force,
    history,
    legal_declarations,
    my_drafts,
    understood,
    unsettled,
    visible_incidents,
)

__all__ = [
    "Structure",
    "Understood",
    "assess_for",
    "contacts_of",
    "declaration_of",
    "declared_with",
    "draft_of",
    "facts_in_force",
    "history",
    "legal_declarations",
    "my_drafts",
    "search_structures",
    "structure_of",
    "structures",
    "understood",
    "unsettled",
    "usual_structure",
    "visible_incidents",
]
