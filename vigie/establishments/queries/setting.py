"""Read what this instance is, and what it says of a nation."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, QuerySet, Value

from vigie.establishments.models import EmergencyContact, Instance, NationSetting
from vigie.establishments.rules import Portal
from vigie.kernel.prepared import prepared
from vigie.reference import catalogue
from vigie.reference.catalogue import Contact, LegalPortal, Title

CHECK_AGAIN_AFTER = timedelta(days=365)
NOTHING = Title("", "")
TEXTS = ("portal", "portal_name", "portal_url")  # of a nation's own setting


@dataclass(frozen=True, slots=True)
class ShownContact:
    """A public contact as pages show it."""

    key: str
    title: Title
    phone: str
    email: str
    url: str
    hours: Title
    use: Title
    source: str
    checked_on: date
    is_certain: bool
    is_stale: bool  # checked more than a year ago
    is_own: bool  # stated by this instance, not by the shipped reference

    @property
    def dialled(self) -> str:
        """Return the number as a telephone link takes it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


@dataclass(frozen=True, slots=True)
class ShownPortal:
    """Where a nation's declarations go, after this instance's own setting."""

    country: str
    is_here: bool
    name: Title
    url: str
    law: LegalPortal | None  # what the shipped reference knows of the law


def instance() -> Instance | None:
    """Return what this installation is, None before it was created."""
    return Instance.objects.filter(pk=1).first()


def is_demo() -> bool:
    """Return whether this installation is a demonstration."""
    return bool(_demo())


@prepared
def _demo() -> QuerySet[Instance, int]:
    return Instance.objects.filter(pk=1, is_demo=True).values_list("pk", flat=True)


def surround(country: str) -> tuple[bool, ShownPortal]:
    """Return whether this is a demonstration, and where declarations of a country go.

    What every page says of both, in one SQL query.
    """
    found = {kind: columns for kind, *columns in _surround(country=country)}
    stated = found.get("set")
    setting = NationSetting(**dict(zip(TEXTS, stated, strict=True))) if stated else None
    return "demo" in found, portal_with(country, setting)


@prepared
def _surround(*, country: str) -> QuerySet[Any, tuple[str, ...]]:
    demo = Instance.objects.filter(pk=1, is_demo=True).values_list(
        Value("demo"), *(Value("", output_field=CharField()) for _column in TEXTS)
    )
    set_here = NationSetting.objects.filter(country=country).values_list(Value("set"), *TEXTS)
    return demo.union(set_here, all=True)


def legal_portal(country: str = "FR") -> ShownPortal:
    """Return where declarations of a country go; here when neither setting nor file says."""
    return portal_with(country, NationSetting.objects.filter(country=country).first())


def portal_with(country: str, setting: NationSetting | None) -> ShownPortal:
    """Return where declarations of a country go, with a setting that was read before."""
    law = catalogue.legal_portal(country)
    if setting is None:
        return ShownPortal(
            country,
            law is None or law.portal == Portal.HERE,
            law.name if law else NOTHING,
            law.url if law else "",
            law,
        )
    own = Title(setting.portal_name, setting.portal_name) if setting.portal_name else None
    return ShownPortal(
        country,
        setting.portal == Portal.HERE,
        own or (law.name if law else NOTHING),
        setting.portal_url or (law.url if law else ""),
        law,
    )


def emergency_contacts(country: str = "FR", *, today: date) -> list[ShownContact]:
    """Return the public contacts of a country, shipped ones first, in the order of their file.

    What this instance states hides the shipped contact of the same key. Costs one SQL query.
    """
    shipped = catalogue.contacts(country)
    own = {c.key: c for c in EmergencyContact.objects.filter(country=country).order_by("key", "id")}
    keys = [*shipped, *(key for key in own if key not in shipped)]
    shown = []
    for key in keys:
        contact = own.get(key)
        if contact is None:
            shown.append(_shipped(shipped[key], today))
        elif contact.retired_on is None or contact.retired_on > today:
            shown.append(_own(contact, shipped.get(key), today))
    return shown


def _shipped(contact: Contact, today: date) -> ShownContact:
    return ShownContact(
        key=contact.code,
        title=contact.title,
        phone=contact.phone,
        email=contact.email,
        url=contact.url,
        hours=contact.hours,
        use=contact.use,
        source=contact.source,
        checked_on=contact.checked_on,
        is_certain=contact.is_certain,
        is_stale=today - contact.checked_on > CHECK_AGAIN_AFTER,
        is_own=False,
    )


def _own(contact: EmergencyContact, shipped: Contact | None, today: date) -> ShownContact:
    return ShownContact(
        key=contact.key,
        title=Title(contact.label_fr, contact.label_en),
        phone=contact.phone,
        email=contact.email,
        url=contact.url,
        hours=Title(contact.hours, contact.hours),
        use=shipped.use if shipped else NOTHING,
        source=contact.source,
        checked_on=contact.checked_on,
        is_certain=True,
        is_stale=today - contact.checked_on > CHECK_AGAIN_AFTER,
        is_own=True,
    )
