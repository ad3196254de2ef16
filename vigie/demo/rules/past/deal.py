"""Deal the marks of a year out to its declarations: each coherent, all adding up."""

from random import Random

from vigie.demo.rules.past.card import Card, draw, evenly
from vigie.demo.rules.past.causes import give_causes
from vigie.demo.rules.past.effects import give_data, give_effects, give_lengths
from vigie.demo.rules.past.structures import blank, place_providers
from vigie.demo.rules.past.targets import Kinds, Targets


def cards(targets: Targets, kinds: Kinds, dice: Random) -> list[Card]:
    """Return the declarations of a year. The same dice deal the same. Raises BadTargets."""
    deck = blank(targets, dice)
    place_providers(deck, targets, kinds, dice)
    give_causes(deck, targets, kinds, dice)
    give_effects(deck, targets, kinds, dice)
    give_data(deck, targets, kinds, dice)
    give_lengths(deck, targets, dice)
    _ask_support(deck, targets, dice)
    _find(deck, targets, dice)
    dice.shuffle(deck)
    return deck


def weight_of(card: Card) -> float:
    """Return how grave a declaration is, about: 1 for the lightest."""
    found = 1.0 + 3 * (card.impact == "degraded") + 3 * card.interrupted
    found += {"proven": 6.0, "potential": 3.0}.get(card.endangerment, 0.0)
    return found + {"domain_controller": 9.0, "several_servers": 7.0}.get(card.extent, 0.0)


def _ask_support(deck: list[Card], targets: Targets, dice: Random) -> None:
    """Let so many structures ask for support, and the CERT confirm the gravest as major."""
    gravest: dict[tuple[str, int], Card] = {}
    for card in sorted(deck, key=weight_of):
        gravest[card.owner] = card
    asking = draw(dice, list(gravest.values()), targets.support_structures, weight_of)
    owners = {card.owner for card in asking}
    asked = set(map(id, asking))
    others = [card for card in deck if card.owner in owners and id(card) not in asked]
    for card in asking + draw(dice, others, targets.support - len(asking), weight_of):
        card.support = True
    for card in draw(dice, deck, targets.major, lambda one: weight_of(one) ** 4):
        card.major = True


def _find(deck: list[Card], targets: Targets, dice: Random) -> None:
    """Say who saw it, whether before it hurt, and how soon it was declared."""
    for card in draw(dice, deck, targets.before_impact, _early):
        card.before_impact = True
    for card in draw(dice, deck, targets.staff, lambda one: 0.3 if one.before_impact else 1.0):
        card.staff = True
    soon = draw(dice, deck, targets.same_day + targets.within_a_day, evenly)
    for rank, card in enumerate(soon):
        card.delay = "same_day" if rank < targets.same_day else "within_a_day"


def _early(card: Card) -> float:
    """Weigh how likely a declaration was seen before it hurt: never where it did."""
    if card.impact != "none" or card.endangerment != "none":
        return 0.0
    return 0.15 if card.data else 1.0
