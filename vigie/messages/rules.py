"""Decide how messages are tried, given up and shown. Pure: no Django, no clock, no network."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


def gettext_noop(text: str) -> str:
    """Return a French text as it is; marks it for translation, which pages do."""
    return text


class Channel(StrEnum):
    """By what a message travels."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"


class State(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENDING = "sending"  # written before the network is touched
    RETRIED = "retried"  # waits again, after a failure
    SENT = "sent"  # the other side said that it has it
    PRINTED = "printed"  # no service is set for this channel: it went to our own log
    REFUSED = "refused"
    UNKNOWN = "unknown"  # handed over, and nobody answered: never sent again by itself
    WITHDRAWN = "withdrawn"


TO_SEND = frozenset({State.WAITING, State.RETRIED})
SETTLED = frozenset(State) - TO_SEND - {State.SENDING}
TO_LOOK_AT = frozenset({State.RETRIED, State.REFUSED, State.UNKNOWN})
# What a person may send again. What was sent or withdrawn is not: it would be another message.
AGAIN = frozenset({State.REFUSED, State.UNKNOWN, State.RETRIED, State.PRINTED})


class Fault(StrEnum):
    """Why a message did not arrive, or may not have."""

    BAD_ADDRESS = "bad_address"
    UNKNOWN_ADDRESS = "unknown_address"
    UNREACHABLE = "unreachable"
    NOT_TRUSTED = "not_trusted"
    NO_ACCESS = "no_access"
    LATER = "later"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    INTERRUPTED = "interrupted"
    RESTORED = "restored"
    NOT_SET = "not_set"
    TOO_LATE = "too_late"
    TRIED_ENOUGH = "tried_enough"
    UNREADABLE = "unreadable"
    BROKEN = "broken"


FAULT_WORDS: dict[Fault, str] = {
    Fault.BAD_ADDRESS: gettext_noop("ce destinataire n’a pas la forme attendue"),
    Fault.UNKNOWN_ADDRESS: gettext_noop("adresse inconnue"),
    Fault.UNREACHABLE: gettext_noop("le service d’envoi ne répond pas"),
    Fault.NOT_TRUSTED: gettext_noop("le certificat du service d’envoi n’est pas valable"),
    Fault.NO_ACCESS: gettext_noop("le service d’envoi refuse notre identifiant"),
    Fault.LATER: gettext_noop("le service d’envoi demande de réessayer plus tard"),
    Fault.REFUSED: gettext_noop("le service d’envoi a refusé le message"),
    Fault.NO_ANSWER: gettext_noop("remis, puis la liaison s’est coupée sans réponse"),
    Fault.INTERRUPTED: gettext_noop("arrêt de Vigie pendant l’envoi"),
    Fault.RESTORED: gettext_noop("vient d’une sauvegarde : peut-être déjà parti"),
    Fault.NOT_SET: gettext_noop("aucun service n’est réglé pour cet envoi"),
    Fault.TOO_LATE: gettext_noop("n’est pas parti à temps"),
    Fault.TRIED_ENOUGH: gettext_noop("essayé trop de fois"),
    Fault.UNREADABLE: gettext_noop("le texte chiffré ne peut plus être lu"),
    Fault.BROKEN: gettext_noop("erreur de Vigie, voir son journal technique"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What to send to one recipient.

    to: an address, a phone number, or the name of a webhook in the settings.
    payload: what a webhook is told, beside the subject and the text.
    urgent: goes first, and is tried again sooner.
    secret: its text opens a door; it is encrypted while it waits, then wiped.
    not_after: when it has become worthless; it is not sent later.
    """

    channel: Channel
    to: str
    subject: str = ""
    text: str = ""
    language: str = "fr"
    payload: Mapping[str, Any] = field(default_factory=dict)
    urgent: bool = False
    secret: bool = False
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way out: what a channel needs to know of it."""

    channel: Channel
    key: str
    about: str
    message_id: str
    to: str
    subject: str
    text: str
    language: str
    payload: Mapping[str, Any]
    queued_at: datetime
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try. is_down: the service itself, so that others need not try now."""

    state: State
    fault: Fault | None = None
    answer: str = ""
    is_down: bool = False


LEASE = timedelta(minutes=5)  # longer than any try lasts; then whoever tried is taken for dead
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# How long to wait after the first failure, the second, and so on; then a message is given up.
PATIENT = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, *(4 * HOUR for _ in range(11)))
URGENT = (
    *(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120)),
    *(5 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR for _ in range(5)),
)
ANSWER_KEPT = 300  # characters
KEY = re.compile(r"[!-~]{1,120}")  # travels in a header
EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
PHONE = re.compile(r"\+[0-9]{6,15}")
WEBHOOK = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
PHONE_NOISE = re.compile(r"[\s.\-/()\u00a0\u202f]")


def next_try(attempts: int, *, urgent: bool, now: datetime) -> datetime | None:
    """Return when to try again after so many failures, None when it was tried enough."""
    waits = URGENT if urgent else PATIENT
    return now + waits[attempts - 1] if attempts <= len(waits) else None


def dialled(phone: str, *, prefix: str) -> str:
    """Return a phone number as gateways want it, +33612345678. prefix: of one's own country."""
    bare = PHONE_NOISE.sub("", phone)
    if bare.startswith("00"):
        return "+" + bare[2:]
    return prefix + bare[1:] if bare.startswith("0") else bare


def is_fit(channel: Channel, to: str) -> bool:
    """Return whether a recipient looks like one of the channel."""
    shapes = {Channel.EMAIL: EMAIL, Channel.SMS: PHONE, Channel.WEBHOOK: WEBHOOK}
    return len(to) <= 254 and to.isascii() and bool(shapes[channel].fullmatch(to))


def lane_of(channel: Channel, to: str) -> str:
    """Return what a message queues behind: one slow webhook does not hold up another."""
    return f"webhook:{to}"[:60] if channel is Channel.WEBHOOK else channel.value


def shown(channel: Channel, to: str) -> str:
    """Return a recipient so that one recognises it and a stranger learns little."""
    if not to or channel is Channel.WEBHOOK:
        return to
    if channel is Channel.SMS:
        return f"{to[:3]}\u00a0•••\u00a0{to[-2:]}"
    name, _, house = to.rpartition("@")
    return f"{name[:1]}•••@{house}"


def without_recipient(answer: str, to: str) -> str:
    """Return what a service answered on one line, without the address that it repeats."""
    line = " ".join(answer.split())
    if to:
        line = re.sub(re.escape(to), "•••", line, flags=re.IGNORECASE)
    return line[:ANSWER_KEPT]


NO_MAILBOX = re.compile(r"5\.1\.[0-9]+")
ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


def answered_by_mail(code: int, answer: str) -> Outcome:
    """Return what a mail server's answer to one message means.

    Source: RFC 5321, 4.2.1 (codes), RFC 3463 (5.1.x: the address).
    """
    said = f"{code} {answer}"
    if 200 <= code < 300:
        return Outcome(State.SENT, answer=said)
    if 400 <= code < 500:
        return Outcome(State.RETRIED, Fault.LATER, said, is_down=code == 421)
    if not 500 <= code < 600:
        return Outcome(State.UNKNOWN, Fault.NO_ANSWER, said)
    nobody = NO_MAILBOX.match(answer) or (code in {550, 551, 553} and not ENHANCED.match(answer))
    return Outcome(State.REFUSED, Fault.UNKNOWN_ADDRESS if nobody else Fault.REFUSED, said)


def answered_by_web(status: int, answer: str, *, success: frozenset[int]) -> Outcome:
    """Return what the answer of an SMS gateway or a webhook means. Redirects are not followed.

    504: whoever stands in front did not hear from the service, which may have taken the message.
    """
    said = f"{status} {answer}".strip()
    if status in success:
        return Outcome(State.SENT, answer=said)
    if status in {401, 403, 407}:  # about our secret, which somebody can mend: nothing is lost
        return Outcome(State.RETRIED, Fault.NO_ACCESS, said, is_down=True)
    if status in {408, 425, 429, 500, 502, 503}:
        return Outcome(State.RETRIED, Fault.LATER, said, is_down=status in {429, 503})
    if status == 504:
        return Outcome(State.UNKNOWN, Fault.NO_ANSWER, said)
    return Outcome(State.REFUSED, Fault.REFUSED, said)


def filled(template: Any, *, to: str, text: str) -> Any:
    """Return the body for an SMS gateway: a JSON value in whose strings {to} and {text} stand."""
    if isinstance(template, str):
        return GAPS.sub(lambda gap: to if gap[0] == "{to}" else text, template)
    if isinstance(template, dict):
        return {name: filled(value, to=to, text=text) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, to=to, text=text) for value in template]
    return template


GAPS = re.compile(r"\{(?:to|text)\}")
