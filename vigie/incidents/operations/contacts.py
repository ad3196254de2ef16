"""Change whom to call about a declaration. Personal data: kept apart, erasable, not revised."""

from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.incidents.models import Contact, Declaration, Incident
from vigie.incidents.operations.declare import Incomplete, Person, contact_rows


@transaction.atomic
def amend_contacts(
    *, by: User, incident: Incident, declarant: Person, technical: Person, now: datetime
) -> list[Contact]:
    """Replace the people to call about a declaration.

    Raises PermissionDenied when the person may not amend there, Incomplete without a number at
    which to reach the declarant.
    """
    require(by, Permission.AMEND, at=incident.place)
    if not declarant.phone:
        raise Incomplete(["phone"])
    declaration = Declaration.objects.select_for_update(of=("self",)).get(incident=incident)
    declaration.contacts.all().delete()
    contacts = Contact.objects.bulk_create(contact_rows(declaration, declarant, technical, now))
    record(
        actor=by.journal_name,
        verb="declaration.contacts_amended",
        target=f"incident:{incident.pk}",
        at=now,
        details={"parts": [contact.part for contact in contacts]},
        people={contact.part: f"{contact.name} {contact.phone}".strip() for contact in contacts},
    )
    return contacts
