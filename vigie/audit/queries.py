"""Read the journal, and find out whether it can be believed."""

from collections.abc import Callable, Iterator

from django.db.models import QuerySet

from vigie.audit import rules
from vigie.audit.models import ChainHead, Event, People
from vigie.kernel import keys

KEY = "journal.key"
BATCH = 2000
FIELDS = ("id", "happened_at", "actor", "verb", "target", "details", "people_seal")


def head() -> rules.Head:
    """Return the head of the chain; its text is what to keep elsewhere."""
    row = ChainHead.objects.filter(pk=1).first()
    return rules.Head(row.position, row.mac, row.sealed_at) if row else rules.EMPTY


def unsealed_count() -> int:
    """Return how many entries wait for their seal."""
    return Event.objects.filter(position__isnull=True).count()


def entries(events: QuerySet[Event], *, first: int) -> Iterator[rules.Entry]:
    """Yield what a seal covers of each event, with positions counted from `first`."""
    for position, values in enumerate(events.values_list(*FIELDS), first):
        yield rules.Entry(position=position, **dict(zip(FIELDS, values, strict=True)))


def verify(
    progress: Callable[[int], None] | None = None, kept: rules.Head | None = None
) -> rules.Verdict:
    """Walk the whole chain and return the verdict with the first bad entry.

    progress: called with the number of entries walked so far.
    kept: a head kept elsewhere; a chain that ends before it, or differs there, does not hold.
    Others may write and seal meanwhile. Raises KeyMissing when the journal's key is gone.
    """
    if not Event.objects.filter(position__isnull=False).exists() and not head().position:
        fault = rules.Fault(rules.Flaw.CUT, 1) if kept and kept.position else None
        return rules.Verdict(0, unsealed_count(), rules.EMPTY, fault)
    walk = rules.Walk(keys.load(KEY), kept)
    fault = walked(walk, progress) or arrived(walk, progress)
    return rules.Verdict(walk.end.position, unsealed_count(), head(), fault)


def arrived(walk: rules.Walk, progress: Callable[[int], None] | None) -> rules.Fault | None:
    """Return what is wrong at the end of the chain, once it has stopped growing under the walk."""
    while True:
        row = ChainHead.objects.filter(pk=1).first()
        before = walk.end.position
        fault = walked(walk, progress) if row and row.position > before else None
        if fault or walk.end.position == before:
            break
    if fault or not row:
        return fault or walk.arrive(None, "")
    return walk.arrive(rules.Head(row.position, row.mac, row.sealed_at), row.seal)


def walked(walk: rules.Walk, progress: Callable[[int], None] | None) -> rules.Fault | None:
    """Follow the chain from where the walk stands; return the first fault."""
    # Pages by position, never one long read: on SQLite that would hold back the write-ahead log.
    while True:
        after = Event.objects.filter(position__gt=walk.end.position).order_by("position")[:BATCH]
        rows = list(after.values_list("position", "mac", *FIELDS))
        named = people_of([row[2] for row in rows])
        for position, mac, *values in rows:
            entry = rules.Entry(position=position, **dict(zip(FIELDS, values, strict=True)))
            fault = walk.follow(entry, mac) or people_fault(entry, named.get(entry.id))
            if fault:
                return fault
        if progress:
            progress(walk.end.position)
        if len(rows) < BATCH:
            return None


def people_of(ids: list[int]) -> dict[int, People]:
    """Return the people still kept beside entries, by the id of the entry."""
    return {row.entry: row for row in People.objects.filter(entry__in=ids)}


def people_fault(entry: rules.Entry, row: People | None) -> rules.Fault | None:
    """Return the fault of people who are not those recorded; erased people are none."""
    if row is None or rules.people_seal(bytes(row.salt), row.content) == entry.people_seal:
        return None
    return rules.Fault(rules.Flaw.PEOPLE, entry.position, entry.id)
