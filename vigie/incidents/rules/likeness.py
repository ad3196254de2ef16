"""Which files may share one cause: the same supplier, something rare in common, the same week."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

GAP = timedelta(days=14)  # two files of one supplier further apart are two causes
ENOUGH_OF_A_WEEK = 3  # files of one category in a week that are worth a look
MOST_COMMON = 25  # files; what more of them share is everybody's
MOST_OFFERED = 20
# Categories that say what something is not; they bring nothing together.
VAGUE = frozenset({"", "undetermined", "other_malicious", "other_non_malicious"})


class Basis(StrEnum):
    """Why files are offered together, the strongest first."""

    SUPPLIER = "supplier"
    OBSERVABLES = "observables"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open file in no event. observables: those that link files, by number."""

    pk: int
    day: date  # of the declaration, where the nation counts
    category: str = ""
    supplier: int | None = None
    observables: frozenset[int] = frozenset()

    @property
    def week(self) -> tuple[int, int]:
        """Return the ISO year and week of the declaration."""
        return self.day.isocalendar()[:2]


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """An event that files may still join. last: the day of its newest declaration."""

    pk: int
    last: date
    supplier: int | None = None
    observables: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Likely:
    """Files that may share one cause, by number, and why.

    of: the supplier or the week and category that they share. shared: the observables.
    event: the open event that they would join, None for a new one.
    """

    basis: Basis
    members: tuple[int, ...]
    of: str = ""
    shared: frozenset[int] = frozenset()
    event: int | None = None

    @property
    def key(self) -> str:
        """Return what it rests on, such as "supplier:12": what is set aside is known by it."""
        into = f">{self.event}" if self.event else ""
        return f"{self.basis}:{self.of}{into}" if self.of else f"{self.basis}{into}"


SetAside = dict[str, list[frozenset[int]]]  # by Likely.key: the members that were set aside


def likely_groups(
    candidates: Sequence[Candidate], events: Sequence[OpenEvent], set_aside: SetAside
) -> list[Likely]:
    """Return the groups to offer, the strongest first; each file stands in one at most.

    A group that was set aside is offered again only with a file that it did not hold then.
    """
    found: list[Likely] = []
    left = sorted(candidates, key=lambda one: (one.day, one.pk))
    for look in (_by_supplier, _by_observables, _by_week):
        fresh = [likely for likely in look(left, events) if not _was_set_aside(likely, set_aside)]
        taken = {pk for likely in fresh for pk in likely.members}
        left = [one for one in left if one.pk not in taken]
        found += sorted(fresh, key=lambda likely: (-len(likely.members), likely.members))
    return found[:MOST_OFFERED]


def _was_set_aside(likely: Likely, set_aside: SetAside) -> bool:
    members = frozenset(likely.members)
    return any(members <= before for before in set_aside.get(likely.key, ()))


def _by_supplier(left: Sequence[Candidate], events: Sequence[OpenEvent]) -> Iterator[Likely]:
    behind: dict[int, list[Candidate]] = defaultdict(list)
    for one in left:
        if one.supplier is not None:
            behind[one.supplier].append(one)
    open_of = {event.supplier: event for event in reversed(events) if event.supplier is not None}
    for supplier, files in behind.items():
        event = open_of.get(supplier)
        joining = [one for one in files if event and abs(one.day - event.last) <= GAP]
        if event and joining:
            yield Likely(Basis.SUPPLIER, _pks(joining), str(supplier), event=event.pk)
        for run in _runs([one for one in files if one not in joining]):
            if len(run) > 1:
                yield Likely(Basis.SUPPLIER, _pks(run), str(supplier))


def _runs(files: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """Yield files in the order of their days, cut where nothing came for longer than GAP."""
    run: list[Candidate] = []
    for one in files:
        if run and one.day - run[-1].day > GAP:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _by_observables(left: Sequence[Candidate], events: Sequence[OpenEvent]) -> Iterator[Likely]:
    holders: dict[int, list[Candidate]] = defaultdict(list)
    for one in left:
        for observable in one.observables:
            holders[observable].append(one)
    known = {seen: event.pk for event in reversed(events) for seen in event.observables}
    rare = {seen: files for seen, files in holders.items() if len(files) <= MOST_COMMON}
    for members, shared in _connected(rare, known):
        event = min((known[seen] for seen in shared if seen in known), default=None)
        if len(members) > 1 or event is not None:
            yield Likely(Basis.OBSERVABLES, _pks(members), shared=frozenset(shared), event=event)


def _connected(
    holders: dict[int, list[Candidate]], known: dict[int, int]
) -> Iterator[tuple[list[Candidate], set[int]]]:
    """Yield the files that hang together through what they share, and what that is."""
    waiting = {one.pk: one for files in holders.values() for one in files}
    while waiting:
        _pk, first = waiting.popitem()
        members, shared, ahead = [first], set(), [first]
        while ahead:
            for seen in ahead.pop().observables & holders.keys():
                near = [one for one in holders[seen] if one.pk in waiting]
                if len(holders[seen]) > 1 or seen in known:
                    shared.add(seen)
                for one in near:
                    del waiting[one.pk]
                members += near
                ahead += near
        yield members, shared


def _by_week(left: Sequence[Candidate], _events: Sequence[OpenEvent]) -> Iterator[Likely]:
    alike: dict[tuple[tuple[int, int], str], list[Candidate]] = defaultdict(list)
    for one in left:
        if one.category not in VAGUE:
            alike[one.week, one.category].append(one)
    for ((year, week), category), files in alike.items():
        if len(files) >= ENOUGH_OF_A_WEEK:
            yield Likely(Basis.WEEK, _pks(files), f"{year}-W{week:02d}:{category}")


def _pks(files: Iterable[Candidate]) -> tuple[int, ...]:
    return tuple(sorted(one.pk for one in files))
