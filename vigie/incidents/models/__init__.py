"""Tables of declarations and of their follow-up."""

from vigie.incidents.models.counted import CountedState
from vigie.incidents.models.declaration import (
    Brought,
    Contact,
    Declaration,
    Draft,
    Episode,
    LegalDeclaration,
    Revision,
)
from vigie.incidents.models.duties import (
    DutyAct,
    DutyClock,
    DutyNotice,
    DutyReminder,
    RegimeStart,
)
from vigie.incidents.models.imports import Intake, IntakeRow, Mapper
from vigie.incidents.models.incident import (
    Attachment,
    Circular,
    Event,
    Handover,
    Incident,
    Message,
    Qualification,
    ReadMark,
    SavedView,
    SetAsideGroup,
)
from vigie.incidents.models.observable import Observable, Sighting
from vigie.incidents.models.routing import PartyTold
from vigie.incidents.models.taking import TakenFile, TakenMail
from vigie.incidents.models.wording import AnswerTemplate

__all__ = [
    "AnswerTemplate",
    "Attachment",
    "Brought",
    "Circular",
    "Contact",
    "CountedState",
    "Declaration",
    "Draft",
    "DutyAct",
    "DutyClock",
    "DutyNotice",
    "DutyReminder",
    "Episode",
    "Event",
    "Handover",
    "Incident",
    "Intake",
    "IntakeRow",
    "LegalDeclaration",
    "Mapper",
    "Message",
    "Observable",
    "PartyTold",
    "Qualification",
    "ReadMark",
    "RegimeStart",
    "Revision",
    "SavedView",
    "SetAsideGroup",
    "Sighting",
    "TakenFile",
    "TakenMail",
]
