"""One declaration to be told, and how marks are dealt among many."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from vigie.demo.rules.past.targets import BadTargets, Shared
from vigie.incidents.rules.words import Origin

LEAST = 1e-9


@dataclass(eq=False, slots=True)
class Card:
    """One declaration, filled mark by mark. structure: its rank in the group."""

    group: str
    structure: int
    provider: bool = False
    event: Shared | None = None
    origin: Origin = Origin.UNDETERMINED
    category: str = ""
    extent: str = ""
    impact: str = "other"
    interrupted: bool = False
    endangerment: str = "none"
    data: list[str] = field(default_factory=list)
    support: bool = False
    major: bool = False
    before_impact: bool = False
    staff: bool = False
    delay: str = "later"
    hours: float | None = None  # in degraded mode, None where nobody knows
    starts_at: datetime | None = None  # of its shared cause

    @property
    def owner(self) -> tuple[str, int]:
        """Return which structure declares."""
        return self.group, self.structure


def draw(
    dice: Random, among: Collection[Card], number: int, weight: Callable[[Card], float]
) -> list[Card]:
    """Return so many cards, each once, the heavier the likelier. Raises BadTargets.

    What weighs nothing is drawn only when nothing else is left.
    Source: Efraimidis and Spirakis, weighted random sampling with a reservoir (2006).
    """
    if number < 0 or number > len(among):
        raise BadTargets(f"{number} of {len(among)} cards")
    keyed = [(dice.random() ** (1 / max(weight(one), LEAST)), i) for i, one in enumerate(among)]
    every = list(among)
    return [every[i] for _key, i in sorted(keyed, reverse=True)[:number]]


def evenly(_card: Card) -> float:
    """Weigh every card alike."""
    return 1.0
