"""Turn numbers into lengths: of bars, and of a hundred squares. Pure."""

from collections.abc import Sequence

SQUARES = 100


def lengths(numbers: Sequence[float | None]) -> list[float | None]:
    """Return each number in percent of the largest one; None stays None, nothing is below 0."""
    largest = max((one for one in numbers if one is not None), default=0)
    if largest <= 0:
        return [None if one is None else 0.0 for one in numbers]
    return [None if one is None else max(0.0, 100 * (one / largest)) for one in numbers]


def squares(numbers: Sequence[float | None]) -> list[int]:
    """Return how many of a hundred squares each number takes of their sum; none where it is 0.

    Hamilton's method (largest remainders): the squares are a hundred exactly. What is not nothing
    but too small for a square gets one, taken from the largest: it must be seen.
    """
    known = [one or 0 for one in numbers]
    whole = sum(known)
    if whole <= 0:
        return [0] * len(known)
    exact = [SQUARES * one / whole for one in known]
    shares = [int(one) for one in exact]
    rest = SQUARES - sum(shares)
    for place in sorted(range(len(exact)), key=lambda at: (shares[at] - exact[at], at))[:rest]:
        shares[place] += 1
    for place, one in enumerate(known):
        if one > 0 and not shares[place]:
            shares[place] += 1
            shares[shares.index(max(shares))] -= 1
    return shares
