"""What people type to sign in; the library checks it, the words are ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.core import context, ratelimit
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vigie.accounts import queries
from vigie.accounts.forms.people import RULE

ONCE_WITHIN = 150  # seconds: longer than any code is taken for
ANSWERS = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "v-short"}


def reword(field: forms.Field, label: Any, help_text: Any = "", **attrs: str) -> None:
    """Give a field of the library our label, and no placeholder."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


class SignInForm(account.LoginForm):
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["login"], _("Adresse électronique"), autocomplete="username")
        reword(self.fields["password"], _("Mot de passe"))


class PasswordAgainForm(account.ReauthenticateForm):
    """The password again, before a dangerous act."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["password"], _("Mot de passe"))


class ChangePasswordForm(account.ChangePasswordForm):
    """The old password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["oldpassword"], _("Mot de passe actuel"))
        reword(self.fields["password1"], _("Nouveau mot de passe"), RULE)
        reword(self.fields["password2"], _("Encore une fois"))


class SetPasswordForm(account.SetPasswordForm):
    """A first password, for who came through the directory."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["password1"], _("Mot de passe"), RULE)
        reword(self.fields["password2"], _("Encore une fois"))


class ResetForm(account.ResetPasswordForm):
    """The address of an account whose password is lost."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["email"], _("Adresse électronique"), autocomplete="username")


class NewPasswordForm(account.ResetPasswordKeyForm):
    """A new password, by the link of a letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["password1"], _("Nouveau mot de passe"), RULE)
        reword(self.fields["password2"], _("Encore une fois"))


class Once(forms.Form):
    """Take each code of an application once, as long as any clock would take it."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Return a code that was not used before. Raises ValidationError."""
        request, tried = context.request, str(self.user.pk)
        if not ratelimit.consume(request, action="code", key=tried):
            raise ValidationError(_("Trop d’essais : attendez quelques minutes."))
        code = str(super().clean_code())  # type: ignore[misc]
        digits = "".join(sign for sign in code if sign.isdigit())
        is_new = cache.add(f"code:{self.user.pk}:{digits}", "used", timeout=ONCE_WITHIN)
        if self.authenticator.type == Authenticator.Type.TOTP and not is_new:
            raise ValidationError(_("Ce code n’est pas le bon, ou il a déjà servi."))
        ratelimit.clear(request, action="code", key=tried)
        return code


class CodeForm(Once, mfa.AuthenticateForm):
    """The code of the second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["code"], _("Code de l’application, ou code de secours"), **ANSWERS)

    @property
    def has_key(self) -> bool:
        """Return whether the person could use a passkey instead."""
        return bool(queries.second_factors(self.user).keys)


class CodeAgainForm(Once, mfa.ReauthenticateForm):
    """The code again, before a dangerous act."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["code"], _("Code de l’application, ou code de secours"), **ANSWERS)


class ActivateForm(totp.ActivateTOTPForm):
    """The first code of an application, which proves that it works."""

    secret: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["code"], _("Code à 6 chiffres que montre l’application"), **ANSWERS)

    @property
    def secret_to_type(self) -> str:
        """Return the secret in groups of four, for where no camera is."""
        return " ".join(self.secret[i : i + 4] for i in range(0, len(self.secret), 4))


@contextmanager
def only_passkeys() -> Iterator[None]:
    """Refuse what is no passkey at all; the library would stumble over some of it."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as reason:
        raise ValidationError(_("Cette clé n’a pas été reconnue.")) from reason


class KeySignInForm(webauthn.LoginWebAuthnForm):
    """A passkey instead of the password."""

    def clean_credential(self) -> Authenticator:
        """Return whose passkey it is. Raises ValidationError."""
        with only_passkeys():
            return super().clean_credential()


class GivenKeyForm(webauthn.AuthenticateWebAuthnForm):
    """A passkey as the second factor."""

    def clean_credential(self) -> Authenticator:
        """Return the passkey. Raises ValidationError."""
        with only_passkeys():
            return super().clean_credential()


class KeyAgainForm(webauthn.ReauthenticateWebAuthnForm):
    """A passkey before a dangerous act."""

    def clean_credential(self) -> Authenticator:
        """Return the passkey. Raises ValidationError."""
        with only_passkeys():
            return super().clean_credential()


class KeyForm(webauthn.AddWebAuthnForm):
    """A new passkey, its name, and whether it replaces the password."""

    passwordless = forms.BooleanField(
        label=_("Me connecter avec cette clé seule, sans mot de passe"),
        required=False,
        initial=True,
        help_text=_("Demande un code, une empreinte ou un visage à chaque connexion."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["name"], _("Nom de la clé"), _("Par exemple : ordinateur du bureau."))

    def clean(self) -> dict[str, Any]:
        """Check what the browser says of the new key. Raises ValidationError."""
        with only_passkeys():
            return super().clean() or {}


class RenameKeyForm(webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self.fields["name"], _("Nom de la clé"))


class DemoForm(forms.Form):
    """Whom a visitor of a demo instance wants to be."""

    person = forms.IntegerField(min_value=1)
