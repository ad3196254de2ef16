"""Write to people: invitations, links, and what happened to their account.

Every link begins with VIGIE_URL; what a request calls itself plays no part.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from vigie.accounts.models import Delegation, Invitation, User

logger = logging.getLogger(__name__)
# What happened to an account, in the words of the letter that says so.
EVENTS = {
    "password_changed": gettext_noop("Votre mot de passe a été changé."),
    "totp_added": gettext_noop("Une application d’authentification a été ajoutée."),
    "totp_removed": gettext_noop("L’application d’authentification a été retirée."),
    "passkey_added": gettext_noop("Une clé d’accès a été ajoutée."),
    "passkey_removed": gettext_noop("Une clé d’accès a été retirée."),
    "recovery_codes_made": gettext_noop(
        "De nouveaux codes de secours ont été créés ; les anciens ne valent plus rien."
    ),
    "directory_linked": gettext_noop("Un compte de l’annuaire a été relié au vôtre."),
    "directory_unlinked": gettext_noop("Le compte de l’annuaire n’est plus relié au vôtre."),
    "second_factor_reset": gettext_noop(
        "Un administrateur a retiré votre second facteur, à votre demande. "
        "Vous en choisirez un autre à la prochaine connexion."
    ),
}


def invite(invitation: Invitation, link: str) -> bool:
    """Send an invitation, in the language of who invites; return whether the letter left."""
    sender = invitation.invited_by
    context = {"invitation": invitation, "link": link, "sender": sender}
    return _send(
        invitation.email, "invitation", context, language=sender.language if sender else ""
    )


def tell(person: User, event: str, *, now: datetime) -> bool:
    """Tell a person what happened to their account; return whether the letter left."""
    with translation.override(person.language):
        what = translation.gettext(EVENTS[event])
    return _send_to(person, "security", {"what": what, "at": now})


def send_password_link(person: User, path: str) -> bool:
    """Send the link by which a person chooses a new password; return whether the letter left."""
    return _send_to(person, "password", {"link": f"{settings.VIGIE_URL}{path}"})


def tell_of_delegation(delegation: Delegation, *, now: datetime) -> bool:
    """Tell a person that they may declare for somebody; return whether the letter left."""
    link = f"{settings.VIGIE_URL}{reverse('accounts:delegations')}"
    return _send_to(delegation.to, "delegation", {"delegation": delegation, "link": link})


def _send_to(person: User, letter: str, context: dict[str, object]) -> bool:
    with timezone.override(person.time_zone):
        return _send(person.email, letter, {**context, "person": person}, language=person.language)


def _send(to: str, letter: str, context: dict[str, object], *, language: str) -> bool:
    """Send accounts/mail/LETTER.txt: its first line is the subject."""
    with translation.override(language or settings.LANGUAGE_CODE):
        text = render_to_string(
            f"accounts/mail/{letter}.txt", {**context, "url": settings.VIGIE_URL}
        )
    subject, _, body = text.strip().partition("\n")
    try:
        send_mail(subject, body.strip() + "\n", None, [to])
    except OSError:  # an act that is done stays done when the mail server is down
        logger.exception("A letter did not leave: %s", letter)
        return False
    return bool(settings.SMTP_HOST)
