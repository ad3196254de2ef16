"""What templates draw with: icons, states, moments, numbers, lanes, fields."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from math import ceil
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from vigie.ui import lanes as geometry
from vigie.ui import marks, moments
from vigie.ui.drawn import drawn_once

register = template.Library()
DRAWING_NUMBERS = count(1)  # two drawings on a page must not share the name of a pattern
PLAIN_ICON = "point"
NOTHING_ICON = "inbox"
SHAPES = {  # kind of episode -> class of its box, pattern that fills it
    "degraded": ("degraded", "hatch"),
    "interruption": ("stop", ""),
    "stop": ("stop", ""),
    "recovery": ("recovery", "dots"),
    "endangerment_potential": ("endangerment", ""),
    "endangerment_proven": ("stop", ""),
}


@register.simple_tag
@drawn_once
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of the sprite: decoration, or with a label a picture that says something."""
    use = format_html('<use href="{}#tabler-{}"></use>', static("packages/icons.svg"), name)
    kind = f"ti {css}".strip()
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}">{}</svg>', kind, label, use)
    return format_html('<svg class="{}" aria-hidden="true">{}</svg>', kind, use)


_icon = icon


@register.simple_tag
def state(tone: str, words: str, icon: str = PLAIN_ICON) -> SafeString:
    """Draw a state: tone is danger, stop, warn, ok, info, quiet or plain."""
    if tone not in marks.TONES:
        raise template.TemplateSyntaxError(f"{tone!r} is no tone of a state")
    kind = "" if tone == "quiet" else f" v-st-{tone}"
    return format_html('<span class="v-st{}">{}{}</span>', kind, _icon(icon), words)


@register.simple_tag
@drawn_once
def danger(value: str | None) -> SafeString:
    """Draw the danger for patients: proven, potential, none; anything else is unknown."""
    mark = marks.DANGER.get(str(value or "unknown"), marks.UNKNOWN_DANGER)
    return state(mark.tone, str(mark.words), mark.icon)


@register.simple_tag
@drawn_once
def service(value: str) -> SafeString:
    """Draw how a care activity goes: degraded, interruption, recovery, normal…"""
    mark = marks.SERVICE[str(value)]
    return state(mark.tone, str(mark.words), mark.icon)


@register.simple_tag
@drawn_once
def severity(value: int | None, short: bool = False) -> SafeString:
    """Draw Vigie's own scale, 0 to 4: rising bars, the digit and (unless short) the word."""
    if value is None:
        return format_html('<span class="v-sev v-2">{}</span>', gettext("non évaluée"))
    level = int(value)
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="4" height="{}"{}></rect>',
        (
            (
                1 + 6 * bar,
                10 - 3 * bar,
                3 + 3 * bar,
                mark_safe(' class="on"') if bar < level else "",
            )
            for bar in range(4)
        ),
    )
    return format_html(
        '<span class="v-sev{}" title="{}">'
        '<svg viewBox="0 0 24 14" aria-hidden="true">{}</svg>{}</span>',
        " v-sev-high" if level >= marks.HIGH_SEVERITY else "",
        gettext("Gravité, échelle Vigie"),
        bars,
        level if short else f"{level} {marks.SEVERITY[level]}",
    )


@register.simple_tag
@drawn_once
def tlp(value: str) -> SafeString:
    """Draw a mark of the Traffic Light Protocol 2.0."""
    code = str(value).removeprefix("TLP:")
    return format_html(
        '<span class="v-tlp v-tlp-{}" title="{}">TLP:{}</span>',
        marks.TLP_TONES[code],
        marks.TLP_MEANINGS[code],
        code,
    )


@register.filter
def when(value: date | datetime | None, now: datetime | None = None) -> str:
    """Say a moment as shortly as now allows: 03:41, « lun. 09:00 », « 12 mars, 09:00 »."""
    return moments.short(value or None, now or None)


@register.filter
def when_full(value: date | datetime | None) -> str:
    """Say a moment with its day and offset."""
    return moments.full(value or None)


@register.filter
def machine(value: datetime | None) -> str:
    """Say a moment to programs, for the datetime of <time>."""
    return moments.machine(value or None)


@register.filter
def since(value: datetime | None, now: datetime) -> str:
    """Say how long ago."""
    return moments.since(value or None, now)


@register.filter
def until(value: datetime | None, now: datetime) -> str:
    """Say how soon, or how late."""
    return moments.until(value or None, now)


@register.filter
def partial_date(value: object) -> str:
    """Say a date of reduced precision in words."""
    return moments.partial(str(value or ""))


@register.filter
def number(value: int | float | Decimal | None, decimals: int | None = None) -> str:
    """Write a number with the separators of the language."""
    if value is None:
        return moments.NOTHING
    places = decimals if decimals is not None or isinstance(value, int) else 1
    rounded = value if places is None else round(Decimal(value), places)  # Django would cut
    return str(formats.number_format(rounded, places, use_l10n=True, force_grouping=True))


