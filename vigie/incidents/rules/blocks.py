"""In which order a declaration is asked, read and handed to the law.

LEGAL follows the blocks of the French arrêté of 30 October 2017: description, impact, causes,
then the follow-up of its annex (the block on the structure and the declarant is no fact of the
incident and stands before). ASKED is how a tired person is led through the same fields.
"""

from enum import StrEnum


class Step(StrEnum):
    """A page of the form."""

    ESSENTIAL = "essential"
    STRUCTURE = "structure"
    DESCRIPTION = "description"
    CARE = "care"
    SYSTEMS = "systems"
    CAUSES = "causes"
    MEASURES = "measures"


class Part(StrEnum):
    """A part of the text that the law wants, in its order."""

    DESCRIPTION = "description"
    PERIMETER = "perimeter"
    STATE = "state"
    DATA = "data"
    PERSONS = "persons"
    STRUCTURE = "structure"
    CAUSES = "causes"
    FOLLOW_UP = "follow_up"
    NOTICES = "notices"


class Block(StrEnum):
    """A block of the form fixed by law, with the annex's follow-up."""

    WHO = "who"
    DESCRIPTION = "description"
    IMPACT = "impact"
    CAUSES = "causes"
    FOLLOW_UP = "follow_up"


# What a source may tell alone and nobody is asked: people answer data_impacts as a whole.
TOLD_BY_IMPORTS = frozenset({"data_disclosed"})
# What everyone must answer; with the structure and a phone number that makes eight.
ESSENTIAL = (
    "endangerment",
    "structure_impact",
    "title",
    "description",
    "noticed",
    "support_requested",
)
ASKED: dict[Step, tuple[str, ...]] = {
    Step.ESSENTIAL: ESSENTIAL,
    Step.STRUCTURE: (),
    Step.DESCRIPTION: (
        "kind",
        "occurred",
        "detection_stage",
        "detection_source",
        "progress",
        "handled_by",
    ),
    Step.CARE: (
        "care_activities",
        "episodes",
        "endangerment_cause",
        "endangerment_description",
        "patients",
        "transfers",
        "cancelled_acts",
        "samu_affected",
        "health_system_impact",
    ),
    Step.SYSTEMS: (
        "care_interrupted",
        "plan_blanc",
        "crisis_cell",
        "applications",
        "systems",
        "workstations",
        "servers",
        "provider_involved",
        "supplier",
        "supplier_name",
        "others_at_risk",
        "cross_border",
        "data_impacts",
        "data_types",
        "persons",
    ),
    Step.CAUSES: (
        "origin",
        "category",
        "ransomware_extent",
        "ransom_demanded",
        "claim",
        "vector",
        "vulnerabilities",
    ),
    Step.MEASURES: (
        "measures_taken",
        "measures_planned",
        "backups_healthy",
        "support_nature",
        "support_given",
        "notice_cnil",
        "notice_complaint",
        "notice_anssi",
        "notice_insurer",
        "resolved",
        "lessons",
    ),
}
# On amending, the essential answers are asked again where they belong.
BELONGS: dict[str, Step] = {
    "endangerment": Step.CARE,
    "structure_impact": Step.SYSTEMS,
    "title": Step.DESCRIPTION,
    "description": Step.DESCRIPTION,
    "noticed": Step.DESCRIPTION,
    "support_requested": Step.MEASURES,
}
AMENDED: dict[Step, tuple[str, ...]] = {
    step: tuple(name for name, home in BELONGS.items() if home is step) + names
    for step, names in ASKED.items()
    if step not in (Step.ESSENTIAL, Step.STRUCTURE)
}
LEGAL: dict[Part, tuple[str, ...]] = {
    Part.DESCRIPTION: (
        "kind",
        "title",
        "description",
        "occurred",
        "noticed",
        "detection_stage",
        "detection_source",
    ),
    Part.PERIMETER: (
        "care_activities",
        "applications",
        "systems",
        "workstations",
        "servers",
        "provider_involved",
        "supplier",
        "supplier_name",
        "others_at_risk",
        "cross_border",
    ),
    Part.STATE: ("progress", "handled_by"),
    Part.DATA: ("data_impacts", "data_types", "persons"),
    Part.PERSONS: (
        "endangerment",
        "endangerment_cause",
        "endangerment_description",
        "patients",
        "transfers",
        "cancelled_acts",
        "samu_affected",
        "health_system_impact",
    ),
    Part.STRUCTURE: (
        "structure_impact",
        "care_interrupted",
        "plan_blanc",
        "crisis_cell",
        "episodes",
    ),
    Part.CAUSES: (
        "origin",
        "category",
        "ransomware_extent",
        "ransom_demanded",
        "claim",
        "vector",
        "vulnerabilities",
    ),
    Part.FOLLOW_UP: (
        "measures_taken",
        "measures_planned",
        "backups_healthy",
        "support_requested",
        "support_nature",
        "support_given",
        "resolved",
        "lessons",
    ),
    Part.NOTICES: ("notice_cnil", "notice_complaint", "notice_anssi", "notice_insurer"),
}
BLOCKS: dict[Block, tuple[Part, ...]] = {
    Block.WHO: (),
    Block.DESCRIPTION: (Part.DESCRIPTION, Part.PERIMETER, Part.STATE),
    Block.IMPACT: (Part.DATA, Part.PERSONS, Part.STRUCTURE),
    Block.CAUSES: (Part.CAUSES,),
    Block.FOLLOW_UP: (Part.FOLLOW_UP, Part.NOTICES),
}
