"""Read the outbox. Who may see what is for the capabilities that posted to decide."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, QuerySet

from vigie.messages import rules
from vigie.messages.models import Outgoing
from vigie.messages.rules import Channel, State


def sent_about(about: str | Collection[str]) -> QuerySet[Outgoing]:
    """Return the messages about one thing or several, in the order they were posted."""
    subjects = [about] if isinstance(about, str) else list(about)
    return Outgoing.objects.filter(about__in=subjects).order_by("id")


def due_lanes(now: datetime) -> list[str]:
    """Return the lanes in which a message is due, each once."""
    due = Outgoing.objects.filter(next_try_at__lte=now)
    return list(due.order_by("lane").values_list("lane", flat=True).distinct())


def due_in(lane: str, now: datetime) -> QuerySet[Outgoing]:
    """Return what is due in a lane: urgent messages first, then the ones due longest."""
    due = Outgoing.objects.filter(lane=lane, next_try_at__lte=now)
    return due.order_by("-is_urgent", "next_try_at", "id")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many messages stand where."""

    waiting: int
    retried: int
    refused: int
    unknown: int

    @property
    def to_send(self) -> int:
        """Return how many are still on their way."""
        return self.waiting + self.retried

    @property
    def trouble(self) -> int:
        """Return how many somebody should look at."""
        return self.retried + self.refused + self.unknown


def standing() -> Standing:
    """Return how many messages wait or did not arrive."""
    rows = Outgoing.objects.order_by("state").values_list("state").annotate(found=Count("id"))
    live = rows.filter(state__in=[*rules.TO_LOOK_AT, State.WAITING, State.SENDING], erased_at=None)
    found = dict(live)
    return Standing(
        waiting=found.get(State.WAITING, 0) + found.get(State.SENDING, 0),
        retried=found.get(State.RETRIED, 0),
        refused=found.get(State.REFUSED, 0),
        unknown=found.get(State.UNKNOWN, 0),
    )


PARTS: dict[str, tuple[State, ...]] = {
    "trouble": tuple(rules.TO_LOOK_AT),
    "waiting": (State.WAITING, State.SENDING, State.RETRIED),
    "sent": (State.SENT,),
    "all": tuple(State),
}


def listed(part: str, *, before: int | None = None) -> QuerySet[Outgoing]:
    """Return a part of the outbox, newest first. before: only rows older than this number."""
    rows = Outgoing.objects.filter(state__in=PARTS[part]).order_by("-id")
    if part == "trouble":  # nothing can be done any more about what is erased
        rows = rows.filter(erased_at=None)
    return rows.filter(pk__lt=before) if before else rows


def lost() -> QuerySet[Outgoing]:
    """Return the messages that did not arrive or may not have, and of which one can still act."""
    rows = Outgoing.objects.filter(state__in=[State.REFUSED, State.UNKNOWN], erased_at=None)
    return rows.order_by("-id")


def services() -> dict[Channel, bool]:
    """Return which channels have a service in the settings; the others print to the log."""
    return {
        Channel.EMAIL: bool(settings.SMTP_HOST),
        Channel.SMS: bool(settings.SMS_URL),
        Channel.WEBHOOK: bool(settings.WEBHOOKS),
    }
