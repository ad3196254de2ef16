"""Read what the holder of a secret link may see."""

from dataclasses import dataclass
from datetime import datetime

from vigie.reports.models import Report, Word
from vigie.reports.queries.officer import state_of, with_outcome
from vigie.reports.queries.places import Whereabouts, whereabouts_of_report
from vigie.reports.queries.woken import Woken, woken_for
from vigie.reports.rules import TOKEN_SHAPE, State, fingerprint


@dataclass(frozen=True, slots=True)
class Followed:
    """A report as its sender sees it: no name but those that officers chose to show."""

    report: Report
    state: State
    words: list[Word]
    woken: Woken | None

    @property
    def where(self) -> Whereabouts:
        """Return where it was sent from."""
        return whereabouts_of_report(self.report)


def followed(token: str, *, now: datetime) -> Followed | None:
    """Return the report of a secret link, None when there is none or its time is over."""
    if not TOKEN_SHAPE.fullmatch(token):
        return None
    rows = with_outcome(Report.objects.filter(token_hash=fingerprint(token), kept_until__gt=now))
    report = rows.select_related("establishment", "site__establishment", "ward").first()
    if report is None:
        return None
    words = list(report.words.order_by("at", "id"))
    return Followed(report, state_of(report), words, woken_for(report))
