"""Write to whoever is called: the call itself, what joined it, who took it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.establishments.models import CallItem, Callout, CallStep
from vigie.establishments.queries import territory_name
from vigie.establishments.rules import CallReason
from vigie.messages.operations import Letter
from vigie.messages.rules import Channel

SMS_TITLE = 60  # signs of the title in a short message; the link must fit beside it


def headline(reason: str) -> str:
    """Return what a call is about in a few words, in the language in force."""
    return {
        CallReason.DANGER: _("PATIENT EN DANGER"),
        CallReason.URGENT: _("Incident urgent"),
        CallReason.REPORT: _("Signalement du personnel"),
    }[CallReason(reason)]


def call_letters(
    step: CallStep, items: Sequence[CallItem], *, secret: str, minutes: int
) -> list[Letter]:
    """Return the letters that call somebody, each with their own link to answer."""
    call = step.callout
    link = settings.VIGIE_URL + reverse("portal:take_link", args=[secret])
    with translation.override(step.language):
        place = _place(call)
        page = settings.VIGIE_URL + call.path
        said = {"step": step, "link": link, "minutes": minutes, "page": page}
        subject, text = _written("call", call, items, said)
        title = call.title if len(call.title) <= SMS_TITLE else call.title[: SMS_TITLE - 1] + "…"
        short = f"Vigie · {headline(call.reason)} · {place} · {title}\n{link}"
    doors = {"urgent": True, "secret": True, "not_after": step.link_expires_at}
    return _to(step, subject=subject, text=text, short=short, **doors) + _webhook(
        call, "callout.step", step=step.number, level=step.level
    )


def digest_letters(call: Callout, step: CallStep, items: Sequence[CallItem]) -> list[Letter]:
    """Return the letters that tell what joined a call since somebody was called."""
    with translation.override(step.language):
        page = settings.VIGIE_URL + reverse("portal:call", args=[call.pk])
        subject, text = _written("digest", call, items, {"more": len(items), "page": page})
        short = f"Vigie · {subject}\n{page}"
    return _to(step, subject=subject, text=text, short=short)


def taken_letters(call: Callout, step: CallStep, items: Sequence[CallItem]) -> list[Letter]:
    """Return the letters that tell somebody who was called that another took it."""
    with translation.override(step.language):
        subject, text = _written("taken", call, items, {"who": call.taken_name})
        said = {"who": call.taken_name, "place": _place(call)}
        short = "Vigie · " + _("appel pris par %(who)s · %(place)s") % said
    return _to(step, subject=subject, text=text, short=short)


def taken_webhook(call: Callout) -> list[Letter]:
    """Return what programs are told when a call is taken: who did so is not their business."""
    return _webhook(call, "callout.taken")


def _to(step: CallStep, *, subject: str, text: str, short: str, **sent: Any) -> list[Letter]:
    letters = []
    if step.email:
        letters.append(
            Letter(Channel.EMAIL, step.email, subject, text, step.language, **sent),
        )
    if step.phone and step.duty is not None:  # a switchboard takes no short messages
        letters.append(Letter(Channel.SMS, step.phone, "", short, step.language, **sent))
    return letters


def _webhook(call: Callout, event: str, **more: object) -> list[Letter]:
    if not call.rota.webhook:
        return []
    payload = {
        "event": event,
        "callout": call.pk,
        "reason": call.reason,
        "territory": str(call.rota.territory),
        "title": call.title,
        "opened_at": call.opened_at.isoformat(),
        "url": settings.VIGIE_URL + reverse("portal:call", args=[call.pk]),
        **more,
    }
    # A pager may hang on it: it goes as soon, and is tried again as soon, as the call itself.
    return [Letter(Channel.WEBHOOK, call.rota.webhook, payload=payload, urgent=True)]


def _written(
    letter: str, call: Callout, items: Sequence[CallItem], said: dict[str, object]
) -> tuple[str, str]:
    """Return subject and text of establishments/letters/LETTER.txt: its first line is the first."""
    common = {
        "call": call,
        "items": items,
        "headline": headline(call.reason),
        "place": _place(call),
    }
    whole = render_to_string(f"establishments/letters/{letter}.txt", common | said)
    subject, _newline, text = whole.strip().partition("\n")
    return subject, text.strip() + "\n"


def _place(call: Callout) -> str:
    named = call.rota.establishment or call.rota.site
    if named:
        return named.name
    return territory_name(call.rota.territory, translation.get_language() or "fr")
