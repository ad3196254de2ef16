"""Keep and drop the filters that a person gave a name, and journal what leaves as a table."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import SavedView

MOST = 30  # of one person


class TooManyViews(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A person keeps as many views as one may."""


@transaction.atomic
def save_view(*, by: User, name: str, page: SavedView.Page, query: str, now: datetime) -> SavedView:
    """Keep the filters of a list under a name; the same name again replaces them.

    query: as in the address bar. Raises PermissionDenied, TooManyViews.
    """
    if not by.may(Permission.READ_INCIDENTS):
        raise PermissionDenied(f"{by.journal_name} reads no incident")
    mine = SavedView.objects.filter(user=by)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise TooManyViews
    view, _created = SavedView.objects.update_or_create(
        user=by, name=name, defaults={"page": page, "query": query}
    )
    record(actor=by.journal_name, verb="view.saved", target=f"view:{view.pk}", at=now)
    return view


@transaction.atomic
def drop_view(*, by: User, view: SavedView, now: datetime) -> None:
    """Forget a view. Raises PermissionDenied unless it is the person's own."""
    if view.user_id != by.pk:
        raise PermissionDenied("the view is somebody else's")
    record(actor=by.journal_name, verb="view.dropped", target=f"view:{view.pk}", at=now)
    view.delete()


def journal_export(*, by: User, query: str, now: datetime) -> None:
    """Write in the journal that a person takes a table of incidents with them.

    query: the filters, as in the address bar, without words typed. Raises PermissionDenied.
    """
    if not by.may(Permission.EXPORT):
        raise PermissionDenied(f"{by.journal_name} may export nothing")
    record(
        actor=by.journal_name,
        verb="incidents.exported",
        target="incidents:list",
        at=now,
        details={"query": query},
    )