@register.filter
def percent(value: float | Decimal | None, decimals: int = 0) -> str:
    """Write a share between 0 and 100; « n. c. » where nobody can tell."""
    if value is None:
        return gettext("n. c.").replace(" ", moments.NBSP)
    sign = pgettext("après un nombre", " %").replace(" ", moments.NBSP)
    return number(value, decimals) + sign


@register.filter
def file_size(octets: float) -> str:
    """Write the size of a file as people say it: 418 ko."""
    giga, mega, kilo = gettext("Go"), gettext("Mo"), gettext("ko")
    for limit, unit in ((1e9, giga), (1e6, mega)):
        if octets >= limit:
            return f"{number(octets / limit, 1)}{moments.NBSP}{unit}"
    return f"{number(ceil(octets / 1000))}{moments.NBSP}{kilo}"


@register.inclusion_tag("ui/_steps.html", takes_context=True)
def steps(context: Context, steps: Iterable[Any]) -> dict[str, Any]:
    """Draw the steps of a file: label, state (done, current, later), at."""
    return {"steps": steps, "now": context.get("now")}


@register.inclusion_tag("ui/_pager.html")
def pager(page: Any) -> dict[str, Any]:
    """Draw what a list shows of how many, and the ways on."""
    return {"page": page}


@register.inclusion_tag("ui/_empty.html", takes_context=True)
def empty_state(context: Context, **words: Any) -> dict[str, Any]:
    """Say what would stand here: icon, text, and where useful since, url, label; line: in a row."""
    return {"now": context.get("now"), "icon": NOTHING_ICON, **words}


@register.inclusion_tag("ui/_lanes.html")
def lanes(
    episodes: Iterable[Any], first_sign: datetime | None, now: datetime, label: str = ""
) -> dict[str, Any]:
    """Draw care episodes as lanes: activity, kind, start, end (None: goes on), text (optional)."""
    rows = [_stretch(episode) for episode in episodes]
    zone = timezone.get_current_timezone()
    drawing = geometry.draw(rows, first_sign=first_sign or None, now=now, zone=zone)
    return {
        "drawing": drawing,
        "ticks": [{"x": tick.x, "words": _tick(tick, drawing, now)} for tick in drawing.ticks],
        "bars": [_bar(bar, now) for bar in drawing.bars],
        "activities": len({row.activity for row in rows}),
        "kinds": [kind for kind in SHAPES if any(kind == row.kind for row in rows)],
        "now": now,
        "label": label or gettext("Frise des épisodes de soins"),
        "uid": f"lanes-{next(DRAWING_NUMBERS)}",
    }


def _of(thing: Any, name: str) -> Any:
    """Return one part of an episode, be it a dictionary or an object."""
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


def _stretch(episode: Any) -> geometry.Stretch:
    kind = str(_of(episode, "kind"))
    words = [str(marks.SERVICE[kind].words), str(_of(episode, "text") or "")]
    return geometry.Stretch(
        activity=str(_of(episode, "activity")),
        kind=kind,
        start=_of(episode, "start"),
        end=_of(episode, "end"),
        words=", ".join(part for part in words if part),
    )


def _bar(bar: geometry.Bar, now: datetime) -> dict[str, Any]:
    shape, pattern = SHAPES[bar.stretch.kind]
    return {
        "x": bar.x,
        "y": bar.y,
        "width": bar.width,
        "words": bar.words,
        "words_x": bar.words_x,
        "words_y": bar.words_y,
        "shape": shape,
        "pattern": pattern,
        "title": _title(bar.stretch, now),
    }


def _title(stretch: geometry.Stretch, now: datetime) -> str:
    parts = {
        "activity": stretch.activity,
        "words": stretch.words,
        "start": moments.short(stretch.start, now),
    }
    if stretch.end is None:
        return gettext("%(activity)s : %(words)s, depuis %(start)s") % parts
    parts["end"] = moments.short(stretch.end, now)
    return gettext("%(activity)s : %(words)s, de %(start)s à %(end)s") % parts


def _tick(tick: geometry.Tick, drawing: geometry.Drawing, now: datetime) -> str:
    """Return the time of a line; the day as soon as it is not today's."""
    at = tick.at
    if drawing.whole_days:
        return moments.day_of_year(at)
    new_day = tick is drawing.ticks[0] or (at.hour, at.minute) == (0, 0)
    elsewhere = at.date() != timezone.localtime(now).date()
    return moments.short(at, now) if new_day and elsewhere else moments.time_of_day(at)


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """Draw one field with label, help and errors."""
    return bound.as_field_group()


@register.inclusion_tag("ui/_form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """Say on top of a form what is wrong, each error leading to its field."""
    return {"form": form}


@register.inclusion_tag("ui/_fieldset.html")
def fieldset(form: BaseForm, legend: str, names: str) -> dict[str, Any]:
    """Draw some fields of a form, named with spaces between, under one legend."""
    return {"legend": legend, "fields": [form[name] for name in names.split()]}
