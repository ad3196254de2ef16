"""Letters and queued messages for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace

from vigie.messages import operations
from vigie.messages.models import Outgoing
from vigie.messages.operations import Letter
from vigie.messages.operations.queue import open_text
from vigie.messages.rules import Channel

NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
numbers = count(1)


def mail(to="camille@ch.example", **more):
    words = {"subject": "Incident déclaré", "text": "La biologie est à l’arrêt.\n"}
    return Letter(Channel.EMAIL, to, **words | more)


def sms(to="06 39 98 12 34", **more):
    return Letter(Channel.SMS, to, **{"text": "La biologie est à l’arrêt."} | more)


def hook(to="astreinte", **more):
    return Letter(Channel.WEBHOOK, to, **{"payload": {"incident": 42}} | more)


def posted(*letters, about="incident:42", key="", now=NOW):
    found = operations.post(
        letters=letters, about=about, key=key or f"test-{next(numbers)}", now=now
    )
    return found[0] if len(found) == 1 else found


class Outbox(Sequence):
    """The letters that an act has queued, as their readers would get them, in their order."""

    def __getitem__(self, number):
        row = Outgoing.objects.order_by("id")[number]
        return SimpleNamespace(row=row, to=row.to, subject=row.subject, body=open_text(row))

    def __len__(self):
        return Outgoing.objects.count()
