"""The shapes that programs send and receive."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from vigie.establishments.rules import is_finess
from vigie.incidents.models import Incident, Revision
from vigie.incidents.rules.facts import Facts, Line


def _finess(text: str) -> str:
    if not is_finess(text):
        raise ValueError("is not a FINESS number")
    return text


Finess = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-9][0-9ABab][0-9]{7}$"),
    AfterValidator(_finess),
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+(). -]{0,32}$")]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^([^@\s]+@[^@\s]+)?$", max_length=200)
]
Id = Annotated[int, Field(ge=1, le=2**53)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]  # of the file that was read


class Strict(BaseModel):
    """A body in which an unknown field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


class PersonIn(Strict):
    """Whom to call."""

    name: Annotated[Line, StringConstraints(max_length=120)] = ""
    job: Annotated[Line, StringConstraints(max_length=120)] = ""
    phone: Phone = ""
    email: Email = ""
    always_reachable: bool | None = None


class DeclareIn(Strict):
    """A declaration. Send the same key again after a cut: it is stored once."""

    key: UUID
    establishment: Finess  # of the legal entity (EJ)
    site: Finess | None = None  # of the place (ET)
    facts: Facts
    declarant: PersonIn
    technical: PersonIn = PersonIn()

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "key": "0b9c8f4e-2f0e-4a53-9a39-6d2f1a6d5c11",
                    "establishment": "010780054",
                    "facts": {
                        "title": "Serveur de fichiers chiffré",
                        "description": "Les dossiers partagés ne s’ouvrent plus.",
                        "noticed": "2026-03-14T02:10+01:00",
                        "endangerment": "none",
                        "structure_impact": "degraded",
                        "support_requested": True,
                    },
                    "declarant": {"name": "A. Martin", "phone": "01 99 00 12 34"},
                }
            ]
        },
    )


class AmendIn(Strict):
    """The whole of what the structure says now, and the revision it was written on."""

    facts: Facts
    based_on: Annotated[int, Field(ge=1, le=2**31 - 1)]
    reason: Annotated[Line, StringConstraints(max_length=500)] = ""


class FindingOut(Schema):
    """A legal criterion, whether it is met, and the facts that say so."""

    criterion: str
    answer: str
    because: list[str]


class AssessmentOut(Schema):
    """What Vigie concludes from the facts. Severity is Vigie's own scale, not the law's."""

    duty: str
    significant: bool
    severity: int
    findings: list[FindingOut]


class DeclaredOut(Schema):
    """The file that the declaration opened. masked: social-security numbers taken out."""

    id: int
    reference: str
    created: bool
    masked: int


class IncidentOut(Schema):
    """A file as lists show it. Times are UTC."""

    id: int
    reference: str
    title: str
    status: str
    version: int
    establishment: str
    establishment_name: str
    region: str
    department: str
    declared_at: datetime
    endangerment: str
    structure_impact: str
    origin: str
    category: str
    severity: int
    major_confirmed: bool | None
    tlp: str
    event: str | None
    next_action: str
    next_action_at: datetime | None
    waiting: str
    waiting_since: datetime | None

    @staticmethod
    def resolve_establishment(file: Incident) -> str:
        """Return the FINESS number of the legal entity, or its own code."""
        return file.establishment.code

    @staticmethod
    def resolve_establishment_name(file: Incident) -> str:
        """Return the name of the legal entity."""
        return file.establishment.name

    @staticmethod
    def resolve_event(file: Incident) -> str | None:
        """Return the reference of the event, if the incident belongs to one."""
        return file.event.reference if file.event else None


class DeclarationOut(Schema):
    """How a declaration came in, and which of its states is in force."""

    kind: str
    channel: str
    authority: str
    declared: str
    revision_number: int


class FileOut(Schema):
    """A whole file: its follow-up, the facts in force and what Vigie concludes from them."""

    incident: IncidentOut
    declaration: DeclarationOut
    facts: Facts
    assessment: AssessmentOut


class RevisionOut(Schema):
    """One state of a declaration."""

    number: int
    based_on: int | None
    standing: str
    at: datetime
    by: str | None
    reason: str
    changed: list[str]

    @staticmethod
    def resolve_by(revision: Revision) -> str | None:
        """Return who wrote it."""
        return revision.by.full_name if revision.by else None


class RevisionWhole(RevisionOut):
    """One state of a declaration, with every field as it was."""

    facts: Facts
