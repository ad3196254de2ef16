"""Append to the journal."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings

from vigie.audit import rules
from vigie.audit.models import Event, People


def record(
    *,
    actor: str,
    verb: str,
    target: str,
    at: datetime,
    details: dict[str, object] | None = None,
    people: dict[str, str] | None = None,
) -> Event:
    """Append one entry; call it inside the transaction of the act that it records.

    actor: "user:42", "token:7" or "system:cli", never a name.
    details: plain facts without personal data; fractions and dates are stored as text.
    people: names, phones and addresses of staff; kept apart, erased after the retention period.
    Cost: one INSERT, two with people.
    """
    named = {str(role): rules.storable(str(text)) for role, text in (people or {}).items() if text}
    salt = secrets.token_bytes(32)
    event = Event.objects.create(
        actor=actor,
        verb=verb,
        target=target,
        happened_at=at,
        details=rules.plain(details or {}),
        people_seal=rules.people_seal(salt, named) if named else "",
    )
    if named:
        kept_until = at + timedelta(days=settings.PEOPLE_KEPT_DAYS)
        People.objects.create(entry=event.pk, content=named, salt=salt, kept_until=kept_until)
    return event
