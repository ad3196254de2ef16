"""Signed webhooks: only those named in the settings are called.

Signed as Standard Webhooks asks, for which there are libraries in most languages.
Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime

from django.conf import settings

from vigie.messages.exports import web
from vigie.messages.rules import Fault, Outcome, Parcel, State

SUCCESS = frozenset(range(200, 300))
PREFIX = "whsec_"  # what follows is base64


def send(parcel: Parcel, now: datetime) -> Outcome:
    """Call a webhook and return what it said; one that the settings do not name is not called."""
    hook = settings.WEBHOOKS.get(parcel.to)
    if hook is None:
        return Outcome(State.REFUSED, Fault.NOT_SET)
    body = json.dumps(told(parcel), ensure_ascii=False, sort_keys=True).encode()
    number = parcel.message_id.strip("<>")
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": parcel.key,
        "Webhook-Id": number,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": signature(hook["secret"], number, stamp, body),
    }
    return web.ask("POST", hook["url"], body=body, headers=headers, success=SUCCESS)


def told(parcel: Parcel) -> dict[str, object]:
    """Return what a webhook is told, the same at every try."""
    return {
        "about": parcel.about,
        "data": dict(parcel.payload),
        "key": parcel.key,
        "language": parcel.language,
        "queued_at": parcel.queued_at.isoformat(),
        "subject": parcel.subject,
        "text": parcel.text,
    }


def signature(secret: str, number: str, stamp: str, body: bytes) -> str:
    """Return the signature over number, moment (seconds since 1970) and body."""
    signed = b".".join([number.encode(), stamp.encode(), body])
    mac = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret: base64 after whsec_, else the text itself."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()
