"""Write to people: invitations, links, and what happened to their account.

Letters are queued in the transaction of the act and leave by the outbox: no act waits for a mail
server. Every link begins with VIGIE_URL; what a request calls itself plays no part.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from vigie.accounts.models import Delegation, Invitation, User
from vigie.messages.models import Outgoing
from vigie.messages.operations import Letter, post, withdraw
from vigie.messages.queries import sent_about
from vigie.messages.rules import Channel

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


def invite(invitation: Invitation, link: str, *, now: datetime) -> None:
    """Queue an invitation, in the language of who invites."""
    sender = invitation.invited_by
    language = sender.language if sender else settings.LANGUAGE_CODE
    context: dict[str, object] = {"invitation": invitation, "link": link, "sender": sender}
    letter = _letter(
        invitation.email, "invitation", context, language, not_after=invitation.expires_at
    )
    about = about_invitation(invitation)
    post(letters=[letter], about=about, key=about, now=now)


def take_back(invitation: Invitation, *, now: datetime) -> None:
    """Leave an invitation that was not sent yet unsent: its link is worth nothing any more."""
    withdraw(about=about_invitation(invitation), now=now)


def about_invitation(invitation: Invitation) -> str:
    """Return by what name the outbox knows an invitation."""
    return f"invitation:{invitation.pk}"


def letters_of(invitations: Sequence[Invitation]) -> dict[int, Outgoing]:
    """Return the letter of each invitation that has one, by the number of the invitation."""
    named = {about_invitation(invitation): invitation.pk for invitation in invitations}
    return {named[letter.about]: letter for letter in sent_about(list(named))}


def tell(person: User, event: str, *, now: datetime) -> None:
    """Queue a letter that tells a person what happened to their account."""
    with translation.override(person.language):
        what = translation.gettext(EVENTS[event])
    _post_to(person, "security", {"what": what, "at": now}, now=now, key=event)


def send_password_link(person: User, path: str, *, now: datetime) -> None:
    """Queue the link by which a person chooses a new password; they wait for it."""
    worth_until = now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    context: dict[str, object] = {"link": f"{settings.VIGIE_URL}{path}"}
    _post_to(person, "password", context, now=now, key="link", not_after=worth_until)


def tell_of_delegation(delegation: Delegation, *, now: datetime) -> None:
    """Queue a letter that tells a person that they may declare for somebody."""
    link = f"{settings.VIGIE_URL}{reverse('accounts:delegations')}"
    context: dict[str, object] = {"delegation": delegation, "link": link}
    _post_to(delegation.to, "delegation", context, now=now, key=str(delegation.pk))


def _post_to(
    person: User,
    name: str,
    context: dict[str, object],
    *,
    now: datetime,
    key: str,
    not_after: datetime | None = None,
) -> None:
    with timezone.override(person.time_zone):
        context = {**context, "person": person}
        letter = _letter(person.email, name, context, person.language, not_after=not_after)
    about = f"user:{person.pk}"
    post(letters=[letter], about=about, key=f"{about}:{name}:{key}:{now.timestamp()}", now=now)


def _letter(
    to: str,
    name: str,
    context: dict[str, object],
    language: str,
    *,
    not_after: datetime | None,
) -> Letter:
    """Return accounts/mail/NAME.txt, whose first line is the subject.

    not_after: until when its link opens a door; what holds one is kept as a secret.
    """
    with translation.override(language):
        text = render_to_string(f"accounts/mail/{name}.txt", {**context, "url": settings.VIGIE_URL})
    subject, _, body = text.strip().partition("\n")
    return Letter(
        Channel.EMAIL,
        to,
        subject=subject,
        text=body.strip() + "\n",
        language=language,
        urgent=not_after is not None,
        secret=not_after is not None,
        not_after=not_after,
    )
