"""Tell pages that this Vigie drew from forms made elsewhere, and people from machines.

No cookie and no session: a phone that scans a poster has neither, and a form must survive both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.core import ratelimit
from django.core import signing
from django.http import HttpRequest

from vigie.reports.queries import Whereabouts
from vigie.reports.rules import KEY_SHAPE, QUICK, Mark

SALT = "vigie.reports.form"
TRAP = "website"  # a field that only machines fill


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a form says of the page that it stood on."""

    key: str
    at: datetime


def draw_form(where: Whereabouts, key: str, *, now: datetime) -> str:
    """Return what the form of a page carries: its key, its place and when it was drawn, signed."""
    carried = {"key": key, "place": where.code, "at": int(now.timestamp())}
    return signing.Signer(salt=SALT).sign_object(carried)


def read_form(carried: str, where: Whereabouts) -> Drawn | None:
    """Return what a form carries, None when this Vigie did not draw it for that place."""
    try:
        told = signing.Signer(salt=SALT).unsign_object(carried)
    except (signing.BadSignature, ValueError):
        return None
    if told.get("place") != where.code or not KEY_SHAPE.fullmatch(str(told.get("key"))):
        return None
    return Drawn(told["key"], datetime.fromtimestamp(int(told["at"]), UTC))


def marks_of(
    request: HttpRequest, drawn: Drawn | None, where: Whereabouts, *, now: datetime
) -> frozenset[Mark]:
    """Return why a machine may have sent a report, and whether too many come at once."""
    found = {
        Mark.UNSIGNED: drawn is None,
        Mark.TRAP: bool(request.POST.get(TRAP)),
        Mark.QUICK: drawn is not None and (now - drawn.at).total_seconds() < QUICK,
        Mark.FLOOD: not ratelimit.consume(request, action="report", key=where.code),
    }
    return frozenset(mark for mark, holds in found.items() if holds)


def is_busy(request: HttpRequest, marks: frozenset[Mark], where: Whereabouts) -> bool:
    """Return whether so many reports come faster than people type that one must look twice."""
    if Mark.QUICK not in marks:
        return False
    return not ratelimit.consume(request, action="report_quick", key=where.code)


def may_add(request: HttpRequest, token: str) -> bool:
    """Return whether the holder of a secret link may write once more now."""
    return bool(ratelimit.consume(request, action="report_words", key=token))


SECRET_PAGE: Mapping[str, str] = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, no-store",
}
