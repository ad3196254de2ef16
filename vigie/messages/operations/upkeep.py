"""Send again, and forget."""

from datetime import datetime, timedelta

from django.apps.registry import Apps
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from vigie.audit.operations import record
from vigie.messages import rules
from vigie.messages.models import Outgoing
from vigie.messages.rules import Fault, State


class NotAgain(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A message cannot be sent again: sent, withdrawn, erased, or to nobody."""


@transaction.atomic
def send_again(*, by: str, message: Outgoing, now: datetime) -> None:
    """Queue a message anew that did not arrive, or may not have; it keeps its Message-ID.

    The caller has checked that `by` may. Raises NotAgain.
    """
    found = Outgoing.objects.filter(pk=message.pk, state__in=rules.AGAIN, erased_at=None)
    found = found.exclude(fault=Fault.BAD_ADDRESS)
    worth = Q(not_after=None) | Q(not_after__gt=now)
    says = Q(is_secret=False) | ~Q(text="")
    queued = found.filter(worth, says).update(
        state=State.WAITING,
        next_try_at=now,
        settled_at=None,
        attempts=0,
        claim="",
        fault="",
        answer="",
    )
    if not queued:
        raise NotAgain
    record(
        actor=by,
        verb="message.sent_again",
        target=f"message:{message.pk}",
        at=now,
        details={"about": message.about, "state": message.state},
    )


@transaction.atomic
def forget_expired(now: datetime) -> int:
    """Erase recipient and content of what was settled long enough ago; return of how many.

    A secret that was never sent is wiped as soon as it is worth nothing.
    """
    Outgoing.objects.filter(
        ~Q(text=""), is_secret=True, not_after__lte=now, settled_at__isnull=False
    ).update(text="")
    long_ago = now - timedelta(days=settings.MESSAGES_KEPT_DAYS)
    erased = Outgoing.objects.filter(settled_at__lte=long_ago, erased_at=None).update(
        to="", subject="", text="", payload={}, answer="", erased_at=now
    )
    if erased:
        record(
            actor="system:worker",
            verb="messages.erased",
            target="outbox:1",
            at=now,
            details={"messages": erased},
        )
    return erased


def doubt_restored(registry: Apps, now: datetime) -> int:
    """Call unknown all that waits in a restored backup: it cannot tell what has left since.

    registry: the models as they were when the backup was made.
    """
    try:
        rows = registry.get_model("outbox", "Outgoing")._base_manager.all()
    except LookupError:  # the backup is older than the outbox
        return 0
    waiting = rows.filter(state__in=[*rules.TO_SEND, State.SENDING])
    return waiting.update(
        state=State.UNKNOWN, fault=Fault.RESTORED, next_try_at=None, settled_at=now
    )
