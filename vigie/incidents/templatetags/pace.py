"""How the page of the desk's figures draws and says them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django import template
from django.utils.translation import gettext

from vigie.incidents.models import labels
from vigie.incidents.queries.pace import DayCount
from vigie.ui import moments

register = template.Library()
STEP, BAR, HEIGHT, TOP = 72, 26, 130, 24
LEFT = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the drawing: two bars with their figures, and the day below."""

    label: str
    x: int
    middle: int
    opened: int
    opened_y: int
    opened_height: int
    closed: int
    closed_x: int
    closed_y: int
    closed_height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of days, in units of its own."""

    width: int
    height: int
    ground: int
    bars: list[Bar]


@register.simple_tag
def days_chart(days: Sequence[DayCount]) -> Chart:
    """Return the drawing of files opened and closed by day."""
    most = max([1, *(max(day.opened, day.closed) for day in days)])
    ground = TOP + HEIGHT
    bars = [_bar(number, day, most, ground) for number, day in enumerate(days)]
    return Chart(LEFT * 2 + STEP * len(days), ground + 24, ground, bars)


def _bar(number: int, day: DayCount, most: int, ground: int) -> Bar:
    x = LEFT + STEP * number
    opened, closed = (round(HEIGHT * n / most) for n in (day.opened, day.closed))
    return Bar(
        label=moments.day_of_year(day.day),
        x=x + 9,
        middle=x + STEP // 2,
        opened=day.opened,
        opened_y=ground - opened,
        opened_height=opened,
        closed=day.closed,
        closed_x=x + 9 + BAR + 2,
        closed_y=ground - closed,
        closed_height=closed,
    )


@register.filter
def band(limit: timedelta | None) -> str:
    """Say a band of age by its end."""
    if limit is None:
        return gettext("plus de 30 jours")
    if limit == timedelta(days=1):
        return gettext("moins de 24 h")
    return gettext("jusqu’à %(days)s jours") % {"days": limit.days}


@register.filter
def took(length: timedelta | None) -> str:
    """Say a delay; none where nothing was measured."""
    return moments.duration(length) if length is not None else "–"


@register.filter
def category_or_none(code: str) -> str:
    """Say a category, or that nobody chose one."""
    return labels.category(code) if code else gettext("pas encore qualifiée")


@register.filter
def share(part: int, whole: int) -> int:
    """Return a part of a whole in percent, for a bar."""
    return round(100 * part / whole) if whole else 0
