"""The files of an incident that a reader may take."""

from django.db.models import QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import may
from vigie.accounts.rules import Permission
from vigie.incidents.models import Attachment, Incident
from vigie.incidents.queries.files import visible_incidents


def attachment_of(reader: User, incident_pk: int, pk: int) -> Attachment | None:
    """Return a file of an incident that the reader may see, None for anything else."""
    incident = visible_incidents(reader).filter(pk=incident_pk).first()
    if incident is None:
        return None
    return attachments_of(reader, incident).select_related("incident").filter(pk=pk).first()


def attachments_of(reader: User, incident: Incident) -> QuerySet[Attachment]:
    """Return the files of an incident that the reader was allowed to open, unordered.

    What the desk keeps for itself (a mail from a third party, a proof) is for the desk alone.
    """
    rows = Attachment.objects.filter(incident=incident)
    if may(reader, Permission.FOLLOW, at=incident.place):
        return rows
    return rows.filter(for_desk=False)
