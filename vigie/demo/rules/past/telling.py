"""Turn a dealt card into what a structure declared: the facts of a file that is long closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from vigie.demo.rules.past.card import Card
from vigie.demo.rules.past.targets import Kind, Kinds
from vigie.demo.rules.past.times import Calendar, Moments, moments
from vigie.incidents.rules.facts import EpisodeFacts, Facts
from vigie.incidents.rules.projection import RANSOMWARE
from vigie.incidents.rules.words import (
    DataType,
    DetectionSource,
    DetectionStage,
    EpisodeKind,
    Helper,
    Notice,
    Origin,
    Progress,
)
from vigie.kernel.partial import PartialDate

# Care that a structure of each family gives; what its applications serve otherwise is left out.
CARE = {
    "laboratory": {"BIO", "TRANSF", "ADM", "COM", "FACT"},
    "radiotherapy": {"RT", "ONCO", "CONSULT", "ADM", "COM"},
    "imaging": {"IMG", "ADM", "COM", "CONSULT"},
    "health_centre": {"CONSULT", "ADM", "COM", "FACT"},
    "nursing_home": {"EHPAD", "PRESC", "PUI", "ADM", "COM", "LOG", "RH"},
    "disability": {"EHPAD", "PSY", "ADM", "COM", "RH"},
    "home_nursing": {"HAD", "ADM", "COM", "RH"},
    "at_home": {"HAD", "DIAL", "PRESC", "ADM", "COM"},
}
FIRST = {
    "laboratory": "BIO",
    "radiotherapy": "RT",
    "imaging": "IMG",
    "health_centre": "CONSULT",
    "nursing_home": "EHPAD",
    "disability": "EHPAD",
    "home_nursing": "HAD",
    "at_home": "HAD",
}
MANY = {"ose": 5, "hospital": 4, "other_public": 3}  # activities hit at once, at most
SOURCES = [
    DetectionSource.IT_TEAM,
    DetectionSource.MONITORING,
    DetectionSource.SUPPLIER,
    DetectionSource.AUTHORITY,
    DetectionSource.PARTNER,
]
SEEN_BY = [45, 25, 14, 10, 6]
NOTES = ("procédure papier", "plans imprimés", "téléphone", "poste de secours", "")
HELPERS = (Helper.CERT, Helper.CERT, Helper.ARS, Helper.GRADES, Helper.SUPPLIER, Helper.RESPONDER)
TAKEN = {
    Origin.MALICIOUS: "Isolement des machines touchées, mots de passe changés, journaux conservés.",
    Origin.NON_MALICIOUS: "Bascule sur le secours, appel du support, procédures papier.",
    Origin.UNDETERMINED: "Surveillance renforcée, recherche de la cause.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a structure declared, and when. event: the title of its shared cause, empty for none."""

    card: Card
    facts: Facts
    declared: str
    event: str


def tell(card: Card, kinds: Kinds, calendar: Calendar, dice: Random) -> Told:
    """Return what a structure declared."""
    kind = kinds.by_code[card.category]
    when = moments(card, kind.before, calendar, dice)
    said = card.event.description if card.event else dice.choice(kind.descriptions)
    told: dict[str, Any] = {
        "title": card.event.title if card.event else dice.choice(kind.titles),
        "description": f"{said} {kinds.label}",
        "occurred": _occurred(when, dice, calendar),
        "noticed": _minute(when.noticed, calendar),
        "resolved": _minute(when.over, calendar),
        "progress": Progress.RESOLVED,
        "origin": card.origin,
        "category": card.category,
        "structure_impact": card.impact,
        "care_interrupted": card.interrupted,
        "endangerment": card.endangerment,
        "data_impacts": card.data,
        "provider_involved": card.provider,
        "others_at_risk": card.event is not None,
        "health_system_impact": False,
        "support_requested": card.support,
        "measures_taken": TAKEN[card.origin],
        "detection_source": DetectionSource.STAFF
        if card.staff
        else dice.choices(SOURCES, SEEN_BY)[0],
        "detection_stage": DetectionStage.BEFORE_IMPACT
        if card.before_impact
        else DetectionStage.AFTER_IMPACT,
    }
    told |= _care(card, kind, when, calendar, dice)
    told |= _data(card, dice) | _attack(card, dice) | _answers(card, dice)
    event = f"{card.event.title}, {card.starts_at:%m/%Y}" if card.event and card.starts_at else ""
    return Told(card, Facts.model_validate(told), _minute(when.declared, calendar), event)


