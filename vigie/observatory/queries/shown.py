"""What the public may see: publications, and years in progress where they are open."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from vigie.observatory.models import Opening, Publication, Snapshot
from vigie.observatory.rules.edition import Edition
from vigie.observatory.rules.shown import Brief, Issue, Shown

KEPT = 64  # editions read, of which a process keeps the last: reading one takes milliseconds


def issues() -> list[Issue]:
    """Return every publication without its content, the newest first."""
    rows = Publication.objects.order_by("-pk")
    return [
        Issue(*row)
        for row in rows.values_list("year", "revision", "published_at", "sha256", "note")
    ]


def years() -> list[Brief]:
    """Return the years that the public may read, the latest first."""
    told = {it.year: Brief(it.year, it.revision) for it in reversed(issues())}
    if is_open():
        for year in Snapshot.objects.values_list("year", flat=True):
            told.setdefault(year, Brief(year))
    return sorted(told.values(), key=lambda it: -it.year)


def one(year: int, revision: int | None = None) -> Shown | None:
    """Return a year as the public sees it, or as one revision published it; None: it does not."""
    rows = Publication.objects.filter(year=year)
    found = (rows.filter(revision=revision) if revision is not None else rows).order_by("-revision")
    row = found.values_list("pk", "sha256", "revision", "published_at").first()
    if row is not None:
        return _published(*row)
    return _in_progress(year) if revision is None else None


def series() -> Sequence[Shown]:
    """Return the last revision of every published year, in the order of the years."""
    rows = Publication.objects.order_by("year", "revision")
    told = rows.values_list("year", "pk", "sha256", "revision", "published_at")
    last = {year: rest for year, *rest in told}
    return [_published(*rest) for rest in last.values()]


def is_open() -> bool:
    """Return whether the public sees years that are not published yet."""
    return Opening.objects.order_by("-pk").values_list("is_open", flat=True).first() or False


@lru_cache(maxsize=KEPT)
def _published(pk: int, sha256: str, revision: int, published_at: datetime) -> Shown:
    """Return a publication; it never changes, and its hash stands for its content."""
    content = Publication.objects.values_list("content", flat=True).get(pk=pk)
    return Shown(Edition.parse(content), sha256, revision, published_at)


def _in_progress(year: int) -> Shown | None:
    if not is_open():
        return None
    row = Snapshot.objects.filter(year=year).values_list("pk", "sha256").first()
    return _computed(*row) if row else None


@lru_cache(maxsize=KEPT)
def _computed(pk: int, sha256: str) -> Shown:
    content = Snapshot.objects.values_list("content", flat=True).get(pk=pk)
    return Shown(Edition.parse(content), sha256)
