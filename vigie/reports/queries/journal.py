"""Open the journal of reports to those who may read the journal of their territory."""

from vigie.accounts.queries import open_journal_of, within
from vigie.accounts.rules import Permission
from vigie.reports.models import Report


def open_to_readers() -> None:
    """Let people read what the journal says of the reports of their territory."""
    open_journal_of(
        "report", lambda reader: Report.objects.filter(within(reader, Permission.READ_JOURNAL))
    )
