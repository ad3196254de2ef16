"""The files of an incident that a reader may take."""

from django.db.models import QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import may
from vigie.accounts.rules import Permission
from vigie.incidents.models import Attachment, Declaration, Incident, PartyTold
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.rules.words import Channel


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


def mail_of(incident: Incident, declaration: Declaration) -> list[Attachment]:
    """Return the mail that opened a file for the desk, with what it carried; the mail first.

    Costs one SQL query for a file that a mail opened, none for others.
    """
    if declaration.channel != Channel.MAIL:
        return []
    proofs = PartyTold.objects.filter(incident=incident, attachment__isnull=False)
    rows = Attachment.objects.filter(incident=incident, for_desk=True, message=None)
    return list(rows.exclude(pk__in=proofs.values("attachment")).order_by("id"))
