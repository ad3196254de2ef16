"""The acts on declarations and incidents: one act, one transaction, one journal line."""

from vigie.incidents.operations.amend import AlreadySettled, Conflict, amend, settle
from vigie.incidents.operations.contacts import (
    amend_contacts,
    erase_contacts,
    forget_expired_contacts,
)
from vigie.incidents.operations.declare import Declared, Incomplete, Person, Submission, declare
from vigie.incidents.operations.drafts import (
    add_named,
    discard_draft,
    forget_old_drafts,
    save_draft,
)
from vigie.incidents.operations.imports import (
    import_declarations,
    import_mapped,
    import_veris,
)
from vigie.incidents.operations.legal import Proof, record_legal_declaration
from vigie.incidents.operations.qualify import Decision, qualify

__all__ = [
    "AlreadySettled",
    "Conflict",
    "Decision",
    "Declared",
    "Incomplete",
    "Person",
    "Proof",
    "Submission",
    "add_named",
    "amend",
    "amend_contacts",
    "declare",
    "discard_draft",
    "erase_contacts",
    "forget_expired_contacts",
    "forget_old_drafts",
    "import_declarations",
    "import_mapped",
    "import_veris",
    "qualify",
    "record_legal_declaration",
    "save_draft",
    "settle",
]
