"""Tell whether whoever is on call was told of a report, and took it."""

from dataclasses import dataclass
from datetime import datetime

from vigie.establishments.queries import callouts_about, whole
from vigie.messages.queries import sent_about
from vigie.messages.rules import State
from vigie.reports.models import Report


@dataclass(frozen=True, slots=True)
class Woken:
    """What the sender may know of the call: functions and times, no name.

    told_at: when a message about it surely left, None while none did.
    """

    function: str
    told_at: datetime | None
    taken_at: datetime | None


def about(report: Report) -> str:
    """Return what calls and messages about a report are about."""
    return f"report:{report.pk}"


def woken_for(report: Report) -> Woken | None:
    """Return how the call about a report goes, None where nobody is called.

    A message that only went to our own log, or whose fate is unknown, told nobody for sure.
    """
    calls = list(whole(callouts_about(about(report))))
    steps = [step for call in calls for step in call.steps.all()]
    if not steps:
        return None
    subjects = [call.about for call in calls]
    sent = sent_about(subjects).filter(state=State.SENT, queued_at__gte=report.received_at)
    told = sent.order_by("settled_at", "id").values_list("settled_at", flat=True).first()
    taken = min((call.taken_at for call in calls if call.taken_at), default=None)
    return Woken(steps[-1].function, told, taken)
