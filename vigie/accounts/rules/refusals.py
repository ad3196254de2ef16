"""What accounts refuse, each with the sentence that pages show. Pure."""

from vigie.accounts.rules.roles import gettext_noop


class Refusal(Exception):  # noqa: N818 - those below read as sentences where they are raised
    """The rules do not allow it."""

    message = ""  # French, to translate where it is shown

    def __str__(self) -> str:
        return self.__doc__ or self.message


class UnknownTerritory(Refusal):
    """Nothing of that name is known here."""

    message = gettext_noop("Ce territoire n’est pas connu ici.")


class UnfitRole(Refusal):
    """The role is not given on that kind of territory."""

    message = gettext_noop("Ce rôle ne se donne pas sur ce genre de territoire.")


class OwnRights(Refusal):
    """Nobody changes what they may do themselves: another administrator does."""

    message = gettext_noop(
        "Personne ne change ses propres droits : demandez à un autre administrateur."
    )


class AlreadyHeld(Refusal):
    """The person holds that role there already."""

    message = gettext_noop("Cette personne a déjà ce rôle sur ce territoire.")


class BadDates(Refusal):
    """The end does not come after the start and after now."""

    message = gettext_noop("La fin doit venir après le début et rester dans l’avenir.")


class TooLong(Refusal):
    """Nothing is granted for more than a year at once."""

    message = gettext_noop("Un an au plus : choisissez une fin plus proche.")


class AddressTaken(Refusal):
    """An account with that address exists."""

    message = gettext_noop("Un compte existe déjà avec cette adresse.")


class InvitationOver(Refusal):
    """The invitation is unknown, used, revoked or past, or its sender may no longer invite."""

    message = gettext_noop(
        "Cette invitation n’est plus valable : demandez-en une nouvelle à qui vous l’a envoyée."
    )


class SignInFirst(Refusal):
    """The invited address has an account: its owner accepts when signed in."""

    message = gettext_noop("Cette adresse a déjà un compte : connectez-vous, puis acceptez.")


class OtherAddress(Refusal):
    """The invitation was sent to another address than the signed-in person's."""

    message = gettext_noop(
        "Cette invitation a été envoyée à une autre adresse que celle de votre compte."
    )


class TooMuch(Refusal):
    """A token was asked for more than its owner may do."""

    message = gettext_noop("Un jeton ne peut rien de plus que son propriétaire.")


class NotHere(Refusal):
    """The person has no role in that establishment."""

    message = gettext_noop("Cette personne n’a pas de rôle dans cet établissement.")


class LastFactor(Refusal):
    """The role asks for a second factor, and this is the last one."""

    message = gettext_noop(
        "Votre rôle exige un second facteur, et c’est le dernier : ajoutez-en un autre d’abord."
    )
