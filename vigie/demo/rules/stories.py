"""Turn a told story into the facts of a declaration."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from vigie.incidents.rules.facts import EpisodeFacts, Facts
from vigie.incidents.rules.words import EpisodeKind, Progress
from vigie.kernel.partial import PartialDate
from vigie.reference import catalogue

Story = Mapping[str, Any]
ANSWERS = {  # field of the facts: key of the story
    "title": "title",
    "description": "description",
    "endangerment": "endangerment",
    "endangerment_cause": "cause",
    "endangerment_description": "endangerment_description",
    "structure_impact": "impact",
    "care_interrupted": "interrupted",
    "plan_blanc": "plan_blanc",
    "crisis_cell": "crisis_cell",
    "category": "category",
    "kind": "kind",
    "ransomware_extent": "extent",
    "ransom_demanded": "ransom",
    "data_impacts": "data",
    "data_types": "data_types",
    "detection_source": "source",
    "detection_stage": "stage",
    "provider_involved": "provider",
    "supplier_name": "supplier",
    "samu_affected": "samu",
    "health_system_impact": "health_system",
    "support_requested": "support",
    "support_given": "support_given",
    "workstations": "workstations",
    "servers": "servers",
    "transfers": "transfers",
    "cancelled_acts": "cancelled",
    "persons": "persons",
}
PROGRESS = {"contained": Progress.CONTAINED, "resolved": Progress.RESOLVED}


def before(now: datetime, minutes: int | None, zone: tzinfo) -> str:
    """Return the moment so many minutes before now, as facts keep it; "" for none."""
    if minutes is None:
        return ""
    return str(PartialDate.at(now - timedelta(minutes=minutes), zone))


def facts_of(story: Story, now: datetime, zone: tzinfo) -> Facts:
    """Return what the structure of a story declares, relative to now."""
    told: dict[str, Any] = {
        "provider_involved": False,
        "others_at_risk": False,
        "health_system_impact": False,
    }
    told |= {field: story[key] for field, key in ANSWERS.items() if key in story}
    episodes = [
        EpisodeFacts(
            kind=EpisodeKind(kind),
            activity=activity,
            start=before(now, start, zone),
            end=before(now, end, zone),
            note=note,
        )
        for kind, activity, start, end, note in story.get("episodes", ())
    ]
    told |= {
        "origin": catalogue.incident_categories()[story["category"]].origin,
        "occurred": before(now, story["first_sign"], zone),
        "noticed": before(now, story["first_sign"], zone),
        "progress": PROGRESS.get(story["status"], Progress.ONGOING),
        "care_activities": sorted({episode.activity for episode in episodes if episode.activity}),
        "episodes": episodes,
    }
    return Facts.model_validate(told)
