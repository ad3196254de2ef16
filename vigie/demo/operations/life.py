"""Live the current days of the fictitious nation through the real acts."""

from datetime import datetime
from random import Random

from vigie.accounts.models import User
from vigie.demo.operations.population import Named
from vigie.kernel.imports import Progress


def live(
    dice: Random, named: Named, staff: dict[str, list[User]], now: datetime, progress: Progress
) -> None:
    """Declare and follow the open files, with their messages, and start the drafts."""
