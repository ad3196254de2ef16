"""Run an import: records in, batches out, each problem told with its file and line."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from django.db import transaction
from django.utils.translation import gettext, ngettext

from vigie.audit.operations import record
from vigie.incidents.feeds.arrivals import Arrival, Doubt
from vigie.incidents.feeds.mapped import LeftOut
from vigie.incidents.feeds.records import BadRecord
from vigie.incidents.operations.imports import bring
from vigie.incidents.operations.imports.bring import Fate
from vigie.incidents.operations.imports.ready import Ready, ready
from vigie.kernel.imports import ImportSummary, Problem, Progress, UnusableInput

BATCH = 25  # records a transaction: other writers wait some tens of milliseconds
BATCH_SIZE = 4 * 1024 * 1024  # bytes; long records make short batches
MOST_TOLD = 200  # records without any to store that are told together
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


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one record. problems: why it was refused, or what was doubtful."""

    line: int
    fate: Fate
    key: str = ""
    problems: tuple[Doubt, ...] = ()


Hear = Callable[[Sequence[Told]], None]


def deaf(told: Sequence[Told]) -> None:
    """Hear and forget."""


@dataclass
class Run(Generic[RecordT]):
    """One import under way.

    nation: the only one that may be touched, empty for all. hear: told what became of records, in
    the transaction that stores them. settled: the last line of an interrupted run.
    """

    summary: ImportSummary
    read: Read[RecordT]
    understand: Understand[RecordT]
    by: str
    now: datetime
    dry_run: bool
    progress: Progress
    nation: str = ""
    hear: Hear = deaf
    settled: int = 0
    _first_seen: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    _batch: list[Ready] = field(default_factory=list)
    _waiting: list[Told] = field(default_factory=list)  # to be told with the batch
    _left_out: int = 0
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
            self._tell_left_out(path)
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
            self.summary.give_up(reason.problem)
            return
        except OSError as reason:
            told = reason.strerror or str(reason)
            self.summary.give_up(Problem(str(path), None, "", told))
            return
        if empty:
            self.summary.warn(Problem(str(path), None, "", gettext("aucun enregistrement")))

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
            if raw.line > self.settled:
                self._refuse(Problem(str(path), raw.line, reason.field, reason.reason))
        except LeftOut:
            self._left_out += 1
            self._wait(Told(raw.line, Fate.LEFT_OUT))
        else:
            if raw.line > self.settled:
                self._batch.append(ready(arrival))
                self._size += len(raw.content)
        if len(self._batch) >= BATCH or self._size >= BATCH_SIZE or len(self._waiting) >= MOST_TOLD:
            self._flush()

    def _refuse(self, problem: Problem, key: str = "") -> None:
        self.summary.refuse(problem)
        told = (Doubt(problem.field, problem.reason),)
        self._wait(Told(problem.line or 0, Fate.REFUSED, key, told))

    def _wait(self, told: Told) -> None:
        if told.line > self.settled:
            self._waiting.append(told)

    def _check_first(self, arrival: Arrival) -> None:
        """Raise BadRecord when a record of this run had the same key."""
        here = (arrival.file, arrival.line)
        file, line = self._first_seen.setdefault((arrival.source, arrival.key), here)
        if (file, line) != here:
            first = gettext("ligne %(line)s") % {"line": line}
            if file != arrival.file:
                first = gettext("ligne %(line)s de %(file)s") % {"line": line, "file": file}
            told = gettext("« %(key)s » est répété : d’abord %(first)s")
            raise BadRecord(arrival.key_field, told % {"key": arrival.key, "first": first})

    def _flush(self) -> None:
        batch, self._batch, self._size = self._batch, [], 0
        if not batch and not self._waiting:
            return
        with nullcontext() if self.hear is deaf else transaction.atomic():
            if self.dry_run:
                outcomes = bring.foresee(batch, self.nation)
            else:
                outcomes = bring.settle(batch, by=self.by, now=self.now, nation=self.nation)
            for one, outcome in zip(batch, outcomes, strict=True):
                self._count(one.arrival, outcome)
            waiting, self._waiting = self._waiting, []
            self.hear(sorted(waiting, key=lambda told: told.line))

    def _count(self, arrival: Arrival, outcome: bring.Outcome) -> None:
        if outcome.refusal:
            told = outcome.refusal
            problem = Problem(arrival.file, arrival.line, told.field, told.reason)
            self._refuse(problem, arrival.key)
            return
        name = outcome.fate.value
        setattr(self.summary, name, getattr(self.summary, name) + 1)
        self._wait(Told(arrival.line, outcome.fate, arrival.key, outcome.doubts))
        for doubt in outcome.doubts:
            self.summary.warn(Problem(arrival.file, arrival.line, doubt.field, doubt.reason))

    def _tell_left_out(self, path: Path) -> None:
        if self._left_out:
            told = ngettext(
                "%(n)s ligne écartée par le filtre",
                "%(n)s lignes écartées par le filtre",
                self._left_out,
            ) % {"n": self._left_out}
            self.summary.warn(Problem(str(path), None, "", told))
            self._left_out = 0

    def _record(self, files: int) -> None:
        counts = ("read", "created", "updated", "unchanged", "refused")
        record(
            actor=self.by,
            verb="declarations.imported",
            target=f"import:{self.summary.format}",
            at=self.now,
            details={name: getattr(self.summary, name) for name in counts} | {"files": files},
        )
