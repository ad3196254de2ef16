"""Deal what past years add up to out to single declarations. Pure and repeatable."""

from vigie.demo.rules.past.card import Card
from vigie.demo.rules.past.deal import cards
from vigie.demo.rules.past.targets import BadTargets, Kinds, Targets, kinds_of, years_of
from vigie.demo.rules.past.telling import Told, tell

__all__ = [
    "BadTargets",
    "Card",
    "Kinds",
    "Targets",
    "Told",
    "cards",
    "kinds_of",
    "tell",
    "years_of",
]
