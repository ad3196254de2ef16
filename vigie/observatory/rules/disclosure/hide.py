"""Choose which numbers to hide, so that none of those that rest on few structures is found."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property

from vigie.kernel.partial import gettext_noop as _
from vigie.observatory.rules.disclosure.audit import (
    NOBODY,
    WIDE,
    Hidden,
    Narrow,
    System,
    Target,
    narrow,
)
from vigie.observatory.rules.disclosure.cells import HARMLESS_GAPS, HIDDEN_WITH, WHOLES, Block, Spot
from vigie.observatory.rules.indicators import FEWEST_STRUCTURES


class Reason(StrEnum):
    """Why a number is hidden: for the officer alone. A sentence to translate."""

    SMALL = _("Repose sur moins de cinq structures.")
    GAP = _("Un écart avec un autre chiffre publié reposerait sur moins de cinq structures.")
    KEPT = _("Masqué dans une publication précédente de la même année.")
    COVER = _("Protège un autre chiffre masqué, qui se déduirait par soustraction.")


Why = dict[Spot, Reason]


def hidden(axes: Sequence[Block], before: Hidden = NOBODY, *, secondary: bool = True) -> Why:
    """Return what to hide in one table, the same on all its axes, with the reason of each.

    before: what an earlier publication of the year hid, which stays hidden. What is hidden anew
    must hold even for a reader who takes what was hidden then for unchanged.
    secondary: whether numbers are hidden to cover others; without it they can be found.
    """
    why: Why = {}
    for block in axes:
        _add(block, why, {spot: Reason.SMALL for spot in block.values if block.is_small(spot)})
    for block in axes:
        _add(block, why, dict.fromkeys(_beside_small_gaps(block, why), Reason.GAP))
    _add_all(axes, why, dict.fromkeys(before, Reason.KEPT))
    if secondary:
        _cover(axes, why, NOBODY)
        _cover(axes, why, before & frozenset(why))
    return why


def _beside_small_gaps(block: Block, why: Mapping[Spot, Reason]) -> Iterable[Spot]:
    """Give the parts that, beside their whole, would tell of few structures."""
    for (gap, row), few in block.gaps.items():
        part, whole = gap
        both_shown = Spot(part, row) not in why and Spot(whole, row) not in why
        if both_shown and gap not in HARMLESS_GAPS and 0 < few < FEWEST_STRUCTURES:
            yield Spot(part, row)


def _add_all(axes: Iterable[Block], why: Why, wanted: Mapping[Spot, Reason]) -> None:
    for block in axes:
        _add(block, why, {spot: reason for spot, reason in wanted.items() if spot in block.values})


def _add(block: Block, why: Why, wanted: Mapping[Spot, Reason]) -> None:
    """Hide numbers, and with each those of its row that would tell about it."""
    for spot, reason in wanted.items():
        why.setdefault(spot, reason)
    for spot in wanted:
        others = [Spot(number, spot.row) for number in HIDDEN_WITH.get(spot.number, ())]
        why.update({o: Reason.COVER for o in others if o in block.values and o not in why})


def _cover(axes: Sequence[Block], why: Why, known: Hidden) -> None:
    """Hide more until nothing is found too closely, or nothing helps any more.

    What is hidden on one axis is hidden on the others, and has to be covered there too.
    """
    searches = [_Search(block, known) for block in axes]
    before = -1
    while before < len(why):
        before = len(why)
        for search in searches:
            while (spot := search.next_cover(why)) is not None:
                _add_all(axes, why, {spot: Reason.COVER})


class _Search:
    """The search for covers on one axis."""

    def __init__(self, block: Block, known: Hidden) -> None:
        self.block = block
        self.known = known
        self.hopeless: set[Target] = set()

    def next_cover(self, why: Why) -> Spot | None:
        """Return what to hide next, None where nothing is found too closely or nothing helps."""
        for found in narrow(self.block, frozenset(why), self.known):
            if found.target in self.hopeless:
                continue
            if found.width < self._at_best(found.target):
                spot = _best_cover(self.block, why, self.known, found)
                if spot is not None:
                    return spot
            self.hopeless.add(found.target)
        return None

    def _at_best(self, target: Target) -> int:
        """Return how far apart values would fit a target if the whole table were hidden."""
        return self._everything.width(target)

    @cached_property
    def _everything(self) -> System:
        return System(self.block, frozenset(self.block.values), self.known)


def _best_cover(block: Block, why: Why, known: Hidden, found: Narrow) -> Spot | None:
    """Return what to hide next: in another row, on the fewest structures that are enough.

    Where none of those helps, whatever widens most what fits the target, but for how much was
    declared in its own row; None: nothing does.
    """
    spot = found.target.spot
    others = [Spot(spot.number, row) for row in sorted(block.parts)]
    shown = [one for one in others if one not in why] if spot.row in block.parts else []
    helps = {one: _help(block, why, found.target, one) for one in shown}
    enough = [one for one in shown if helps[one] >= WIDE - found.width]
    if enough:
        return min(enough, key=lambda one: block.behind[one])
    best = max(helps.values(), default=0)
    if best:
        return min((one for one in shown if helps[one] == best), key=lambda one: block.behind[one])
    beside = [Spot(number, spot.row) for number in block.numbers if WHOLES[number]]
    return _tried(block, why, known, found, [*shown, *(one for one in beside if one not in why)])


def _tried(
    block: Block, why: Why, known: Hidden, found: Narrow, options: Iterable[Spot]
) -> Spot | None:
    """Return the option that widens most what fits a target, None where none does."""
    widths = {}
    for option in options:
        then = dict(why)
        _add(block, then, {option: Reason.COVER})
        widths[option] = System(block, frozenset(then), known).width(found.target)
    best = max(widths.values(), default=0)
    if best <= found.width:
        return None
    return min((one for one in widths if widths[one] == best), key=lambda one: block.behind[one])


def _help(block: Block, why: Why, target: Target, other: Spot) -> int:
    """Return by how much hiding a number of another row would widen what fits a target."""
    value = block.values[other]
    if target.whole is not None:
        return block.values[Spot(target.whole.number, other.row)] - value
    told = [w for w in block.wholes(other.number) if Spot(w, target.spot.row) not in why]
    return min([value, *(block.values[Spot(whole, other.row)] - value for whole in told)])
