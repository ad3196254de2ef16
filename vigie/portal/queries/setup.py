"""What a person has still to set up."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from vigie.accounts.models import User
from vigie.accounts.queries import second_factors
from vigie.portal.rules import Step

FEW_CODES = 3


def setup(person: User) -> list[Step]:
    """Return what the person should set up, the most pressing first. Costs one SQL query."""
    return list(_steps(person))


def _steps(person: User) -> Iterator[Step]:
    factors = second_factors(person)
    if not factors.any:
        yield Step(
            _("Ajoutez un second facteur"),
            _("Un mot de passe volé ne suffira plus pour lire les incidents sous votre nom."),
            _("Ajouter"),
            "accounts:second_factor",
        )
    elif factors.codes_left is None:
        yield Step(
            _("Imprimez des codes de secours"),
            _("Sans eux, un téléphone perdu vous ferme Vigie au pire moment."),
            _("Faire les codes"),
            "mfa_generate_recovery_codes",
        )
    elif factors.codes_left < FEW_CODES:
        yield Step(
            _("Il vous reste peu de codes de secours"),
            _("Faites-en de nouveaux et gardez-les hors de l’ordinateur."),
            _("Refaire les codes"),
            "mfa_generate_recovery_codes",
        )
    if not person.phone:
        yield Step(
            _("Donnez un téléphone"),
            _("Le CERT et votre structure sauront où vous joindre pendant un incident."),
            _("Compléter mon profil"),
            "accounts:profile",
        )
