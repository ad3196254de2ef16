"""What a declaration says: one frozen value, kept whole in each revision.

Blocks and fields follow the declaration form of the French arrêté of 30 October 2017
(structure and declarant, description, impact, causes, follow-up). None or "unknown" means that
nobody answered, which is never the same as "no".
"""

import re
from datetime import UTC, timedelta
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from vigie.incidents.rules.blocks import ESSENTIAL
from vigie.incidents.rules.words import (
    Cause,
    DataImpact,
    DataType,
    DetectionSource,
    DetectionStage,
    Endangerment,
    EpisodeKind,
    Extent,
    Helper,
    Kind,
    Notice,
    Origin,
    Progress,
    StructureImpact,
)
from vigie.kernel.partial import PartialDate
from vigie.reference import catalogue

LINE_LENGTH = 200
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
TEXT_LENGTH = 20_000
COUNT_LIMIT = 100_000_000
EPISODE_LIMIT = 200
# Offsets run from -12 to +14 hours: beyond that a date comes after another wherever it was lived.
WIDEST_DAY = timedelta(hours=26)


def _partial(text: str) -> str:
    """Check a date of reduced precision and return its normal form. Raises ValueError."""
    return str(PartialDate.parse(text)) if text else ""


def _category(code: str) -> str:
    """Check a code of the incident categories. Raises ValueError."""
    if code and code not in catalogue.incident_categories():
        raise ValueError(f"{code!r} is not an incident category")
    return code


def _activity(code: str) -> str:
    """Check a code of the care activities. Raises ValueError."""
    if code not in catalogue.care_activities():
        raise ValueError(f"{code!r} is not a care activity")
    return code


def _visible(text: str) -> str:
    """Refuse control characters that databases and spreadsheets choke on. Raises ValueError."""
    if CONTROL.search(text):
        raise ValueError("holds a control character")
    return text


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LINE_LENGTH),
    AfterValidator(_visible),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=TEXT_LENGTH),
    AfterValidator(_visible),
]
Partial = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=32), AfterValidator(_partial)
]
Count = Annotated[int, Field(ge=0, le=COUNT_LIMIT)]
RowId = Annotated[int, Field(ge=1, le=2**53)]
Category = Annotated[str, StringConstraints(max_length=40), AfterValidator(_category)]
Activity = Annotated[str, StringConstraints(max_length=12), AfterValidator(_activity)]


