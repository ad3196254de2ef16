"""Find out whether the journal can be believed."""

from collections.abc import Callable, Iterator

from django.apps import apps
from django.apps.registry import Apps
from django.db.models import Manager, QuerySet

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


def entries(events: QuerySet[Event], *, first: int) -> Iterator[rules.Entry]:
    """Yield what a seal covers of each event, with positions counted from `first`."""
    for position, values in enumerate(events.values_list(*FIELDS), first):
        yield rules.Entry(position=position, **dict(zip(FIELDS, values, strict=True)))


def verify(
    progress: Callable[[int], None] | None = None,
    kept: rules.Head | None = None,
    *,
    key: bytes | None = None,
    registry: Apps = apps,
) -> rules.Verdict:
    """Walk the whole chain and return the verdict with the first bad entry.

    progress: called with the number of entries walked so far.
    kept: a head kept elsewhere; a chain that ends before it, or differs there, does not hold.
    key: the journal's key, else the instance's. registry: models of an earlier schema.
    Others may write and seal meanwhile. Raises KeyMissing when the journal's key is gone.
    """
    tables = Tables(registry)
    waiting = tables.events.filter(position__isnull=True).count
    if not tables.events.filter(position__isnull=False).exists() and not tables.head():
        fault = rules.Fault(rules.Flaw.CUT, 1) if kept and kept.position else None
        return rules.Verdict(0, waiting(), rules.EMPTY, fault)
    walk = rules.Walk(key or keys.load(KEY), kept)
    fault = walked(tables, walk, progress) or arrived(tables, walk, progress)
    row = tables.head()
    head_found = rules.Head(row.position, row.mac, row.sealed_at) if row else rules.EMPTY
    return rules.Verdict(walk.end.position, waiting(), head_found, fault)


class Tables:
    """The three tables of the journal, as the models of a schema know them."""

    def __init__(self, registry: Apps) -> None:
        self.events: Manager[Event] = registry.get_model("audit", "Event").objects
        self.people: Manager[People] = registry.get_model("audit", "People").objects
        self.heads: Manager[ChainHead] = registry.get_model("audit", "ChainHead").objects

    def head(self) -> ChainHead | None:
        """Return the row of the head; none, or one at position 0, before anything was sealed."""
        return self.heads.filter(pk=1, position__gt=0).first()


def arrived(
    tables: Tables, walk: rules.Walk, progress: Callable[[int], None] | None
) -> rules.Fault | None:
    """Return what is wrong at the end of the chain, once it has stopped growing under the walk."""
    while True:
        row = tables.head()
        before = walk.end.position
        fault = walked(tables, walk, progress) if row and row.position > before else None
        if fault or walk.end.position == before:
            break
    if fault or not row:
        return fault or walk.arrive(None, "")
    return walk.arrive(rules.Head(row.position, row.mac, row.sealed_at), row.seal)


def walked(
    tables: Tables, walk: rules.Walk, progress: Callable[[int], None] | None
) -> rules.Fault | None:
    """Follow the chain from where the walk stands; return the first fault."""
    # Pages by position, never one long read: on SQLite that would hold back the write-ahead log.
    while True:
        after = tables.events.filter(position__gt=walk.end.position).order_by("position")[:BATCH]
        rows = list(after.values_list("position", "mac", *FIELDS))
        named = {row.entry: row for row in tables.people.filter(entry__in=[r[2] for r in rows])}
        for position, mac, *values in rows:
            entry = rules.Entry(position=position, **dict(zip(FIELDS, values, strict=True)))
            fault = walk.follow(entry, mac) or people_fault(entry, named.get(entry.id))
            if fault:
                return fault
        if progress:
            progress(walk.end.position)
        if len(rows) < BATCH:
            return None


def people_fault(entry: rules.Entry, row: People | None) -> rules.Fault | None:
    """Return the fault of people who are not those recorded; erased people are none."""
    if row is None or rules.people_seal(bytes(row.salt), row.content) == entry.people_seal:
        return None
    return rules.Fault(rules.Flaw.PEOPLE, entry.position, entry.id)
