"""SMS by the HTTP gateway of the settings, whatever JSON it wants."""

import json
from datetime import datetime

from django.conf import settings

from vigie.messages import rules
from vigie.messages.exports import web
from vigie.messages.rules import Outcome, Parcel


def send(parcel: Parcel, now: datetime) -> Outcome:
    """Hand a message to the gateway and return what it said."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": parcel.message_id}
    if settings.SMS_SECRET:
        headers[settings.SMS_HEADER] = settings.SMS_SECRET
    body = rules.filled(settings.SMS_BODY, to=parcel.to, text=parcel.text)
    return web.ask(
        settings.SMS_METHOD,
        settings.SMS_URL,
        body=json.dumps(body, ensure_ascii=False).encode(),
        headers=headers,
        success=settings.SMS_SUCCESS,
    )
