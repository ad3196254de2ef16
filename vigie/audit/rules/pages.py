"""Page through the journal by the last entry seen, never by counting. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LARGEST = 2**63 - 1


class BadCursor(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A text is no place in the journal."""


@dataclass(frozen=True)
class Cursor:
    """The place after one entry, from the newest to the oldest."""

    happened_at: datetime
    entry: int

    def __str__(self) -> str:
        return f"{(self.happened_at - EPOCH) // MICROSECOND}.{self.entry}"


def read_cursor(text: str) -> Cursor:
    """Return the place that a text names. Raises BadCursor when it names none."""
    moment, _, entry = text.partition(".")
    try:
        if not 0 <= int(entry) <= LARGEST:
            raise BadCursor(text[:40])
        return Cursor(EPOCH + int(moment) * MICROSECOND, int(entry))
    except (ValueError, OverflowError) as reason:
        raise BadCursor(text[:40]) from reason
