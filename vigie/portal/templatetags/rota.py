"""How templates say rotas and calls."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from vigie.messages.models import Outgoing
from vigie.messages.rules import State
from vigie.ui import moments
from vigie.ui.templatetags.ui import icon, state

register = template.Library()
RUNGS = {1: _("premier appelé"), 2: _("suppléant"), 3: _("contact permanent")}
REASONS = {
    "danger": ("danger", _("patient en danger")),
    "urgent": ("warn", _("incident urgent")),
    "report": ("info", _("signalement")),
}
REASON_ICONS = {"danger": "heartbeat", "urgent": "alert-triangle", "report": "message-report"}
CHANNEL_ICONS = {"email": "mail", "sms": "message", "webhook": "webhook"}
STATES = {
    "waiting": _("en attente"),
    "sending": _("part maintenant"),
    "retried": _("nouvel essai à venir"),
    "sent": _("envoyé"),
    "printed": _("pas envoyé, aucun service n’est réglé"),
    "refused": _("refusé"),
    "unknown": _("sort inconnu"),
    "withdrawn": _("retiré, inutile"),
}


@register.filter
def rung(level: int) -> object:
    """Return in which order somebody is called."""
    return RUNGS.get(level, level)


@register.filter
def dialled(phone: str) -> str:
    """Return a number as a telephone link takes it."""
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


@register.simple_tag
def reason(code: str) -> SafeString:
    """Say why somebody was called, with its icon and colour."""
    tone, words = REASONS[code]
    return state(tone, str(words), icon=REASON_ICONS[code])


@register.simple_tag
def message_state(message: Outgoing, now: datetime) -> SafeString:
    """Say where one message stands, to whom and by what."""
    at = f" {moments.short(message.sent_at, now)}" if message.sent_at else ""
    told = message.last_error if message.state != State.PRINTED else ""
    fault = f" : {told}" if told else ""
    return format_html(
        "<span>{} {} · {}{}{}</span>",
        icon(CHANNEL_ICONS[message.channel]),
        message.to_shown,
        STATES[message.state],
        at,
        fault,
    )
