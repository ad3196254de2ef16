"""What the public may see of a year: nothing that would tell of fewer than five structures.

Numbers of a whole nation are shown as they are. In tables by month, structure type or region, a
number that rests on fewer than five structures is hidden, and so is one beside which a difference
would: with and without providers, declarations and events, a key figure and what remains. More is
hidden until no hidden number can be found: see audit and hide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vigie.observatory.rules.disclosure import hide, masks
from vigie.observatory.rules.disclosure.cells import (
    BREAKDOWNS,
    Group,
    Number,
    Spot,
    blocks,
    columns_needed,
)
from vigie.observatory.rules.disclosure.hide import Reason
from vigie.observatory.rules.edition import Edition
from vigie.observatory.rules.question import Axis


@dataclass(frozen=True, slots=True)
class HiddenNumber:
    """A number that the public does not see, and why: for the officer alone."""

    table: str
    row: str
    number: Number
    reason: Reason


@dataclass(frozen=True, slots=True)
class Protected:
    """An edition for the public, and what was hidden in it, in the order of tables and rows."""

    edition: Edition
    hidden: tuple[HiddenNumber, ...]
    numbers: int  # by territory, type or month, hidden or not


def protect(
    edition: Edition,
    groups: Mapping[Axis, Iterable[Group]],
    *,
    earlier: Edition | None = None,
    before: Edition | None = None,
    secondary: bool = True,
) -> Protected:
    """Return an edition as the public may see it, with its key figures by region.

    groups: the same declarations, alike in all that is counted, on each axis. earlier: the last
    publication of the year. before: the publication of the year before. secondary: whether
    numbers are hidden to cover others; without it hidden ones can be found by subtraction.
    """
    found = blocks(groups, masks.regions_listed(edition))
    kept = masks.hidden_in(earlier) if earlier else {}
    why: dict[str, hide.Why] = {}
    for code in BREAKDOWNS:
        axes = [block for block in found if block.table == code]
        why[code] = hide.hidden(axes, kept.get(code, frozenset()), secondary=secondary)
    patterns = {code: frozenset(one) for code, one in why.items()}
    shown = masks.masked(edition, patterns, before)
    regions = next(b for b in found if b.table == masks.REGIONS and b.axis is Axis.DECLARED)
    return Protected(
        masks.with_key_figures(shown, regions, patterns[masks.REGIONS]),
        tuple(
            HiddenNumber(code, spot.row, spot.number, reason)
            for code, one in why.items()
            for spot, reason in sorted(one.items())
        ),
        sum(len(block.values) for block in found if block.axis is Axis.DECLARED),
    )


__all__ = [
    "Group",
    "HiddenNumber",
    "Number",
    "Protected",
    "Reason",
    "Spot",
    "columns_needed",
    "protect",
]
