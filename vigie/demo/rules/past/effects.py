"""Say of each declaration what it did: to the structure, to patients, to data, for how long."""

from collections.abc import Callable
from functools import partial
from math import exp, log
from random import Random

from vigie.demo.rules.past.card import Card, draw, evenly
from vigie.demo.rules.past.targets import Kinds, Targets

DEEP = {"several_servers": 5.0, "domain_controller": 9.0, "one_server": 2.0, "workstation": 0.4}
LENGTH_KNOWN = 0.86  # of the degraded modes
SPREAD = 1.15  # of the lengths, as the standard deviation of their logarithm
SHORTEST, LONGEST = 0.5, 24 * 45  # hours
BARE = 40.0  # how much likelier an effect meets a declaration whose data has none yet
OUTSIDE = 0.2  # of the endangerments came without degraded mode, where nobody tells


def give_effects(deck: list[Card], targets: Targets, kinds: Kinds, dice: Random) -> None:
    """Fill the effects on the structure and on patients. Raises BadTargets."""

    def on_paper(card: Card) -> float:
        found = kinds.by_code[card.category].degraded * DEEP.get(card.extent, 1.0)
        return found * (card.event.on_paper if card.event else 1.0)

    degraded = draw(dice, deck, targets.degraded, on_paper)
    for card in degraded:
        card.impact = "degraded"
    spared = [card for card in deck if card.impact != "degraded"]
    for card in draw(dice, spared, targets.no_impact, _by(kinds, "quiet")):
        card.impact = "none"
    for card in draw(dice, degraded, targets.interrupted, on_paper):
        card.interrupted = True
    _endanger(deck, targets, kinds, dice)


def _by(kinds: Kinds, name: str) -> Callable[[Card], float]:
    """Return the weight of a card that its category gives under a name."""
    return lambda card: float(getattr(kinds.by_code[card.category], name))


def _endanger(deck: list[Card], targets: Targets, kinds: Kinds, dice: Random) -> None:
    """Nobody is in danger where nothing was touched: degraded modes first, then other effects."""
    degraded = [card for card in deck if card.impact == "degraded"]
    others = [card for card in deck if card.impact == "other"]
    outside = round(targets.endangered * OUTSIDE)
    if targets.care is not None:
        outside = targets.care - targets.degraded
    danger = _by(kinds, "danger")
    inside = draw(
        dice,
        degraded,
        targets.endangered - outside,
        lambda card: danger(card) * (3.0 if card.interrupted else 1.0),
    )
    for card in inside + draw(dice, others, outside, danger):
        card.endangerment = "potential"
    for card in draw(dice, inside, targets.proven, lambda one: 5.0 if one.interrupted else 1.0):
        card.endangerment = "proven"


def give_data(deck: list[Card], targets: Targets, kinds: Kinds, dice: Random) -> None:
    """Fill the effects on data: so many declarations touched, so many by each effect."""

    def any_effect(card: Card) -> float:
        found = sum(kinds.by_code[card.category].data.values())
        return found * (2.0 if card.impact == "degraded" else 1.0)

    touched = draw(dice, deck, targets.data, any_effect)
    # The likeliest for something else than unavailability take it first; the rest must have that.
    out_of_reach = set(
        map(
            id,
            draw(dice, touched, targets.unavailable, partial(_data_weight, kinds, "unavailable")),
        )
    )
    plain = [card for card in touched if id(card) not in out_of_reach]
    for name, number, bare in (
        ("disclosed", targets.disclosed, BARE),
        ("accessed", targets.accessed, BARE),
        ("altered", targets.altered, BARE**4),  # the last: none of them may be left over
    ):
        weight = partial(_data_weight, kinds, name)
        for card in _spread(dice, touched, plain, number, weight, bare):
            card.data.append(name)
        plain = [card for card in plain if not card.data]
    for card in touched:
        if id(card) in out_of_reach:
            card.data.insert(0, "unavailable")
            if _data_weight(kinds, "lost", card) > dice.random() * 12:
                card.data.append("lost")
    for card in plain:  # nothing was set for them: what they had was lost for good
        card.data.append("lost")


def _data_weight(kinds: Kinds, name: str, card: Card) -> float:
    return kinds.by_code[card.category].data.get(name, 0.0)


def _spread(
    dice: Random,
    touched: list[Card],
    plain: list[Card],
    number: int,
    weight: Callable[[Card], float],
    bare: float,
) -> list[Card]:
    """Draw among the touched without disclosure yet; bare: how much likelier without any effect."""
    without = set(map(id, plain))
    free = [card for card in touched if "disclosed" not in card.data]
    return draw(
        dice, free, number, lambda c: (weight(c) + 0.1) * (bare if id(c) in without else 1.0)
    )


def give_lengths(deck: list[Card], targets: Targets, dice: Random) -> None:
    """Say how long each degraded mode lasted; of some nobody knows."""
    degraded = [card for card in deck if card.impact == "degraded"]
    for card in draw(dice, degraded, round(len(degraded) * LENGTH_KNOWN), evenly):
        middle = log(targets.length_hours * max(1.0, DEEP.get(card.extent, 1.0)))
        hours = exp(dice.gauss(middle, SPREAD)) * (1.4 if card.interrupted else 0.9)
        card.hours = min(max(hours, SHORTEST), LONGEST)
