"""What is recorded of the duties of a file, for the matrix of rights to walk on."""

from dataclasses import dataclass
from datetime import datetime

from vigie.accounts.models import User
from vigie.incidents.models import DutyAct, Incident
from vigie.incidents.operations.duties import record_duty
from vigie.incidents.rules.duties.record import Act, ActKind

STAGE = {"regime": "RGPD33", "stage": "INIT"}
# Acts on a file's duties, with what they name beside the file; those on events may find none.
ACTS = {
    "duty_aware": {"regime": "RGPD33"},
    "duty_sent": STAGE,
    "duty_close": STAGE,
    "duty_event": {"regime": "NIS2", "stage": "IR"},
    "duty_answer": {"fact": "risk_unlikely"},
}


@dataclass(frozen=True)
class Recorded:
    """What a file holds beside its declaration."""

    act: DutyAct


def fill(incident: Incident, officer: User, now: datetime) -> Recorded:
    """Record something of the duties of a file."""
    aware = Act(ActKind.AWARE, now, "RGPD33")
    return Recorded(act=record_duty(by=officer, incident=incident, act=aware, now=now))
