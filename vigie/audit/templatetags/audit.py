"""How templates show the journal."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse

from vigie.audit import queries, rules
from vigie.ui import moments

register = template.Library()
Names = Mapping[str, str]
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}\S*)?")
FINGERPRINT = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28,}\b")


@register.inclusion_tag("audit/_events.html", takes_context=True)
def journal(
    context: Context, page: queries.EventPage, names: Names | None = None
) -> dict[str, Any]:
    """Draw a page of the journal; names: what to call what it mentions, such as "user:42"."""
    return {
        "now": context.get("now"),
        "lines": [shown(line, names or {}) for line in page.lines],
    }


def shown(line: queries.Line, names: Names) -> dict[str, Any]:
    """Return what the template says of one entry."""
    event = line.event
    said, details = rules.sentence(event.verb, event.details, partial(in_words, names))
    return {
        "event": event,
        "actor": names.get(event.actor) or rules.ACTORS.get(event.actor) or event.actor,
        "sentence": said,
        "target": names.get(event.target) or target_words(event.target),
        "url": target_url(event.target),
        "details": labelled(details, names),
        "people": labelled(line.people, {}),
        "people_erased": line.people_erased,
    }


def labelled(facts: Mapping[str, object], names: Names) -> list[tuple[str, str]]:
    """Return the facts that say something, each with the words for its name."""
    told = [
        (str(rules.LABELS.get(name, name)), in_words(names, name, value))
        for name, value in facts.items()
    ]
    return [(label, text) for label, text in told if label and text]


def in_words(names: Names, name: str, value: object) -> str:
    """Return the value of a detail on one line: a name, registered words, a moment or as it is."""
    known = names.get(f"{name}:{value}") or names.get(str(value))
    if known:
        return known
    say = rules.VALUES.get(name)
    return short(say(value) if say else value)


def target_words(target: str) -> str:
    """Return what to call a target: its kind in words, and its number."""
    kind, _, number = target.partition(":")
    known = rules.TARGETS.get(kind)
    if not known:
        return target
    return str(known.words) if known.is_one else f"{known.words} {number}"


def target_url(target: str) -> str:
    """Return the page of a target, "" where it has none."""
    kind, _, number = target.partition(":")
    known = rules.TARGETS.get(kind)
    if not known or not known.url_name:
        return ""
    try:
        return reverse(known.url_name, args=[number])
    except NoReverseMatch:
        return ""


def short(value: object) -> str:
    """Return one detail on one line, long fingerprints by their beginning."""
    return FINGERPRINT.sub(r"\1…", detail_text(value))


def detail_text(value: object) -> str:
    """Return one detail on one line."""
    if isinstance(value, list):
        return ", ".join(map(detail_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {detail_text(inner)}" for name, inner in value.items())
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return moment_text(value)
    return "–" if value is None else str(value)


def moment_text(value: str) -> str:
    """Return a day or a moment of the journal as readers write it."""
    try:
        return moments.full(
            datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        )
    except ValueError:
        return value
