"""Queue messages in the caller's transaction; the network is never touched here."""

import base64
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from vigie.kernel import keys, nir
from vigie.messages import rules
from vigie.messages.models import Outgoing
from vigie.messages.rules import Channel, Fault, Letter, State

SECRETS_KEY = "messages.key"
SUBJECT_KEPT = 200  # characters
BATCH = 500  # rows an INSERT


@transaction.atomic
def post(*, letters: Sequence[Letter], about: str, key: str, now: datetime) -> list[Outgoing]:
    """Queue one message for each letter; the worker sends it once the transaction has committed.

    about: what it concerns, such as "incident:42". key: what the sender calls this post; a letter
    to the same recipient by the same channel under the same key is queued once.
    Returns the messages in the order of the letters, also those queued before. A recipient that is
    none is refused at once and keeps nobody else from getting theirs.
    """
    if not rules.KEY.fullmatch(key) or not about:
        raise ValueError("say what the messages are about, and under which key, in plain ASCII")
    rows = [_row(letter, about, key, now) for letter in letters]
    Outgoing.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    stored = {(row.channel, row.to_seal): row for row in Outgoing.objects.filter(key=key)}
    return [stored[row.channel, row.to_seal] for row in rows]


def withdraw(*, about: str, now: datetime) -> int:
    """Take back what waits about something; return how many messages are not sent any more."""
    waiting = Outgoing.objects.filter(about=about, state__in=rules.TO_SEND)
    secrets = waiting.filter(is_secret=True)
    withdrawn = {"state": State.WITHDRAWN, "next_try_at": None, "settled_at": now}
    with transaction.atomic():
        return secrets.update(**withdrawn, text="") + waiting.update(**withdrawn)


def open_text(message: Outgoing) -> str:
    """Return what a message says. Raises KeyMissing or InvalidToken when a secret is lost."""
    if not message.is_secret:
        return message.text
    return _box(keys.load(SECRETS_KEY)).decrypt(message.text.encode()).decode()


def _row(letter: Letter, about: str, key: str, now: datetime) -> Outgoing:
    channel = Channel(letter.channel)
    to = _recipient(channel, letter.to.strip())
    fits = rules.is_fit(channel, to)
    text = nir.mask(letter.text)[0]
    if letter.secret:
        text = _box(keys.load_or_create(SECRETS_KEY)).encrypt(text.encode()).decode()
    return Outgoing(
        key=key,
        about=about,
        channel=channel,
        lane=rules.lane_of(channel, to),
        to=to[:254],
        to_seal=salted_hmac("vigie.messages", to.casefold(), algorithm="sha256").hexdigest(),
        subject=" ".join(nir.mask(letter.subject)[0].split())[:SUBJECT_KEPT],
        text=text if fits or not letter.secret else "",
        payload=dict(letter.payload),
        language=letter.language,
        is_urgent=letter.urgent,
        is_secret=letter.secret,
        not_after=letter.not_after,
        message_id=f"<{uuid4()}@{urlsplit(settings.VIGIE_URL).hostname or 'localhost'}>",
        state=State.WAITING if fits else State.REFUSED,
        fault="" if fits else Fault.BAD_ADDRESS,
        queued_at=now,
        next_try_at=now if fits else None,
        settled_at=None if fits else now,
    )


def _recipient(channel: Channel, to: str) -> str:
    return rules.dialled(to, prefix=settings.SMS_PREFIX) if channel is Channel.SMS else to


def _box(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))
