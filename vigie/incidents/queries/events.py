"""Read events: what one cause does to the structures that the reader may see."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Event, Incident
from vigie.incidents.queries.file import named_only
from vigie.incidents.queries.files import visible_incidents

MOST_CANDIDATES = 20  # files that an event may take together


def open_events(reader: User) -> QuerySet[Event]:
    """Return the events that the reader's files may still join, the newest first.

    Only those of which the reader follows a file: the title of another tells of others.
    """
    followed = Incident.objects.filter(within(reader, Permission.FOLLOW), event=OuterRef("pk"))
    open_ones = Event.objects.filter(Exists(followed), closed_at=None)
    return open_ones.order_by("-started_at", "-id")


def alike(reader: User, incident: Incident) -> list[Incident]:
    """Return open files that may share the cause of one: same supplier, or same category.

    Only those that the reader may follow and that are in no event yet; the newest first.
    """
    same = Q(category=incident.category) if incident.category else Q()
    if incident.supplier_id:
        same |= Q(supplier=incident.supplier_id)
    if not same:
        return []
    near = visible_incidents(reader).filter(
        within(reader, Permission.FOLLOW), same, is_open=True, event=None
    )
    rows = named_only(near.exclude(pk=incident.pk))
    return list(rows.order_by("-declared_at", "-id")[:MOST_CANDIDATES])
