"""What the desk keeps beside a file, for the matrix of rights to walk on."""

from datetime import datetime
from uuid import uuid4

from vigie.accounts.models import User
from vigie.incidents.models import AnswerTemplate, Incident, PartyTold, TakenMail
from vigie.incidents.operations.routing import record_told
from vigie.incidents.rules.routing import Means, Outcome, Telling


def of_the_desk(
    people: dict[tuple[str, str], User], incident: Incident, now: datetime
) -> tuple[PartyTold, TakenMail, AnswerTemplate]:
    """Return a party that was told, a mail that is no file yet, and a template of answers."""
    analyst, lead = people["cert_analyst", "home"], people["cert_lead", "home"]
    telling = Telling("fssi_always", "fssi", Outcome.TOLD, now, Means.PHONE, "Appel")
    told = record_told(by=analyst, incident=incident, telling=telling, now=now)
    mail = TakenMail.objects.create(key=uuid4(), by=analyst, created_at=now, text="Panne")
    template = AnswerTemplate.objects.create(
        country="FR",
        title="Nouvelles",
        text_fr="Où en êtes-vous ?",
        text_en="How do you stand?",
        changed_at=now,
        changed_by=lead,
    )
    return told, mail, template
