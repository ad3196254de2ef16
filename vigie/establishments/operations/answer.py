"""Take a call: in the application, or by the link of a letter."""

from datetime import datetime

from django.db import transaction

from vigie.audit.operations import record
from vigie.establishments.models import Callout, CallStep
from vigie.establishments.operations import letters
from vigie.establishments.queries import call_step_of, callouts, require_from
from vigie.establishments.rules import Actor
from vigie.messages.operations import post, withdraw

ANSWER = "calls.answer"


class AlreadyTaken(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Somebody took the call before, or its matter is settled; .call says who and since when."""

    def __init__(self, call: Callout) -> None:
        super().__init__(f"{call.about} is taken")
        self.call = call


class LinkOver(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A link to take a call is unknown or too old."""


@transaction.atomic
def take_call(*, by: Actor, name: str, call: Callout, now: datetime) -> Callout:
    """Take a call in the application: nobody else is called, and those who were are told.

    name: of who takes it, as the others read it. Raises PermissionDenied, AlreadyTaken.
    """
    held = _hold(call.pk)
    require_from(by, ANSWER, at=held.rota.place)
    return _take(held, by.journal_name, name, now)


@transaction.atomic
def take_call_by_link(*, secret: str, now: datetime) -> Callout:
    """Take a call with the secret of a letter, as the person to whom the letter went.

    Raises LinkOver when the link is unknown or too old, AlreadyTaken.
    """
    step = call_step_of(secret, now)
    if step is None:
        raise LinkOver
    return _take(_hold(step.callout_id), f"step:{step.pk}", step.who, now, taker=step)


def _hold(number: int) -> Callout:
    return callouts().select_for_update(of=("self",), no_key=True).get(pk=number)


def _take(
    call: Callout, taken_by: str, name: str, now: datetime, taker: CallStep | None = None
) -> Callout:
    if not call.is_open:
        raise AlreadyTaken(call)
    call.taken_at, call.taken_by, call.taken_name = now, taken_by, name[:120]
    call.escalate_at = None
    call.save(update_fields=["taken_at", "taken_by", "taken_name", "escalate_at"])
    withdraw(about=call.about, now=now)
    _tell(call, taker, now)
    record(
        actor="system:call-link" if taker else taken_by,
        verb="callout.taken",
        target=call.about,
        at=now,
        details={"waited": round((now - call.opened_at).total_seconds() / 60)},
        people={"taken_by": name},
    )
    return call


def _tell(call: Callout, taker: CallStep | None, now: datetime) -> None:
    """Tell everybody else who was called; the same person is told once."""
    items = list(call.items.order_by("at", "id"))
    written = letters.taken_webhook(call)
    for step in call.steps.order_by("number"):
        if taker is None or (step.email, step.phone) != (taker.email, taker.phone):
            written += letters.taken_letters(call, step, items)
    post(letters=written, about=call.about, key=f"{call.about}:taken", now=now)
