"""Change and forget whom to call about a declaration: personal data, kept apart, not revised."""

from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import forget, record
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


@transaction.atomic
def erase_contacts(*, by: User, incident: Incident, now: datetime) -> int:
    """Erase the people to call about a declaration, and what the journal kept beside it of them.

    Returns how many people were named. Raises PermissionDenied when the person may not amend there.
    """
    require(by, Permission.AMEND, at=incident.place)
    erased, _ = Contact.objects.filter(declaration__incident=incident).delete()
    forget(by=by.journal_name, now=now, target=f"incident:{incident.pk}")
    record(
        actor=by.journal_name,
        verb="declaration.contacts_erased",
        target=f"incident:{incident.pk}",
        at=now,
        details={"people": erased},
    )
    return erased


@transaction.atomic
def forget_expired_contacts(now: datetime) -> int:
    """Erase the people to call whose retention period is over, and return how many they were."""
    erased, _ = Contact.objects.filter(kept_until__lte=now.date()).delete()
    if erased:
        record(
            actor="system:worker",
            verb="declarations.contacts_expired",
            target="incidents:list",
            at=now,
            details={"people": erased},
        )
    return erased
