"""The acts on declarations and incidents: one act, one transaction, one journal line."""

from vigie.incidents.operations.amend import Conflict, amend
from vigie.incidents.operations.declare import Declared, Incomplete, Submission, declare
from vigie.incidents.operations.drafts import discard_draft, save_draft
from vigie.incidents.operations.qualify import Decision, qualify

__all__ = [
    "Conflict",
    "Decision",
    "Declared",
    "Incomplete",
    "Submission",
    "amend",
    "declare",
    "discard_draft",
    "qualify",
    "save_draft",
]
