"""Qualify: the CERT says what it makes of a declaration."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Declaration, Incident, Qualification
from vigie.incidents.operations.amend import refresh
from vigie.incidents.operations.steps import put
from vigie.incidents.operations.version import hold
from vigie.incidents.rules import follow
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.follow import Action, NextAction
from vigie.incidents.rules.words import Endangerment, Origin, Status
from vigie.kernel import nir
from vigie.reference import catalogue


class BadDecision(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A decision does not hold together; .field names where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Decision:
    """What the CERT decides of an incident."""

    origin: Origin
    category: str
    rsit_class: str = ""
    rsit_type: str = ""
    severity: int | None = None  # None: as Vigie computes it
    major_confirmed: bool | None = None
    reason: str = ""

    def check(self) -> None:
        """Raise BadDecision when a code is unknown or an override has no reason."""
        if not self.origin:
            raise BadDecision("origin", "is missing")
        if self.category not in catalogue.incident_categories():
            raise BadDecision("category", "is not an incident category")
        if self.severity is not None and not 0 <= self.severity <= 4:
            raise BadDecision("severity", "is not between 0 and 4")
        if self.severity is not None and not self.reason.strip():
            raise BadDecision("reason", "an overridden severity needs a reason")
        if self.rsit_class and self.rsit_class not in catalogue.rsit_classes():
            raise BadDecision("rsit_class", "is not a class of RSIT 1003")
        if self.rsit_type and f"{self.rsit_class}/{self.rsit_type}" not in catalogue.rsit():
            raise BadDecision("rsit_type", "is not a type of this class in RSIT 1003")


@transaction.atomic
def qualify(
    *,
    by: User,
    incident: Incident,
    decision: Decision,
    version: int,
    now: datetime,
    then: NextAction | None = None,
) -> Incident:
    """Add the CERT's decision, put it in force and, on a new file, move it to qualified.

    version: of the file that the person had read. then: what comes next; without it, a file whose
    next action was to qualify gets the usual one.
    Raises PermissionDenied, BadDecision, BadAction, and StaleFile when somebody acted on the file
    since.
    """
    require(by, Permission.QUALIFY, at=incident.place)
    decision.check()
    if then is not None:
        then.check()
    held = hold(incident, version)
    reason = nir.mask(decision.reason.strip())[0]
    Qualification.objects.create(
        incident=held, at=now, by=by, **asdict(decision) | {"reason": reason}
    )
    _write(held, decision, then, now)
    record(
        actor=by.journal_name,
        verb="incident.qualified",
        target=f"incident:{held.pk}",
        at=now,
        details=asdict(decision) | {"reason": bool(reason)},
    )
    return held


def _write(incident: Incident, decision: Decision, then: NextAction | None, now: datetime) -> None:
    """Put the decision in force in both rows."""
    if incident.status == Status.RECEIVED:
        follow.check_move(Status.RECEIVED, Status.QUALIFIED)
        incident.status, incident.qualified_at = Status.QUALIFIED, now
    incident.rsit_class, incident.rsit_type = decision.rsit_class, decision.rsit_type
    incident.major_confirmed = decision.major_confirmed
    if then is None and incident.next_action == Action.QUALIFY:
        then = follow.action_after_qualifying(Endangerment(incident.endangerment), now)
    if then is not None and incident.is_open:
        put(incident, then, now, waits_anew=True)
    declaration = Declaration.objects.get(incident=incident)
    declaration.major_confirmed = decision.major_confirmed
    facts = declaration.revisions.get(number=declaration.revision_number).facts
    refresh(incident, declaration, Facts.model_validate(facts), now)
