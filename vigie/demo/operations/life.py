"""Live the current days of the fictitious nation through the real acts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

import yaml

from vigie.accounts.models import Delegation, User
from vigie.demo.operations.population import Named, local_officer
from vigie.demo.rules import people, stories
from vigie.demo.rules.stories import Story
from vigie.establishments.models import Establishment
from vigie.incidents import operations
from vigie.incidents.models import Incident
from vigie.incidents.operations import events, exchange, follow, steps, store
from vigie.incidents.operations.declare import Person, Submission
from vigie.incidents.rules.follow import PATH, NextAction
from vigie.incidents.rules.words import Channel, Origin, Status, Waiting
from vigie.inventory.operations import find_or_add_supplier
from vigie.kernel.imports import Progress
from vigie.reference import catalogue

STORIES = Path(__file__).parents[1] / "files.yaml"
SPACE = UUID("6f6f4c1e-3c0c-5f5e-9c7b-2a5b6d1f0e77")
EVENT_STATUS = (Status.QUALIFIED, Status.CONTAINED)
REASON = "Même hébergeur, même heure."


@dataclass
class Stage:
    """The nation on which the stories play, and how far the telling is."""

    dice: Random
    named: Named
    staff: dict[str, list[User]]
    now: datetime
    taken: set[int] = field(default_factory=set)
    told: int = 0

    def structure(self, kind: str) -> Establishment:
        """Return a structure of a type that has no file yet."""
        rows = Establishment.objects.filter(structure_type=kind).exclude(pk__in=self.taken)
        ids = list(rows.order_by("id").values_list("id", flat=True))
        return self.take(Establishment.objects.get(pk=self.dice.choice(ids)))

    def take(self, structure: Establishment) -> Establishment:
        """Keep a structure for one story."""
        self.taken.add(structure.pk)
        return structure

    def analyst(self) -> User:
        """Return the analysts in turn."""
        analysts = self.staff["cert_analyst"]
        return analysts[self.told % len(analysts)]

    def key(self, *parts: object) -> UUID:
        """Return an idempotency key that is the same on the same day."""
        return uuid5(SPACE, "/".join(str(part) for part in (self.now.date(), *parts)))

    def ago(self, minutes: float) -> datetime:
        """Return the moment so many minutes before the nation was created."""
        return self.now - timedelta(minutes=minutes)


def live(
    dice: Random, named: Named, staff: dict[str, list[User]], now: datetime, progress: Progress
) -> None:
    """Declare and follow the open files, group those of one supplier, and start the drafts."""
    whole: dict[str, Any] = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    stage = Stage(dice, named, staff, now)
    progress.total(len(whole["files"]) + len(whole["event"]["types"]) + len(whole["drafts"]))
    _delegate(stage)
    # The oldest first, so that references follow the time of the declarations.
    shared = _shared_stories(whole["event"])
    grouped: list[Incident] = []
    for story in sorted([*whole["files"], *shared], key=lambda told: -told["ago"]):
        incident = _tell(stage, story)
        if story in shared:
            grouped.append(incident)
        progress.advance()
    _group(stage, whole["event"], grouped)
    for draft in whole["drafts"]:
        _start_draft(stage, draft)
        progress.advance()


def _delegate(stage: Stage) -> None:
    """The director of the named hospital lets the security officer declare for it."""
    Delegation.objects.create(
        establishment=stage.named.home,
        by=stage.staff["director"][0],
        to=stage.staff["rssi"][0],
        valid_from=stage.ago(60 * 24 * 30),
        valid_to=stage.now + timedelta(days=200),
    )


def _shared_stories(event: Story) -> list[dict[str, Any]]:
    """Return the story of each structure behind the one supplier."""
    return [
        {
            "title": f"{event['title'].split(' de l’')[0]} : logiciel de soins indisponible",
            "type": kind,
            "category": "infrastructure_failure",
            "description": event["description"],
            "ago": event["ago"] - 9 * rank,
            "first_sign": event["ago"] + 20,
            "endangerment": "potential" if rank < event["endangered"] else "none",
            "cause": "prescription" if rank < event["endangered"] else "",
            "impact": "degraded",
            "provider": True,
            "others_at_risk": True,
            "supplier": event["supplier"],
            "source": "staff",
            "stage": "after_impact",
            "support": rank % 4 == 0,
            "status": EVENT_STATUS[rank % 2],
            "waiting": "supplier",
            "next": "Message commun aux dix structures",
            "due": 30,
            "episodes": [["degraded", "PRESC", event["ago"] + 20, None, "plans imprimés"]],
        }
        for rank, kind in enumerate(event["types"])
    ]


def _tell(stage: Stage, story: Story) -> Incident:
    """Declare one story and lead its file to where it stands."""
    at_home = story["title"].startswith("Rançongiciel, dossier patient")
    structure = stage.take(stage.named.home) if at_home else stage.structure(story["type"])
    officer = local_officer(structure, stage.told, stage.now)
    incident = _declare(stage, story, structure, officer)
    if story["status"] != Status.RECEIVED:
        incident = _follow(stage, story, incident, stage.analyst())
    _exchange(stage, story, incident, officer)
    stage.told += 1
    return incident


def _declare(stage: Stage, story: Story, structure: Establishment, officer: User) -> Incident:
    when = stage.ago(story["ago"])
    facts = stories.facts_of(story, stage.now, store.zone())
    if facts.supplier_name:
        known = find_or_add_supplier(by=officer, name=facts.supplier_name, now=when)
        facts = facts.model_copy(update={"supplier": known.pk})
    submission = Submission(
        key=stage.key("declaration", stage.told),
        establishment=structure,
        site=structure.sites.order_by("id").first(),
        facts=facts,
        declarant=Person(
            name=officer.full_name,
            job=officer.job,
            phone=people.phone(500 + stage.told),
            email=officer.email,
            always_reachable=True,
        ),
        channel=Channel.PAGE,
        is_past=True,
    )
    return operations.declare(by=officer, submission=submission, now=when).incident


def _follow(stage: Stage, story: Story, incident: Incident, analyst: User) -> Incident:
    """Qualify the file, walk it to its status and plan what comes next."""
    moments = _moments(stage, story)
    category = catalogue.incident_categories()[story["category"]]
    rsit_class, _, rsit_type = (category.rsit or ("other/undetermined",))[0].partition("/")
    decision = operations.Decision(
        origin=Origin(category.origin),
        category=category.code,
        rsit_class=rsit_class,
        rsit_type=rsit_type,
        major_confirmed=story.get("major", False),
    )
    incident = operations.qualify(
        by=analyst, incident=incident, decision=decision, version=incident.version, now=moments[0]
    )
    incident = steps.assign(
        by=analyst, incident=incident, to=analyst, version=incident.version, now=moments[0]
    )
    reached = PATH.index(Status(story["status"]))
    for rank, status in enumerate(PATH[PATH.index(Status.QUALIFIED) + 1 : reached + 1], start=1):
        incident = follow.move(
            by=analyst, incident=incident, to=status, version=incident.version, now=moments[rank]
        )
    action = NextAction(
        story["next"], stage.now + timedelta(minutes=story["due"]), Waiting(story["waiting"])
    )
    return _plan(stage, incident, analyst, action, moments[-1])


def _plan(
    stage: Stage, incident: Incident, analyst: User, action: NextAction, when: datetime
) -> Incident:
    # An action that is late by now was planned when it still lay ahead.
    planned = min(when, action.due - timedelta(minutes=10))
    return steps.plan(
        by=analyst, incident=incident, action=action, version=incident.version, now=planned
    )


def _moments(stage: Stage, story: Story) -> list[datetime]:
    """Return four moments between the declaration and now, for the steps of a file."""
    return [stage.ago(story["ago"] * share) for share in (0.75, 0.5, 0.35, 0.25)]


def _exchange(stage: Stage, story: Story, incident: Incident, officer: User) -> None:
    for rank, (side, ago, text) in enumerate(story.get("messages", ())):
        exchange.write_message(
            by=stage.analyst() if side == "desk" else officer,
            incident=incident,
            text=text,
            key=stage.key("message", stage.told, rank),
            now=stage.ago(ago),
        )


def _group(stage: Stage, event: Story, incidents: list[Incident]) -> None:
    lead = stage.staff["cert_lead"][0]
    when = stage.ago(event["ago"] * 0.2)
    supplier = find_or_add_supplier(by=lead, name=event["supplier"], now=when)
    into = events.NewEvent(event["title"], supplier)
    events.group(by=lead, incidents=incidents, into=into, reason=REASON, now=when)


def _start_draft(stage: Stage, draft: Story) -> None:
    officer = stage.staff["rssi"][0]
    operations.save_draft(
        by=officer,
        key=stage.key("draft", draft["title"]),
        establishment=stage.named.home,
        site=None,
        content={
            "essential": {
                "structure": [f"ej:{stage.named.home.pk}"],
                "title": [draft["title"]],
                "description": [draft["description"]],
                "phone": [officer.phone],
            }
        },
        step=draft["step"],
        now=stage.ago(90),
    )
