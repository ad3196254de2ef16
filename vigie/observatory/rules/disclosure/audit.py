"""Work out how closely a reader can find each hidden number, by linear programming.

The reader is supposed to know every number that is shown, every sum, that a part is no more than
its whole, and even by how much events and structures that lie in several rows exceed their sum.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor

from vigie.observatory.rules.disclosure.cells import (
    BY_REGION,
    EVENTS,
    HARMLESS_GAPS,
    WITHOUT_PROVIDER,
    Block,
    Number,
    Spot,
)
from vigie.observatory.rules.disclosure.solver import Constraint, Maximise, maximiser
from vigie.observatory.rules.indicators import FEWEST_STRUCTURES

WIDE = FEWEST_STRUCTURES  # how far from each other two values must be that fit as well
CLOSE = 1e-6  # what the solver takes for the same
Hidden = frozenset[Spot]
NOBODY: Hidden = frozenset()


@dataclass(frozen=True, slots=True)
class Target:
    """A hidden number; with a whole, what the whole holds more than that number."""

    spot: Spot
    whole: Spot | None = None


@dataclass(frozen=True, slots=True)
class Narrow:
    """A target that can be found too closely. width: 0 when exactly."""

    target: Target
    width: int


def narrow(block: Block, hidden: Hidden, known: Hidden = NOBODY) -> list[Narrow]:
    """Return what can be found too closely, the closest first.

    known: hidden numbers that the reader is supposed to know all the same; they are not judged.
    """
    system = System(block, hidden, known)
    widths = [Narrow(target, system.width(target)) for target in system.targets]
    found = [one for one in widths if one.width < WIDE]
    return sorted(found, key=lambda one: (one.width, one.target.spot))


class System:
    """What the reader knows of the hidden numbers of a block.

    known: hidden numbers that the reader is supposed to know all the same; they are not judged.
    """

    def __init__(self, block: Block, hidden: Hidden, known: Hidden) -> None:
        self.values = block.values
        self.block = block
        self.hidden = [spot for spot in sorted(hidden) if spot in block.values]
        self.known = known
        self.columns = {spot: number for number, spot in enumerate(self.hidden)}
        self.seen_far: set[Target] = set()  # a solution lies far enough from the truth

    def is_told(self, spot: Spot) -> bool:
        """Return whether the reader knows a number."""
        return spot not in self.columns or spot in self.known

    @cached_property
    def targets(self) -> list[Target]:
        """Return what must not be found: hidden numbers, and small gaps between two of them."""
        found = []
        for spot in self.hidden:
            if spot not in self.known:
                found.append(Target(spot))
                found += [
                    Target(spot, whole) for whole in self.wholes(spot) if self._hides(spot, whole)
                ]
        return found

    def _hides(self, spot: Spot, whole: Spot) -> bool:
        """Return whether what a whole holds more tells of few, and both are hidden."""
        gap = (spot.number, whole.number)
        few = 0 < self.block.gaps[gap, spot.row] < FEWEST_STRUCTURES
        return few and gap not in HARMLESS_GAPS and not self.is_told(whole)

    def wholes(self, spot: Spot) -> list[Spot]:
        """Return the numbers of its row of which one is a part."""
        return [Spot(number, spot.row) for number in self.block.wholes(spot.number)]

    def width(self, target: Target) -> int:
        """Return how far two values lie from each other that fit; WIDE stands for more too."""
        most = self._extreme(target, 1)
        if target in self.seen_far:
            return WIDE
        least = self._extreme(target, -1)
        return WIDE if target in self.seen_far else floor(most + CLOSE) - ceil(least - CLOSE)

    def _extreme(self, target: Target, sense: int) -> float:
        """Return the largest (1) or smallest (-1) value that fits."""
        if target in self.seen_far:
            return 0
        solution = self._maximise(self._weights(target, sense))
        for other in self.targets:
            off = self._value(other, solution) - self._value(other)
            if abs(off) >= WIDE - CLOSE:
                self.seen_far.add(other)
        return self._value(target, solution)

    def _value(self, target: Target, solution: list[float] | None = None) -> float:
        """Return what a target is in a solution, or in truth."""

        def of(spot: Spot) -> float:
            return self.values[spot] if solution is None else solution[self.columns[spot]]

        return of(target.whole) - of(target.spot) if target.whole else of(target.spot)

    def _weights(self, target: Target, sense: int) -> dict[int, float]:
        if target.whole is None:
            return {self.columns[target.spot]: sense}
        return {self.columns[target.whole]: sense, self.columns[target.spot]: -sense}

    @cached_property
    def _maximise(self) -> Maximise:
        limits = [self._limits(spot) for spot in self.hidden]
        return maximiser(
            [low for low, _ in limits],
            [high for _, high in limits],
            [*self._sums(), *self._parts()],
        )

    def _limits(self, spot: Spot) -> tuple[float, float]:
        """Return between what a number lies whatever the others are."""
        if spot in self.known:
            return self.values[spot], self.values[spot]
        told = [self.values[whole] for whole in self.wholes(spot) if self.is_told(whole)]
        return self._least(spot), min(told, default=self.block.nation[spot.number])

    def _least(self, spot: Spot) -> int:
        """Return 1 where something was declared for sure: then there is an event, a structure."""
        if spot.number not in EVENTS | BY_REGION:
            return 0
        without = spot.number in WITHOUT_PROVIDER
        declared = Spot(Number.WITHOUT if without else Number.DECLARATIONS, spot.row)
        return int(self.is_told(declared) and self.values[declared] > 0)

    def _sums(self) -> Iterator[Constraint]:
        """Give what the hidden numbers of a kind add up to: the nation's less those shown."""
        for number in self.block.numbers:
            line = [s for s in self.hidden if s.number is number and s.row in self.block.parts]
            if line:
                total = sum(self.values[spot] for spot in line)
                yield Constraint({self.columns[spot]: 1 for spot in line}, total, total)

    def _parts(self) -> Iterator[Constraint]:
        """Give that a part is no more than its whole, where both are hidden."""
        for spot in self.hidden:
            for whole in self.wholes(spot):
                if whole in self.columns:
                    yield Constraint({self.columns[whole]: 1, self.columns[spot]: -1}, 0, None)
