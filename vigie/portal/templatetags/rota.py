"""How templates say rotas and calls."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from vigie.ui import moments
from vigie.ui.templatetags.ui import state

register = template.Library()
RUNGS = {1: _("premier appelé"), 2: _("suppléant"), 3: _("contact permanent")}
REASONS = {
    "danger": ("danger", _("patient en danger")),
    "urgent": ("warn", _("incident urgent")),
    "report": ("info", _("signalement")),
}
REASON_ICONS = {"danger": "heartbeat", "urgent": "alert-triangle", "report": "message-report"}


@register.filter
def rung(level: int) -> object:
    """Return in which order somebody is called."""
    return RUNGS.get(level, level)


@register.filter
def dialled(phone: str) -> str:
    """Return a number as a telephone link takes it."""
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


@register.filter
def day_and_time(at: datetime, now: datetime) -> str:
    """Return « lun. 16 nov. 18:00 »: in a rota the day of the week alone could mean two days."""
    local = timezone.localtime(at)
    return f"{moments.short(local.date(), now)}{moments.NBSP}{moments.time_of_day(local)}"


@register.simple_tag
def reason(code: str) -> SafeString:
    """Say why somebody was called, with its icon and colour."""
    tone, words = REASONS[code]
    return state(tone, str(words), icon=REASON_ICONS[code])
