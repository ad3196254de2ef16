"""Deal declarations to structures: how often each declares, behind which supplier."""

from collections.abc import Mapping
from random import Random

from vigie.demo.rules.past.card import Card, draw, evenly
from vigie.demo.rules.past.targets import BadTargets, Kinds, Targets

ATTEMPTS = 500
AT_HOME = 8.0  # how much likelier a supplier's bad day hits those it serves most
Sizes = dict[str, list[int]]


def blank(targets: Targets, dice: Random) -> list[Card]:
    """Return a card a declaration: each knows its structure, nothing else."""
    for _attempt in range(ATTEMPTS):
        sizes = _sizes(targets, dice)
        if sizes is not None:
            return [
                Card(group, rank)
                for group, found in sizes.items()
                for rank, size in enumerate(found)
                for _ in range(size)
            ]
    raise BadTargets(f"{targets.year}: the repeats do not fit the groups")


def _sizes(targets: Targets, dice: Random) -> Sizes | None:
    """Return how often each structure of each group declares; None where the throw fails."""
    more = {name: one.declarations - one.structures for name, one in targets.groups.items()}
    sizes: Sizes = {name: [] for name in targets.groups}
    for size in sorted(targets.repeats, reverse=True):
        for _ in range(targets.repeats[size]):
            fits = [name for name, extra in more.items() if extra >= size - 1]
            if not fits:
                return None
            group = dice.choices(fits, [more[name] for name in fits])[0]
            sizes[group].append(size)
            more[group] -= size - 1
    for name, one in targets.groups.items():
        sizes[name] += [1] * (one.structures - len(sizes[name]))
    return sizes if not any(more.values()) else None


def place_providers(deck: list[Card], targets: Targets, kinds: Kinds, dice: Random) -> None:
    """Mark what suppliers brought about, and share most of it out to their bad days.

    A structure meets a supplier's bad day at most once a year, so that those of an event differ.
    """
    once, often = _by_repeats(deck)
    alone = targets.structures - targets.structures_without_provider
    quota = {True: alone, False: targets.provider - alone}  # by whether it declares once
    left = {True: once, False: [cards[0] for cards in often.values()]}
    for key, size in sorted(targets.events.items(), key=lambda pair: -pair[1]):
        event = kinds.shared[key]
        for card in _members(dice, left, quota, size, event.groups):
            card.provider, card.event = True, event
    for is_once, number in quota.items():
        for card in draw(dice, left[is_once], number, evenly):
            card.provider = True


def _by_repeats(deck: list[Card]) -> tuple[list[Card], Mapping[tuple[str, int], list[Card]]]:
    """Return the cards of structures that declare once, and the others by structure."""
    found: dict[tuple[str, int], list[Card]] = {}
    for card in deck:
        found.setdefault(card.owner, []).append(card)
    once = [cards[0] for cards in found.values() if len(cards) == 1]
    return once, {owner: cards for owner, cards in found.items() if len(cards) > 1}


def _members(
    dice: Random,
    left: dict[bool, list[Card]],
    quota: dict[bool, int],
    size: int,
    groups: frozenset[str],
) -> list[Card]:
    """Take the members of an event out of what is left, within the quota of each sort."""
    whole = sum(quota.values())
    number = min(round(size * quota[True] / whole), quota[True])
    number = max(number, size - quota[False])
    members: list[Card] = []
    for is_once, many in ((True, number), (False, size - number)):
        chosen = draw(
            dice, left[is_once], many, lambda card: AT_HOME if card.group in groups else 1.0
        )
        gone = set(map(id, chosen))
        left[is_once] = [card for card in left[is_once] if id(card) not in gone]
        quota[is_once] -= many
        members += chosen
    return members