class EpisodeFacts(BaseModel):
    """A stretch of time that one care activity lived through, or the whole structure ("")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: EpisodeKind
    activity: Annotated[str, AfterValidator(lambda code: _activity(code) if code else "")] = ""
    start: Partial = ""
    end: Partial = ""
    note: Line = ""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.start and self.end and surely_after(self.start, self.end):
            raise ValueError("ends before it starts")
        return self


def surely_after(one: str, other: str) -> bool:
    """Return whether a date known in part comes after another, in whatever zone they were lived."""
    first, second = PartialDate.parse(one), PartialDate.parse(other)
    doubt = timedelta() if first.precision is second.precision else WIDEST_DAY
    return first.start(UTC) >= second.end(UTC) + doubt


class Facts(BaseModel):
    """Everything a structure says of one incident at one time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # description
    kind: Kind = Kind.INCIDENT
    title: Line = ""
    description: Text = ""
    occurred: Partial = ""
    noticed: Partial = ""  # date du constat
    detection_stage: DetectionStage = DetectionStage.UNKNOWN
    detection_source: DetectionSource = DetectionSource.UNKNOWN
    progress: Progress = Progress.UNKNOWN
    handled_by: list[Helper] = Field(default_factory=list, max_length=len(Helper))
    # perimeter
    care_activities: list[Activity] = Field(default_factory=list, max_length=60)
    applications: list[RowId] = Field(default_factory=list, max_length=100)  # ids of the inventory
    systems: Text = ""  # systems and data concerned, in the declarant's words
    workstations: Count | None = None
    servers: Count | None = None
    provider_involved: bool | None = None
    supplier: RowId | None = None  # id of the inventory
    supplier_name: Line = ""
    others_at_risk: bool | None = None  # legal criterion: may spread to other structures
    cross_border: bool | None = None
    # impact on care
    endangerment: Endangerment = Endangerment.UNKNOWN
    endangerment_cause: Cause = Cause.UNKNOWN
    endangerment_description: Text = ""
    patients: Count | None = None
    transfers: Count | None = None
    cancelled_acts: Count | None = None
    samu_affected: bool | None = None
    health_system_impact: bool | None = None  # legal criterion: department, region or nation
    # impact on the structure
    structure_impact: StructureImpact = StructureImpact.UNKNOWN
    care_interrupted: bool | None = None
    plan_blanc: bool | None = None
    crisis_cell: bool | None = None
    episodes: list[EpisodeFacts] = Field(default_factory=list, max_length=EPISODE_LIMIT)
    # impact on data: None = unknown, [] = none
    data_impacts: list[DataImpact] | None = Field(default=None, max_length=len(DataImpact))
    data_types: list[DataType] | None = Field(default=None, max_length=len(DataType))
    data_disclosed: bool | None = None  # where a source tells this alone; data_impacts prevails
    persons: Count | None = None
    # causes
    origin: Origin = Origin.UNKNOWN
    category: Category = ""
    vector: Line = ""
    vulnerabilities: Line = ""
    claim: Line = ""
    ransom_demanded: bool | None = None
    ransomware_extent: Extent = Extent.UNKNOWN
    # measures and support
    measures_taken: Text = ""
    measures_planned: Text = ""
    backups_healthy: bool | None = None
    support_requested: bool | None = None
    support_nature: Text = ""
    support_given: list[Helper] | None = Field(default=None, max_length=len(Helper))
    # other notices
    notice_cnil: Notice = Notice.UNKNOWN
    notice_complaint: Notice = Notice.UNKNOWN
    notice_anssi: Notice = Notice.UNKNOWN
    notice_insurer: Notice = Notice.UNKNOWN
    # follow-up
    resolved: Partial = ""
    lessons: Text = ""


FREE_TEXTS = (
    "title",
    "description",
    "systems",
    "supplier_name",
    "endangerment_description",
    "vector",
    "vulnerabilities",
    "claim",
    "measures_taken",
    "measures_planned",
    "support_nature",
    "lessons",
)


def missing(facts: Facts) -> list[str]:
    """Return the required fields that nobody answered, in the order of the form.

    "unknown" is an answer that a declarant may choose; an empty text is none.
    """
    return [name for name in ESSENTIAL if getattr(facts, name) in ("", None)]


def changed(old: Facts, new: Facts) -> list[str]:
    """Return the names of the fields that differ, in the order of the form."""
    return [name for name in Facts.model_fields if getattr(old, name) != getattr(new, name)]


def endangerment(facts: Facts) -> Endangerment:
    """Return the gravest danger for patients that the answer or a dated episode tells of."""
    kinds = {episode.kind for episode in facts.episodes}
    if facts.endangerment is Endangerment.PROVEN or EpisodeKind.ENDANGERMENT_PROVEN in kinds:
        return Endangerment.PROVEN
    if EpisodeKind.ENDANGERMENT_POTENTIAL in kinds:
        return Endangerment.POTENTIAL
    return facts.endangerment


def interruption(facts: Facts) -> bool | None:
    """Return whether care was interrupted: an episode tells it, else the answer.

    A structure without degraded mode has no interruption, which is a kind of it. None: unknown.
    """
    if any(episode.kind is EpisodeKind.INTERRUPTION for episode in facts.episodes):
        return True
    if facts.care_interrupted is not None:
        return facts.care_interrupted
    known = structure_impact(facts) in (StructureImpact.NONE, StructureImpact.OTHER)
    return False if known else None


def structure_impact(facts: Facts) -> StructureImpact:
    """Return what the structure lives through: degraded as soon as an episode or a stop says so."""
    worse = (EpisodeKind.DEGRADED, EpisodeKind.INTERRUPTION)
    if facts.care_interrupted or any(episode.kind in worse for episode in facts.episodes):
        return StructureImpact.DEGRADED
    return facts.structure_impact


def to_json(facts: Facts) -> dict[str, Any]:
    """Return the facts as JSON values, without the fields that nobody answered."""
    return facts.model_dump(mode="json", exclude_defaults=True)
