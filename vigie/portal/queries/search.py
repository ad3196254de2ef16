"""Find files and establishments by words, within the reader's rights."""

from dataclasses import dataclass
from datetime import datetime

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.establishments import queries as establishments
from vigie.establishments.models import Establishment
from vigie.incidents.models import Incident
from vigie.incidents.queries import search as files
from vigie.incidents.queries import visible_incidents

MOST = 20  # of each kind


@dataclass(frozen=True, slots=True)
class Found:
    """What the words mean, the best first."""

    files: list[Incident]
    places: list[Establishment]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was found at all."""
        return not (self.files or self.places)


def search(reader: User, text: str, *, now: datetime) -> Found:
    """Return the files, newest first, and the establishments that the words mean.

    The whole of what the reader may see is searched, whatever territory lists are narrowed to.
    """
    return Found(_files(reader, text, now), _places(reader, text))


def _files(reader: User, text: str, now: datetime) -> list[Incident]:
    rows = visible_incidents(reader).only(*files.SHOWN)
    asked = files.matching(rows, files.Filters(text=text), reader=reader, now=now)
    return list(files.found(asked, "newest", None, MOST).rows)


def _places(reader: User, text: str) -> list[Establishment]:
    may_look = within(reader, Permission.READ_ESTABLISHMENTS, establishment="pk", site="")
    among = Establishment.objects.in_force().filter(may_look)
    return establishments.search(text, among=among, limit=MOST)
