"""What every command needs: the instance made ready, progress drawn, errors said in words."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from vigie.establishments.rules import Territory


class CommandFailed(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The command cannot do what was asked; its text says why."""


@contextmanager
def open_instance() -> Iterator[None]:
    """Make the instance ready, let the command work, seal in the journal what it wrote."""
    import django

    django.setup()
    from django.utils import translation

    from config.instance import prepare
    from vigie.audit import operations as audit
    from vigie.kernel import clock

    translation.activate("en")  # like the rest of the command line
    prepare()
    try:
        yield
    finally:
        audit.seal(clock.now())


def explain(reason: Exception) -> str | None:
    """Return the sentence for what a person can mend, None for what is our own mistake."""
    from config.environment import BadSetting

    if isinstance(reason, CommandFailed | BadSetting):
        return str(reason)
    if isinstance(reason, OSError):
        place = f"{reason.filename}: " if reason.filename else ""
        return f"{place}{reason.strerror or reason}"
    return explain_house(reason) if "django" in sys.modules else None


def explain_house(reason: Exception) -> str | None:
    """Return the sentence for what the capabilities and the database refuse."""
    from django.core.exceptions import PermissionDenied, ValidationError
    from django.db import OperationalError

    if isinstance(reason, ValidationError):
        return " ".join(str(message) for message in reason.messages)
    if isinstance(reason, OperationalError):
        return f"database: {str(reason).strip()}"
    ours = type(reason).__module__.startswith("vigie.")  # each capability words its refusals
    if ours or isinstance(reason, PermissionDenied):
        return str(reason) or (type(reason).__doc__ or "").partition("\n")[0]
    return None


def territory_of(text: str) -> "Territory":
    """Return the territory of a text such as region:84. Raises BadParameter when it names none."""
    from vigie.establishments.rules import BadTerritory, Territory

    try:
        return Territory.parse(text)
    except BadTerritory as reason:
        raise typer.BadParameter(str(reason)) from reason


class Bar:
    """Draw progress on standard error: a bar for a person, lines for a log."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        console = Console(stderr=True)
        self._watched = console.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not self._watched,
        )
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        reason: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def total(self, amount: int) -> None:
        """Say how many steps there are in all."""
        self._progress.update(self._task, total=amount, completed=0)

    def advance(self, amount: int = 1) -> None:
        """Say that so many more steps are done."""
        self._progress.advance(self._task, amount)

    def stage(self, name: str) -> None:
        """Say what begins now."""
        self._progress.update(self._task, description=name)
        if not self._watched:
            sys.stderr.write(f"{name}\n")
