"""Run an import: records in, batches out, each problem told with its file and line."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from vigie.audit.operations import record
from vigie.incidents.feeds.arrivals import Arrival
from vigie.incidents.feeds.records import BadRecord
from vigie.incidents.operations.imports import bring
from vigie.incidents.operations.imports.bring import Outcome
from vigie.incidents.operations.imports.ready import Ready, ready
from vigie.kernel.imports import ImportSummary, Problem, Progress, UnusableInput

BATCH = 25  # records a transaction: other writers wait some tens of milliseconds
BATCH_SIZE = 4 * 1024 * 1024  # bytes; long records make short batches
STEPS = 100  # of the progress, over the bytes of all files


class Lined(Protocol):
    """A record as it lies in a file."""

    @property
    def line(self) -> int:
        """Return its first line, counted from 1."""

    @property
    def content(self) -> bytes:
        """Return its bytes."""


RecordT = TypeVar("RecordT", bound=Lined)
Read = Callable[[Path, Callable[[int], None]], Iterable[RecordT]]
Understand = Callable[[RecordT, str], Arrival]


@dataclass
class Run(Generic[RecordT]):
    """One import under way."""

    summary: ImportSummary
    read: Read[RecordT]
    understand: Understand[RecordT]
    by: str
    now: datetime
    dry_run: bool
    progress: Progress
    _first_seen: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    _batch: list[Ready] = field(default_factory=list)
    _size: int = 0
    _done: int = 0  # bytes
    _told: int = 0  # steps

    def over(self, files: list[Path]) -> ImportSummary:
        """Import the files and write the run itself in the journal."""
        whole = sum(path.stat().st_size for path in files if path.is_file()) or 1
        self.progress.total(STEPS)
        for path in files:
            self.progress.stage(f"{self.summary.format}: {path.name} (%)")
            for raw in self._records(path, whole):
                self._take(raw, path)
        self._flush()
        if not self.dry_run:
            self._record(len(files))
        return self.summary

    def _records(self, path: Path, whole: int) -> Iterator[RecordT]:
        """Yield the records of a file; one that cannot be opened is told and left."""
        empty = True
        try:
            for raw in self.read(path, lambda size: self._advance(size, whole)):
                empty = False
                yield raw
        except UnusableInput as reason:
            self.summary.errors.append(reason.problem)
            return
        except OSError as reason:
            told = reason.strerror or str(reason)
            self.summary.errors.append(Problem(str(path), None, "", told))
            return
        if empty:
            self.summary.warn(Problem(str(path), None, "", "holds no record"))

    def _advance(self, size: int, whole: int) -> None:
        self._done += size
        steps = min(STEPS, STEPS * self._done // whole)
        if steps > self._told:
            self.progress.advance(steps - self._told)
            self._told = steps

    def _take(self, raw: RecordT, path: Path) -> None:
        try:
            arrival = self.understand(raw, str(path))
            self._check_first(arrival)
        except BadRecord as reason:
            self.summary.refuse(Problem(str(path), raw.line, reason.field, reason.reason))
            return
        self._batch.append(ready(arrival))
        self._size += len(raw.content)
        if len(self._batch) >= BATCH or self._size >= BATCH_SIZE:
            self._flush()

    def _check_first(self, arrival: Arrival) -> None:
        """Raise BadRecord when a record of this run had the same key."""
        here = (arrival.file, arrival.line)
        file, line = self._first_seen.setdefault((arrival.source, arrival.key), here)
        if (file, line) != here:
            first = f"line {line}" if file == arrival.file else f"line {line} of {file}"
            raise BadRecord(arrival.key_field, f"{arrival.key!r} is repeated: first at {first}")

    def _flush(self) -> None:
        batch, self._batch, self._size = self._batch, [], 0
        if not batch:
            return
        if self.dry_run:
            outcomes = bring.foresee(batch)
        else:
            outcomes = bring.settle(batch, by=self.by, now=self.now)
        for one, outcome in zip(batch, outcomes, strict=True):
            self._count(one.arrival, outcome)

    def _count(self, arrival: Arrival, outcome: Outcome) -> None:
        if outcome.refusal:
            told = outcome.refusal
            self.summary.refuse(Problem(arrival.file, arrival.line, told.field, told.reason))
            return
        name = outcome.fate.value
        setattr(self.summary, name, getattr(self.summary, name) + 1)
        for doubt in outcome.doubts:
            self.summary.warn(Problem(arrival.file, arrival.line, doubt.field, doubt.reason))

    def _record(self, files: int) -> None:
        counts = ("read", "created", "updated", "unchanged", "refused")
        record(
            actor=self.by,
            verb="declarations.imported",
            target=f"import:{self.summary.format}",
            at=self.now,
            details={name: getattr(self.summary, name) for name in counts} | {"files": files},
        )
