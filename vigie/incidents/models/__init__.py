"""Tables of declarations and of their follow-up."""

from vigie.incidents.models.declaration import (
    Brought,
    Contact,
    Declaration,
    Draft,
    Episode,
    LegalDeclaration,
    Revision,
)
from vigie.incidents.models.incident import (
    Attachment,
    Event,
    Handover,
    Incident,
    Message,
    Qualification,
    ReadMark,
    SavedView,
)

__all__ = [
    "Attachment",
    "Brought",
    "Contact",
    "Declaration",
    "Draft",
    "Episode",
    "Event",
    "Handover",
    "Incident",
    "LegalDeclaration",
    "Message",
    "Qualification",
    "ReadMark",
    "Revision",
    "SavedView",
]
