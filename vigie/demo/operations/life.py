"""Live the current days of the fictitious nation through the real acts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

import yaml

from vigie.accounts.models import User
from vigie.demo.operations.population import HOME_REGION, Named, local_officer
from vigie.demo.rules import people, stories
from vigie.demo.rules.stories import Story
from vigie.establishments.models import Establishment
from vigie.incidents import operations
from vigie.incidents.models import Incident
from vigie.incidents.operations import store
from vigie.incidents.operations.declare import Person, Submission
from vigie.kernel.imports import Progress

STORIES = Path(__file__).parents[1] / "files.yaml"
SPACE = UUID("6f6f4c1e-3c0c-5f5e-9c7b-2a5b6d1f0e77")


@dataclass
class Nation:
    """The stage on which the stories play."""

    dice: Random
    named: Named
    staff: dict[str, list[User]]
    now: datetime
    taken: set[int] = field(default_factory=set)

    def structure(self, kind: str) -> Establishment:
        """Return a structure of a type that has no file yet."""
        rows = Establishment.objects.filter(structure_type=kind).exclude(pk__in=self.taken)
        ids = list(rows.order_by("id").values_list("id", flat=True))
        found = Establishment.objects.get(pk=self.dice.choice(ids))
        self.taken.add(found.pk)
        return found

    def analyst(self, rank: int) -> User:
        """Return the analysts in turn."""
        analysts = self.staff["cert_analyst"]
        return analysts[rank % len(analysts)]

    def key(self, *parts: object) -> UUID:
        """Return an idempotency key that is the same for the same day."""
        return uuid5(SPACE, "/".join(str(part) for part in (self.now.date(), *parts)))
