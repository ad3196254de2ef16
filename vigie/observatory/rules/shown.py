"""What the public sees of a year: a published edition, or the year in progress."""

from dataclasses import dataclass
from datetime import datetime

from vigie.observatory.rules.edition import Edition, View
from vigie.observatory.rules.figures import Report


@dataclass(frozen=True, slots=True)
class Issue:
    """One publication, without its content. note: why it was corrected, from the second on."""

    year: int
    revision: int
    published_at: datetime
    sha256: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """A year that the public may read. revision 0: in progress."""

    year: int
    revision: int = 0

    @property
    def is_published(self) -> bool:
        """Return whether somebody answers for it."""
        return self.revision > 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A year as the public sees it. revision 0: not published yet, figures of the nation alone."""

    edition: Edition
    sha256: str
    revision: int = 0
    published_at: datetime | None = None

    @property
    def year(self) -> int:
        """Return which year."""
        return self.edition.year

    @property
    def is_published(self) -> bool:
        """Return whether somebody answers for it."""
        return self.revision > 0

    def report(self, view: View) -> Report:
        """Return what it says, seen one way. Raises KeyError when it does not hold that view."""
        return self.edition[view]
