"""Say of each declaration whether someone meant it, what it was, how far a ransomware went."""

from random import Random

from vigie.demo.rules.past.card import Card, draw, evenly
from vigie.demo.rules.past.targets import BadTargets, Kinds, Targets
from vigie.incidents.rules.projection import RANSOMWARE
from vigie.incidents.rules.words import Extent, Origin
from vigie.reference import catalogue


def give_causes(deck: list[Card], targets: Targets, kinds: Kinds, dice: Random) -> None:
    """Fill origin, category and extent. Raises BadTargets."""
    for card in deck:
        if card.event:
            _name(card, card.event.category)
    behind = [card for card in deck if card.provider and not card.event]
    for card in draw(dice, behind, targets.extents.get(Extent.PROVIDER, 0), evenly):
        _name(card, RANSOMWARE)
        card.extent = Extent.PROVIDER
    left = [card for card in deck if not card.category]
    dice.shuffle(left)
    for origin, number in _numbers(deck, targets).items():
        taken, left = left[:number], left[number:]
        codes = _codes(origin, number, deck, targets, kinds, dice)
        for card, code in zip(taken, codes, strict=True):
            _name(card, code)
    _extend(deck, targets, dice)


def _name(card: Card, code: str) -> None:
    card.category = code
    card.origin = Origin(catalogue.incident_categories()[code].origin)


def _numbers(deck: list[Card], targets: Targets) -> dict[Origin, int]:
    """Return how many cards without a category are still of each origin."""
    wanted = {Origin.MALICIOUS: targets.malicious, Origin.UNDETERMINED: targets.undetermined}
    wanted[Origin.NON_MALICIOUS] = targets.declarations - sum(wanted.values())
    for card in deck:
        if card.category:
            wanted[card.origin] -= 1
    if min(wanted.values()) < 0:
        raise BadTargets(f"{targets.year}: shared causes exceed an origin")
    return wanted


def _codes(
    origin: Origin, number: int, deck: list[Card], targets: Targets, kinds: Kinds, dice: Random
) -> list[str]:
    """Return the categories of so many cards of an origin: those set first, then by chance."""
    named = [c.code for c in catalogue.incident_categories().values() if c.origin == origin]
    codes: list[str] = []
    for code in named:
        there = sum(card.category == code for card in deck)
        more = targets.categories.get(code, there) - there
        if more < 0:
            raise BadTargets(f"{targets.year}: too many of {code}")
        codes += [code] * more
    free = [code for code in named if code not in targets.categories]
    if len(codes) > number:
        raise BadTargets(f"{targets.year}: more categories than {origin} ones")
    codes += dice.choices(free, [kinds.by_code[code].often for code in free], k=number - len(codes))
    dice.shuffle(codes)
    return codes


def _extend(deck: list[Card], targets: Targets, dice: Random) -> None:
    here = [card for card in deck if card.category == RANSOMWARE and not card.extent]
    dice.shuffle(here)
    extents = [
        extent
        for extent, number in targets.extents.items()
        if extent != Extent.PROVIDER
        for _ in range(number)
    ]
    for card, extent in zip(here, extents, strict=True):
        card.extent = extent
