"""Lay out the lanes of care episodes: times in, numbers of a drawing out. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from textwrap import wrap

WIDTH = 740
LEAST_LEFT = 96  # where the bars begin, at least; names stand before
NAME_GAP = 10
NAME_LENGTH = 26  # letters of a line; a name has two
LINE = 14
RIGHT = 706
TOP = 26  # under the hours
LANE = 34
BAR = 24
FOOT = 24
SIGN_WIDTH = 6.6  # of a letter in the bars and at the marks, on the safe side
MOST_TICKS = 7
ROOM_PER_MARK = 136

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEPS = (
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    365 * DAY,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one activity lived through; end None: it goes on."""

    activity: str
    kind: str
    start: datetime
    end: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch as a box; words are cut to what fits, "" where nothing does."""

    stretch: Stretch
    x: int
    y: int
    width: int
    words: str

    @property
    def words_x(self) -> int:
        """Return where the words begin."""
        return self.x + 8

    @property
    def words_y(self) -> int:
        """Return the line that the words stand on."""
        return self.y + 17


@dataclass(frozen=True, slots=True)
class Name:
    """A line of the name of an activity beside its first lane; long names have two."""

    words: str
    x: int  # where it ends
    y: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale."""

    at: datetime
    x: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A dashed line that means something: the first sign, or now."""

    at: datetime
    x: int
    words_x: int
    words_y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture, in units of its view box."""

    left: int  # where the bars begin
    height: int
    bottom: int  # where the lanes end
    ticks: list[Tick]
    whole_days: bool  # ticks stand a day or more apart
    names: list[Name]
    bars: list[Bar]
    first_sign: Mark | None
    now: Mark | None
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Scale:
    """From a moment to a place on the drawing."""

    start: datetime
    end: datetime
    left: int

    def x(self, at: datetime) -> int:
        """Return where a moment lies, kept inside the drawing."""
        share = (at - self.start) / (self.end - self.start)
        return round(self.left + min(1.0, max(0.0, share)) * (RIGHT - self.left))


def draw(
    stretches: Sequence[Stretch], *, first_sign: datetime | None, now: datetime, zone: tzinfo
) -> Drawing:
    """Return the drawing of the stretches, activities in the order of their first start.

    zone: where round hours are read. A stretch that goes on ends at now.
    """
    begin, end = _span(stretches, first_sign, now)
    step = next((s for s in STEPS if (end - begin) / s <= MOST_TICKS), STEPS[-1])
    left = _left(stretches)
    scale = Scale(_floor(begin, step, zone), _ceiling(end, step, zone), left)
    names, bars, rows = _place(stretches, scale, now)
    bottom = TOP + rows * LANE
    first_mark = _mark(first_sign, scale, bottom) if first_sign else None
    now_mark = _mark(now, scale, bottom) if now <= scale.end else None
    low = bool(first_mark and now_mark and abs(now_mark.x - first_mark.x) < ROOM_PER_MARK)
    if low and first_mark:
        first_mark = _mark(first_mark.at, scale, bottom, line=1)
    return Drawing(
        left=left,
        height=bottom + FOOT * (2 if low else 1),
        bottom=bottom,
        ticks=_ticks(scale, step, zone),
        whole_days=step >= DAY,
        names=names,
        bars=bars,
        first_sign=first_mark,
        now=now_mark,
    )


def _left(stretches: Sequence[Stretch]) -> int:
    """Return where the bars begin, so that the longest name has room."""
    longest = max((len(line) for s in stretches for line in _lines(s.activity)), default=0)
    return max(LEAST_LEFT, round(longest * SIGN_WIDTH) + NAME_GAP)


def _lines(name: str) -> list[str]:
    """Return a name on one line, or on two where it is long; what is left over is cut."""
    lines = wrap(name, NAME_LENGTH)
    if len(lines) <= 2:
        return lines
    return [lines[0], f"{lines[1][: NAME_LENGTH - 1]}…"]


def _name(activity: str, x: int, y: int) -> list[Name]:
    lines = _lines(activity)
    top = y - (len(lines) - 1) * LINE // 2
    return [Name(line, x, top + number * LINE) for number, line in enumerate(lines)]


def _span(
    stretches: Sequence[Stretch], first_sign: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """Return the first and last moment to show; now only while it lies near the episodes."""
    starts = [s.start for s in stretches] + ([first_sign] if first_sign else [])
    ends = [s.end or max(now, s.start) for s in stretches] or [now]
    begin = min(starts, default=now - HOUR)
    end = max([*ends, begin + 15 * MINUTE])
    near = now >= begin and now - end <= (end - begin) / 4
    return begin, max(end, now) if near else end


def _floor(at: datetime, step: timedelta, zone: tzinfo) -> datetime:
    """Return the last round hour or day of the zone that is not after the moment."""
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if step >= DAY:
        return midnight.astimezone(at.tzinfo)
    into = local.replace(tzinfo=None) - midnight.replace(tzinfo=None)
    return (midnight + into // step * step).astimezone(at.tzinfo)


def _ceiling(at: datetime, step: timedelta, zone: tzinfo) -> datetime:
    """Return the first round hour or day of the zone that is not before the moment."""
    low = _floor(at, step, zone)
    return at if low == at else _shift(low, min(step, DAY), zone)


def _shift(at: datetime, step: timedelta, zone: tzinfo) -> datetime:
    """Return the moment one step later on the clocks of the zone."""
    return (at.astimezone(zone) + step).astimezone(at.tzinfo)


def _ticks(scale: Scale, step: timedelta, zone: tzinfo) -> list[Tick]:
    ticks, at = [], scale.start
    while at <= scale.end:
        ticks.append(Tick(at.astimezone(zone), scale.x(at)))
        at = _shift(at, step, zone)
    return ticks


def _place(
    stretches: Iterable[Stretch], scale: Scale, now: datetime
) -> tuple[list[Name], list[Bar], int]:
    """Give each activity a lane, and one more for each stretch that would cover another."""
    lanes: dict[str, list[list[Stretch]]] = {}
    for stretch in sorted(stretches, key=lambda s: s.start):
        rows = lanes.setdefault(stretch.activity, [])
        free = (row for row in rows if _ends(row[-1], now) <= stretch.start)
        row = next(free, None)
        if row is None:
            rows.append([stretch])
        else:
            row.append(stretch)
    names, bars, count = [], [], 0
    for activity, rows in lanes.items():
        names += _name(activity, scale.left - NAME_GAP, TOP + count * LANE + 5 + 17)
        for row in rows:
            bars += [_bar(stretch, scale, now, TOP + count * LANE + 5) for stretch in row]
            count += 1
    return names, bars, count


def _ends(stretch: Stretch, now: datetime) -> datetime:
    return max(stretch.end or now, stretch.start)


def _bar(stretch: Stretch, scale: Scale, now: datetime, y: int) -> Bar:
    left, right = scale.x(stretch.start), scale.x(_ends(stretch, now))
    width = max(3, right - left)
    return Bar(stretch, left, y, width, _cut(stretch.words, width - 14))


def _cut(words: str, room: int) -> str:
    """Return the words, cut with an ellipsis, or nothing when three letters do not fit."""
    most = int(room / SIGN_WIDTH)
    if len(words) <= most:
        return words
    return words[: most - 1].rstrip(" ,.;:") + "…" if most >= 4 else ""


def _mark(at: datetime, scale: Scale, bottom: int, line: int = 0) -> Mark:
    x = scale.x(at)
    inside = ROOM_PER_MARK // 2
    words_x = min(max(x, inside), WIDTH - inside)
    return Mark(at, x, words_x, bottom + 16 + line * FOOT)
