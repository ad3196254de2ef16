"""Set what an instance says of a nation: its emergency contacts and its legal portal."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from vigie.audit.operations import record
from vigie.establishments.models import EmergencyContact, Instance, NationSetting
from vigie.establishments.queries import require_from
from vigie.establishments.rules import Actor, Place, Portal

MANAGE = "reference.manage"


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """A public contact as a person verified it."""

    label_fr: str
    label_en: str
    phone: str
    email: str
    url: str
    hours: str
    source: str
    checked_on: date


@transaction.atomic
def keep_contact(
    *, by: Actor, country: str, key: str, facts: ContactFacts, now: datetime
) -> EmergencyContact:
    """Store a public contact; it hides the shipped contact of the same key.

    Raises PermissionDenied, or ValidationError when it cannot be reached or was checked in the
    future.
    """
    require_from(by, MANAGE, at=Place(country))
    if facts.checked_on > now.date():
        raise ValidationError({"checked_on": _("Cette date est dans l’avenir.")})
    contact = EmergencyContact.objects.filter(country=country, key=key).first()
    contact = contact or EmergencyContact(country=country, key=key)
    before = {"phone": contact.phone, "email": contact.email, "url": contact.url}
    for field, value in asdict(facts).items():
        setattr(contact, field, value)
    contact.retired_on = None
    contact.full_clean()
    contact.save()
    after = {"phone": facts.phone, "email": facts.email, "url": facts.url}
    _record(by, "contact.kept", contact, now, {"before": before, "after": after})
    return contact


@transaction.atomic
def retire_contact(
    *, by: Actor, contact: EmergencyContact, retired_on: date, now: datetime
) -> EmergencyContact:
    """Show a contact no longer from a day on. Raises PermissionDenied when the actor may not."""
    require_from(by, MANAGE, at=Place(contact.country))
    contact.retired_on = retired_on
    contact.save(update_fields=["retired_on"])
    _record(by, "contact.retired", contact, now, {"on": retired_on.isoformat()})
    return contact


@transaction.atomic
def set_portal(
    *,
    by: Actor,
    country: str,
    portal: Portal,
    name: str = "",
    url: str = "",
    now: datetime,
) -> NationSetting:
    """Say where a nation's law wants declarations.

    Raises PermissionDenied, or ValidationError when the portal is elsewhere without an address.
    """
    require_from(by, MANAGE, at=Place(country))
    setting = NationSetting.objects.filter(country=country).first()
    setting = setting or NationSetting(country=country)
    before = setting.portal
    setting.portal, setting.portal_name, setting.portal_url = portal, name.strip(), url.strip()
    setting.full_clean()
    setting.save()
    details: dict[str, object] = {
        "before": before,
        "portal": str(portal),
        "url": setting.portal_url,
    }
    record(
        actor=by.journal_name,
        verb="nation.set",
        target=f"nation:{country}",
        at=now,
        details=details,
    )
    return setting


@transaction.atomic
def create_instance(*, by: str, name: str, is_demo: bool, now: datetime) -> Instance:
    """Write down what this installation is; an instance keeps what it was created as.

    by: who, as the journal writes it, such as system:cli.
    """
    instance, created = Instance.objects.get_or_create(
        pk=1, defaults={"name": name, "is_demo": is_demo, "created_at": now}
    )
    if created:
        record(
            actor=by,
            verb="instance.created",
            target="instance:1",
            at=now,
            details={"demo": is_demo},
        )
    return instance


def _record(
    by: Actor, verb: str, contact: EmergencyContact, now: datetime, details: dict[str, object]
) -> None:
    target = f"contact:{contact.country}/{contact.key}"
    record(actor=by.journal_name, verb=verb, target=target, at=now, details=details)
