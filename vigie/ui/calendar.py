"""Lay out a week of who is there: times in, numbers of a drawing out. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

WIDTH = 1180
LEFT = 118  # where the days begin; the names of the rows stand before
RIGHT = WIDTH - 6
TOP = 30  # under the names of the days
ROW = 52
BAR = 42
FOOT = 10
SIGN = 7.2  # width of a letter, on the safe side
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in a row. kind: what it looks like. row None: across all rows."""

    start: datetime
    end: datetime
    kind: str
    words: str
    more: str = ""
    title: str = ""
    url: str = ""
    row: int | None = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A span as a box; words are cut to what fits, "" where nothing does."""

    span: Span
    x: int
    y: int
    width: int
    height: int
    words: str
    more: str

    @property
    def words_x(self) -> int:
        """Return where the words begin."""
        return self.x + 7

    @property
    def words_y(self) -> int:
        """Return the line of the first words; alone, they stand in the middle."""
        return self.y + (18 if self.more else self.height // 2 + 5)

    @property
    def more_y(self) -> int:
        """Return the line of the second words."""
        return self.y + 34


@dataclass(frozen=True, slots=True)
class Column:
    """A day: where it begins, and where its name stands."""

    at: datetime
    x: int
    width: int
    is_today: bool

    @property
    def middle(self) -> int:
        """Return where the middle of its name stands."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a row beside it."""

    words: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Week:
    """The whole picture, in units of its view box."""

    height: int
    bottom: int
    columns: list[Column]
    names: list[Name]
    boxes: list[Box]
    now_x: int | None
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP


def draw_week(
    rows: Sequence[str],
    spans: Sequence[Span],
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    zone: tzinfo,
) -> Week:
    """Return the drawing of the spans between two midnights of the zone, one column a day."""
    bottom = TOP + len(rows) * ROW

    def x(at: datetime) -> int:
        share = (at - start) / (end - start)
        return round(LEFT + min(1.0, max(0.0, share)) * (RIGHT - LEFT))

    return Week(
        height=bottom + FOOT,
        bottom=bottom,
        columns=_columns(start, end, now, zone, x),
        names=[Name(name, LEFT - 12, TOP + n * ROW + ROW // 2 + 5) for n, name in enumerate(rows)],
        boxes=[_box(span, x(span.start), x(span.end), len(rows)) for span in spans],
        now_x=x(now) if start <= now < end else None,
    )


def _columns(
    start: datetime, end: datetime, now: datetime, zone: tzinfo, x: Callable[[datetime], int]
) -> list[Column]:
    today, columns, at = now.astimezone(zone).date(), [], start.astimezone(zone)
    while at < end:
        # By the clock: the day on which it changes is an hour longer or shorter.
        after = at + DAY
        columns.append(Column(at, x(at), x(after) - x(at), at.date() == today))
        at = after
    return columns


def _box(span: Span, left: int, right: int, rows: int) -> Box:
    width = max(3, right - left - 2)
    inset = (ROW - BAR) // 2
    whole = span.row is None
    return Box(
        span=span,
        x=left + 1,
        y=TOP + inset + (0 if span.row is None else span.row * ROW),
        width=width,
        height=rows * ROW - 2 * inset if whole else BAR,
        words=cut(span.words, width - 12),
        more=cut(span.more, width - 12),
    )


def cut(words: str, room: int) -> str:
    """Return the words, cut with an ellipsis, or nothing when three letters do not fit."""
    most = int(room / SIGN)
    if len(words) <= most:
        return words
    return words[: most - 1].rstrip(" ,.;:") + "…" if most >= 4 else ""
