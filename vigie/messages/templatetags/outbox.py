"""How pages of other capabilities show what became of their messages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from vigie.messages.models import Outgoing
from vigie.messages.rules import Channel, State
from vigie.ui import moments
from vigie.ui.templatetags.ui import state as mark

register = template.Library()
STATE_ICONS = {
    State.WAITING: "clock",
    State.SENDING: "send",
    State.RETRIED: "refresh",
    State.SENT: "check",
    State.PRINTED: "mail-off",
    State.REFUSED: "ban",
    State.UNKNOWN: "help-circle",
    State.WITHDRAWN: "x",
}
TONES = {
    State.SENT: "ok",
    State.SENDING: "info",
    State.RETRIED: "warn",
    State.PRINTED: "warn",
    State.UNKNOWN: "warn",
    State.REFUSED: "danger",
}
CHANNEL_ICONS = {Channel.EMAIL: "mail", Channel.SMS: "message", Channel.WEBHOOK: "plug"}


@register.inclusion_tag("messages/_states.html", takes_context=True)
def message_states(context: Context, messages: Iterable[Outgoing]) -> dict[str, Any]:
    """Draw a list of messages: to whom, by what, and what became of each."""
    return {"messages": messages, "now": context.get("now")}


@register.simple_tag(takes_context=True)
def message_state(context: Context, message: Outgoing) -> SafeString:
    """Draw what became of one message: « envoyé 03:41 », « nouvel essai dans 4 min »."""
    state = State(message.state)
    drawn = mark(TONES.get(state, "quiet"), words(message, context["now"]), STATE_ICONS[state])
    why = message.last_error
    return format_html('{} <span class="v-small v-2">{}</span>', drawn, why) if why else drawn


@register.filter
def channel_icon(message: Outgoing) -> str:
    """Return the icon of what a message travels by."""
    return CHANNEL_ICONS[Channel(message.channel)]


@register.filter
def channel_words(message: Outgoing) -> str:
    """Return what a message travels by, in words."""
    return {
        Channel.EMAIL: gettext("courriel"),
        Channel.SMS: gettext("SMS"),
        Channel.WEBHOOK: gettext("webhook"),
    }[Channel(message.channel)]


def words(message: Outgoing, now: datetime) -> str:
    """Return the state of a message in words."""
    match State(message.state):
        case State.SENT:
            return gettext("envoyé %(at)s") % {"at": moments.short(message.sent_at, now)}
        case State.RETRIED if message.next_try_at and message.next_try_at > now:
            return gettext("nouvel essai %(when)s") % {
                "when": moments.until(message.next_try_at, now)
            }
        case state:
            return gettext(PLAIN_WORDS[state])


def gettext_noop(text: str) -> str:
    """Mark words for translation; they are translated where they are shown."""
    return text


PLAIN_WORDS = {
    State.WAITING: gettext_noop("en attente"),
    State.SENDING: gettext_noop("envoi en cours"),
    State.RETRIED: gettext_noop("nouvel essai imminent"),
    State.PRINTED: gettext_noop("non envoyé"),
    State.REFUSED: gettext_noop("refusé"),
    State.UNKNOWN: gettext_noop("sort inconnu"),
    State.WITHDRAWN: gettext_noop("annulé avant l’envoi"),
}
