"""Say what the journal holds of people, roles, tokens and sign-ins."""

from django.utils.translation import gettext, gettext_lazy

from vigie.accounts.rules import PERMISSION_WORDS, ROLES
from vigie.audit import rules as audit

_ = gettext_lazy

# What follows the name of who acted, wherever the journal is read.
SENTENCES: dict[str, object] = {
    "person.created": _("a ouvert un compte"),
    "person.joined": _("a rejoint Vigie sur invitation"),
    "person.changed": _("a changé son profil"),
    "person.corrected": _("a corrigé le profil"),
    "person.deactivated": _("a fermé le compte"),
    "person.reactivated": _("a ouvert à nouveau le compte"),
    "person.signed_in": _("s’est connecté"),
    "person.sessions_ended": _("a fermé les sessions ouvertes"),
    "person.password_changed": _("a changé son mot de passe"),
    "person.second_factor_reset": _("a retiré le second facteur perdu"),
    "person.totp_added": _("a ajouté une application d’authentification"),
    "person.totp_removed": _("a retiré l’application d’authentification"),
    "person.passkey_added": _("a ajouté une clé d’accès"),
    "person.passkey_removed": _("a retiré une clé d’accès"),
    "person.recovery_codes_made": _("a créé de nouveaux codes de secours"),
    "person.directory_linked": _("a relié son compte à l’annuaire"),
    "person.directory_unlinked": _("a délié son compte de l’annuaire"),
    "membership.given": _("a donné le rôle %(role)s sur %(territory)s"),
    "membership.ended": _("a mis fin au rôle %(role)s sur %(territory)s"),
    "invitation.sent": _("a invité quelqu’un : %(role)s sur %(territory)s"),
    "invitation.revoked": _("a retiré une invitation"),
    "invitation.accepted": _("a accepté une invitation"),
    "delegation.given": _("a délégué le droit de déclarer"),
    "delegation.revoked": _("a retiré une délégation"),
    "token.created": _("a créé un jeton"),
    "token.used": _("s’est servi d’un jeton (une ligne par jour)"),
    "token.revoked": _("a révoqué un jeton"),
}
TARGETS = {
    "user": audit.Target(_("Compte d’une personne"), "accounts:person"),
    "invitation": audit.Target(_("Invitation")),
}
LABELS: dict[str, object] = {
    "delegation": "",  # the number of a row tells a reader nothing
    "email": _("adresse"),
    "first_name": _("prénom"),
    "job": _("fonction"),
    "last_name": _("nom de famille"),
    "membership": "",
    "phone": _("téléphone"),
    "purpose": "",
    "removed": _("moyens retirés"),
    "role": _("rôle"),
    "scopes": _("permet"),
    "since": _("à partir du"),
    "sessions": _("sessions"),
    "territory": _("territoire"),
    "token": _("jeton n°"),
    "until": _("jusqu’au"),
    "ways": _("par"),
}
WAYS = {
    "directory": _("second facteur de l’annuaire"),
    "password": _("mot de passe"),
    "recovery_codes": _("code de secours"),
    "socialaccount": _("annuaire"),
    "totp": _("application d’authentification"),
    "webauthn": _("clé d’accès"),
}


def speak() -> None:
    """Teach the journal the words of this capability."""
    audit.register(
        sentences=SENTENCES,
        targets=TARGETS,
        labels=LABELS,
        values={"role": role, "scopes": scopes, "ways": ways},
    )


def role(code: object) -> str:
    """Return what a role is called, its code where there is none such."""
    known = ROLES.get(str(code))
    return gettext(known.title) if known else str(code)


def scopes(codes: object) -> list[str]:
    """Return what a token may do."""
    listed = codes if isinstance(codes, list) else [codes]
    words = {str(permission): told for permission, told in PERMISSION_WORDS.items()}
    return [gettext(words[code]) if code in words else str(code) for code in map(str, listed)]


def ways(codes: object) -> list[str]:
    """Return what somebody proved themselves with."""
    listed = codes if isinstance(codes, list) else [codes]
    return [str(WAYS.get(str(code), code)) for code in listed]
