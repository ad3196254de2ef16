"""What waits for those who keep the house: invitations, contacts, messages that did not arrive."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.accounts.models import Invitation, User
from vigie.accounts.queries import visible_invitations
from vigie.accounts.rules import ROLES, Permission
from vigie.audit.templatetags.audit import target_words
from vigie.establishments.queries import ShownContact, emergency_contacts
from vigie.establishments.rules import TerritoryKind
from vigie.messages.models import Outgoing
from vigie.messages.queries import lost
from vigie.portal.rules import Card, Item

SHOWN = 6  # items of a card; the rest is counted


def invitations(reader: User, now: datetime) -> Card | None:
    """Return the invitations that nobody answered yet."""
    if not reader.may(Permission.MANAGE_PEOPLE):
        return None
    rows = visible_invitations(reader).open()
    items = [_invitation_item(row) for row in rows[:SHOWN]]
    return Card(
        code="invitations",
        title=_("Invitations sans réponse"),
        icon="mail",
        empty=_("Toutes les invitations ont leur réponse."),
        items=items,
        total=len(items) if len(items) < SHOWN else rows.count(),
        more="accounts:invitations",
    )


def contacts(reader: User, now: datetime) -> Card | None:
    """Return the emergency contacts that nobody verified for a year."""
    if not reader.may(Permission.MANAGE_REFERENCE):
        return None
    shown = emergency_contacts(today=timezone.localdate(now))
    items = [_contact_item(contact) for contact in shown if contact.is_stale]
    return Card(
        code="contacts",
        title=_("Contacts à vérifier"),
        icon="phone",
        empty=_("Chaque contact d’urgence a été vérifié depuis moins d’un an."),
        items=items[:SHOWN],
        total=len(items),
        more="portal:settings",
    )


def outbox(reader: User, now: datetime) -> Card | None:
    """Return the messages that did not arrive, or may not have."""
    held = reader.memberships_with(Permission.FOLLOW_OUTBOX)
    if not any(m.territory_kind == TerritoryKind.NATION for m in held):
        return None
    rows = lost()
    items = [_message_item(row) for row in rows[:SHOWN]]
    return Card(
        code="outbox",
        title=_("Messages non arrivés"),
        icon="send",
        empty=_("Chaque message est parti ou attend son tour."),
        items=items,
        total=len(items) if len(items) < SHOWN else rows.count(),
        more="portal:outbox",
    )


def _message_item(row: Outgoing) -> Item:
    return Item(
        text=f"{row.to_shown}, {target_words(row.about)}",
        route="portal:outbox",
        note=row.last_error,
        since=row.settled_at,
    )


def _invitation_item(row: Invitation) -> Item:
    role = _(ROLES[row.role].title)
    return Item(
        text=row.email,
        route="accounts:invitations",
        note=f"{role}, {row.territory_name}",
        since=row.created_at,
    )


def _contact_item(contact: ShownContact) -> Item:
    return Item(
        text=contact.title.in_(get_language() or "fr"),
        route="portal:settings",
        note=" · ".join(part for part in (contact.phone, contact.email, contact.url) if part),
        since=contact.checked_on,
    )
