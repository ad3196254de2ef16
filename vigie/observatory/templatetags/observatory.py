"""What the public page draws itself: bars, and a hundred squares. No style in a page."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vigie.observatory.exports.drawings import ROW_OF_SQUARES, Bar, Drawn
from vigie.observatory.rules.drawing import SQUARES

register = template.Library()
STUB = 22  # percent: a hidden line has a length that tells nothing
STEP, SIDE = 24, 20  # of one square and its gap, in units of the drawing
ROWS = SQUARES // ROW_OF_SQUARES
PATTERNS = {  # drawn over the ground of a square, so that colour alone says nothing
    "degraded": "M2 18L18 2M2 8L8 2M12 18L18 12",
    "stop": "M5 5L15 15M15 5L5 15",
    "touched": "M10 8v4M8 10h4",
    "unknown": "M7 10h6",
}


@register.simple_tag
def obs_bar(bar: Bar) -> SafeString:
    """Draw the bar of a line; a hidden one is a hatched stub."""
    if bar.line.suppressed:
        return format_html(
            '<svg class="obs-rule" viewBox="0 0 100 14" preserveAspectRatio="none"'
            ' aria-hidden="true"><rect class="hidden" x="0.5" y="1" width="{}" height="12"></rect>'
            "</svg>",
            STUB,
        )
    if not bar.length:
        return SafeString("")
    return format_html(
        '<svg class="obs-rule" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar{}" x="0" y="1" width="{}" height="12"></rect></svg>',
        "" if bar.line.is_part else " more",
        f"{bar.length:.1f}",
    )


@register.simple_tag
def hundred(drawn: Drawn) -> SafeString:
    """Draw a hundred squares in rows of twenty."""
    each = (_square(one.look, one.x * STEP, one.y * STEP) for one in drawn.squares)
    return format_html(
        '<svg class="obs-squares" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        ROW_OF_SQUARES * STEP - (STEP - SIDE),
        ROWS * STEP - (STEP - SIDE),
        _("Sur 100 : %(says)s") % {"says": drawn.says},
        format_html_join("", "{}", ((one,) for one in each)),
    )


@register.simple_tag
def square(look: str) -> SafeString:
    """Draw one square, for the legend."""
    return format_html(
        '<svg class="obs-square" viewBox="0 0 20 20" aria-hidden="true">{}</svg>',
        _square(look, 0, 0),
    )


def _square(look: str, x: int, y: int) -> SafeString:
    over = PATTERNS.get(look)
    return format_html(
        '<g class="{}" transform="translate({} {})">'
        '<rect x="0.75" y="0.75" width="18.5" height="18.5" rx="2"></rect>{}</g>',
        look,
        x,
        y,
        format_html('<path d="{}"></path>', over) if over else "",
    )
