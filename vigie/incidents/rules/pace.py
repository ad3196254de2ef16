"""How fast and how loaded the desk is: bands of age, medians. Pure."""

from collections.abc import Sequence
from datetime import timedelta

# From the youngest to the oldest; the last band has no end.
BANDS: tuple[timedelta | None, ...] = (
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
    None,
)


def quantile(values: Sequence[timedelta], share: float) -> timedelta | None:
    """Return the value that a share of them do not exceed, None without values.

    share: between 0 and 1; nearest rank, so that the answer is one of the values.
    """
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -int(-share * len(ordered) // 1))
    return ordered[min(rank, len(ordered)) - 1]
