"""The largest value of a sum under linear constraints: HiGHS, loaded when it is first needed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Maximise = Callable[[Mapping[int, float]], list[float]]


class Contradiction(ArithmeticError):  # noqa: N818 - reads as a sentence where it is raised
    """The constraints cannot all hold: what is published contradicts itself."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A weighted sum of columns lies between two values; high None: no upper limit."""

    weights: Mapping[int, float]
    low: float
    high: float | None


def maximiser(
    low: Iterable[float], high: Iterable[float], constraints: Iterable[Constraint]
) -> Maximise:
    """Return a function from the weights of a sum to values of the columns that make it largest.

    low, high: limits of each column. The function raises Contradiction when nothing fits.
    """
    import highspy  # noqa: PLC0415 - 30 MB that only who prepares a publication needs

    model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    for least, most in zip(low, high, strict=True):
        model.addVar(least, most)
    for one in constraints:
        columns, weights = list(one.weights), list(one.weights.values())
        most = highspy.kHighsInf if one.high is None else one.high
        model.addRow(one.low, most, len(columns), columns, weights)
    model.changeObjectiveSense(highspy.ObjSense.kMaximize)
    before: list[int] = []

    def maximise(sum_: Mapping[int, float]) -> list[float]:
        for column in before:
            model.changeColCost(column, 0.0)
        before[:] = sum_
        for column, weight in sum_.items():
            model.changeColCost(column, weight)
        model.run()
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Contradiction(model.modelStatusToString(model.getModelStatus()))
        return list(model.getSolution().col_value)

    return maximise
