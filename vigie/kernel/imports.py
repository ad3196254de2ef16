"""What every importer gives back: counts, refusals and warnings. Pure: no Django, no terminal."""

from dataclasses import asdict, dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Problem:
    """One record refused, or one doubt about a record that was kept."""

    file: str
    line: int | None  # 1 is the first line; None when the file has no lines
    field: str  # empty when the whole record is meant
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.field, self.reason) if part)


@dataclass
class ImportSummary:
    """The outcome of one import, counted in records.

    An importer adds to the counts as each record is settled, so that they always say what
    happened: read = created + updated + unchanged + refused.
    """

    format: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    closed: int = 0  # brought by an earlier edition and absent from this one
    refused: int = 0
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    # Those of the errors that kept a file from being read to its end.
    unreadable: list[Problem] = field(default_factory=list)
    coverage: dict[str, str] = field(default_factory=dict)  # field -> mapped, kept or absent

    @property
    def read(self) -> int:
        """Return how many records were settled, one way or the other."""
        return self.created + self.updated + self.unchanged + self.refused

    @property
    def exit_code(self) -> int:
        """Return 1 when anything was refused, else 0."""
        return 1 if self.refused or self.errors else 0

    def refuse(self, problem: Problem) -> None:
        """Count one record as refused and keep the reason."""
        self.refused += 1
        self.errors.append(problem)

    def give_up(self, problem: Problem) -> None:
        """Keep what kept a file from being read to its end."""
        self.errors.append(problem)
        self.unreadable.append(problem)

    def warn(self, problem: Problem) -> None:
        """Keep a doubt about a record that is imported all the same."""
        self.warnings.append(problem)

    def as_json(self) -> dict[str, object]:
        """Return the summary as the command line prints it.

        Keys in this order: format, read, created, updated, unchanged, closed, refused, errors,
        warnings; an error or warning holds file, line, field, reason.
        """
        counts = ("read", "created", "updated", "unchanged", "closed", "refused")
        return {
            "format": self.format,
            **{name: getattr(self, name) for name in counts},
            "errors": [asdict(problem) for problem in self.errors],
            "warnings": [asdict(problem) for problem in self.warnings],
        }


class UnusableInput(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Nothing can be read at all: the file is absent, or of another kind than asked."""

    def __init__(self, file: str, reason: str, *, line: int | None = None) -> None:
        self.problem = Problem(file, line, "", reason)
        super().__init__(str(self.problem))


class Progress(Protocol):
    """What an act tells about how far it is; the command line draws it."""

    def total(self, amount: int) -> None:
        """Say how many steps there are in all."""

    def advance(self, amount: int = 1) -> None:
        """Say that so many more steps are done."""

    def stage(self, name: str) -> None:
        """Say what begins now."""


class NoProgress:
    """The progress of an act that nobody watches."""

    def total(self, amount: int) -> None:
        """Hear and forget."""

    def advance(self, amount: int = 1) -> None:
        """Hear and forget."""

    def stage(self, name: str) -> None:
        """Hear and forget."""


SILENT = NoProgress()