def _minute(moment: datetime, calendar: Calendar) -> str:
    return str(PartialDate.at(moment, calendar.zone))


def _occurred(when: Moments, dice: Random, calendar: Calendar) -> str:
    """Return when it happened; of some only the day is known."""
    if dice.random() < 0.85:
        return _minute(when.occurred, calendar)
    return str(PartialDate.on(when.occurred.astimezone(calendar.zone).date()))


def _care(
    card: Card, kind: Kind, when: Moments, calendar: Calendar, dice: Random
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if card.endangerment != "none":
        told["endangerment_cause"] = dice.choice(kind.causes)
        told["endangerment_description"] = "Soins sécurisés par les équipes, double contrôle."
        told["samu_affected"] = told["endangerment_cause"] == "samu_telephony"
        if card.endangerment == "proven":
            told["patients"] = dice.randint(1, 4)
    if card.impact != "degraded":
        return told
    activities = _activities(card, kind, dice)
    told["care_activities"] = sorted(activities)
    told["plan_blanc"] = card.interrupted and dice.random() < 0.12
    told["crisis_cell"] = card.interrupted and dice.random() < 0.5
    if card.interrupted:
        told["transfers"] = dice.choice((0, 0, 0, 1, 2, 5))
        told["cancelled_acts"] = dice.choice((0, 0, 3, 8, 20, 60))
    told["episodes"] = list(_episodes(card, activities, when.noticed, calendar, dice))
    return told


def _activities(card: Card, kind: Kind, dice: Random) -> list[str]:
    """Return the care that ran on paper, the worst hit first."""
    own = CARE.get(card.group)
    known = [code for code in kind.activities if own is None or code in own]
    if own is not None and FIRST[card.group] not in known:
        known.append(FIRST[card.group])
    if card.group not in ("ose",):
        known = [code for code in known if code != "SAMU"] or ["COM"]
    number = min(len(known), dice.randint(1, MANY.get(card.group, 2)))
    return dice.sample(known, number)


def _episodes(
    card: Card, activities: list[str], start: datetime, calendar: Calendar, dice: Random
) -> Iterator[EpisodeFacts]:
    """Yield the times on paper, the first for the whole length; of some the end is not known."""
    for rank, activity in enumerate(activities):
        stopped = card.interrupted and rank == 0
        hours = card.hours if rank == 0 or not card.hours else card.hours * dice.uniform(0.3, 1)
        end = start + timedelta(hours=hours) if hours else None
        yield EpisodeFacts(
            kind=EpisodeKind.INTERRUPTION if stopped else EpisodeKind.DEGRADED,
            activity=activity,
            start=_minute(start, calendar),
            end=_minute(end, calendar) if end else "",
            note=dice.choice(NOTES),
        )


def _data(card: Card, dice: Random) -> dict[str, Any]:
    if not card.data:
        return {"data_types": []}
    types = [
        one
        for one, share in zip(DataType, (0.62, 0.48, 0.3, 0.35), strict=True)
        if dice.random() < share
    ]
    told: dict[str, Any] = {"data_types": types or [DataType.OPERATIONAL]}
    if {"disclosed", "accessed", "lost"} & set(card.data):
        told["persons"] = round(10 ** dice.uniform(0.5, 4.3))
        told["notice_cnil"] = dice.choice((Notice.DONE, Notice.DONE, Notice.TO_DO))
    return told


def _attack(card: Card, dice: Random) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if card.origin is Origin.MALICIOUS:
        done = Notice.DONE if dice.random() < 0.45 else Notice.NOT_APPLICABLE
        told["notice_complaint"] = done
    if card.category != RANSOMWARE:
        return told
    alone = card.extent in ("workstation", "provider")
    return told | {
        "ransomware_extent": card.extent,
        "ransom_demanded": dice.random() < 0.8,
        "backups_healthy": dice.random() < 0.85,
        "workstations": dice.randint(1, 3) if alone else dice.randint(4, 160),
        "servers": {"one_server": 1, "several_servers": dice.randint(2, 14)}.get(
            card.extent, dice.randint(5, 40) if card.extent == "domain_controller" else 0
        ),
    }


def _answers(card: Card, dice: Random) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if card.event:
        told["supplier_name"] = card.event.supplier
    if card.support:
        told["support_nature"] = "Aide à l’analyse et à la remédiation."
        if dice.random() < 0.58:
            told["support_given"] = [dice.choice(HELPERS)]
    return told
