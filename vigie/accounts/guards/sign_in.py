"""How people sign in: what we ask of the library that does it, and what it may not do."""

import base64
import ipaddress
import logging
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import clean_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from vigie.accounts import operations
from vigie.accounts.guards.proof import is_fresh, record_second_factor, ways_in
from vigie.accounts.models import User
from vigie.accounts.rules import Refusal
from vigie.establishments import queries as establishments
from vigie.kernel import clock, keys

logger = logging.getLogger(__name__)
SECRETS_KEY = "second-factors.key"
INVITATION = "invitation"  # where the session keeps the secret of an opened link
# What the library would say by its own templates; anything else it says is left unsaid.
SAID = {
    "account/messages/logged_out.txt": gettext_noop("Vous êtes déconnecté."),
    "account/messages/password_changed.txt": gettext_noop("Votre mot de passe est changé."),
    "account/messages/password_set.txt": gettext_noop("Votre mot de passe est enregistré."),
    "mfa/messages/totp_deactivated.txt": gettext_noop("L’application n’est plus demandée."),
    "mfa/messages/webauthn_added.txt": gettext_noop("La clé d’accès est enregistrée."),
    "mfa/messages/webauthn_removed.txt": gettext_noop("La clé d’accès est retirée."),
    "usersessions/messages/sessions_logged_out.txt": gettext_noop(
        "Vos autres sessions sont fermées."
    ),
    "socialaccount/messages/account_connected.txt": gettext_noop(
        "Le compte de l’annuaire est relié au vôtre."
    ),
    "socialaccount/messages/account_connected_other.txt": gettext_noop(
        "Ce compte de l’annuaire est déjà relié à une autre personne."
    ),
    "socialaccount/messages/account_disconnected.txt": gettext_noop(
        "Le compte de l’annuaire n’est plus relié."
    ),
}
# The library's letters about an account, by the event that ours tell.
EVENTS = {
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "account/email/password_set": "password_changed",
    "mfa/email/totp_activated": "totp_added",
    "mfa/email/totp_deactivated": "totp_removed",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
    "socialaccount/email/account_connected": "directory_linked",
    "socialaccount/email/account_disconnected": "directory_unlinked",
}


class SecondFactorStage(AuthenticateStage):
    """Ask for the second factor, unless the directory vouches that it did."""

    def _should_handle(self, request: HttpRequest) -> bool:
        vouched = vouched_level((self.login.signal_kwargs or {}).get("sociallogin"))
        return not vouched and bool(super()._should_handle(request))


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by invitation alone; limits, letters and records of our own."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Ce compte est fermé."),
        "email_password_mismatch": _("Cette adresse et ce mot de passe ne vont pas ensemble."),
        "enter_current_password": _("Ce n’est pas votre mot de passe actuel."),
        "incorrect_code": _("Ce code n’est pas le bon, ou il a déjà servi."),
        "incorrect_password": _("Ce mot de passe n’est pas le bon."),
        "rate_limited": _("Trop d’essais : attendez quelques minutes."),
        "too_many_login_attempts": _("Trop d’essais : attendez quelques minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that it is not: people are invited."""
        return False

    def new_user(self, request: HttpRequest) -> User:
        """Return a person that is stored nowhere; the library keeps it in a session meanwhile."""
        return User(date_joined=clock.now())

    def get_login_stages(self) -> list[str]:
        """Return the steps after the first proof."""
        return [f"{__name__}.SecondFactorStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address in front of our trusted proxies; what a client claims is not read."""
        trusted = settings.TRUSTED_PROXIES
        claimed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if trusted and len(claimed) >= trusted:
            found = clean_client_ip(claimed[-trusted])
        else:
            found = clean_client_ip(request.META.get("REMOTE_ADDR", ""))
        return found or "0.0.0.0"  # noqa: S104 - all without an address share one limit

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a try beyond the limit of this account from this address, or of either."""
        key = self._place(request, credentials)
        if not ratelimit.consume(request, action="login_failed_here", key=key):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return whose e-mail and password these are; a success forgives the failures before."""
        person = super().authenticate(request, **credentials)
        if isinstance(person, User):
            key = self._place(request, credentials)
            ratelimit.clear(request, action="login_failed_here", key=key)
            return person
        logger.warning("Sign-in failed from %s", self.get_client_ip(request))
        return None

    def _place(self, request: HttpRequest, credentials: dict[str, Any]) -> str:
        return f"{str(credentials.get('email', '')).lower()} {self.get_client_ip(request)}"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # The library would count apart for each name that the server is called by.
        return str(credentials.get("email", "")).lower()

    def post_login(
        self,
        request: HttpRequest,
        user: User,
        *,
        signal_kwargs: dict[str, Any] | None,
        **rest: Any,
    ) -> HttpResponseBase:
        """Record how the person came in, then go where they were going."""
        if level := vouched_level((signal_kwargs or {}).get("sociallogin")):
            record_second_factor(request, user, "directory", acr=level)
        operations.note_sign_in(person=user, ways=ways_in(request, user), now=clock.now())
        answer: HttpResponseBase = super().post_login(
            request, user, signal_kwargs=signal_kwargs, **rest
        )
        return answer

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Return whether the last proof is too old for a dangerous act."""
        return not is_fresh(self.request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to the profile."""
        return reverse("accounts:profile")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the path of the link that chooses a new password."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return path.replace("UID-KEY", key)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send the link to the address of the account, whatever was typed."""
        if user.is_active:
            path = context["password_reset_url"]
            operations.mail.send_password_link(user, path, now=clock.now())

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Journal what changed in how the person signs in, and write to them in our words."""
        if event := EVENTS.get(template_prefix):
            operations.note_security(person=user, event=event, now=clock.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send none of the library's own letters: their links would follow the Host header."""
        logger.error("The library wanted to send %s", template_prefix)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it in our words."""
        text = message or gettext(SAID[message_template]) if message_template in SAID else message
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors whose secrets are useless to whoever steals the database alone."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "Votre rôle exige un second facteur, et c’est le dernier : ajoutez-en un autre d’abord."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as the database keeps it."""
        return _box(keys.load_or_create(SECRETS_KEY)).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret again. Raises KeyMissing when the key is not where it was."""
        return _box(keys.load(SECRETS_KEY)).decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether another factor stays, or none is asked for."""
        person = authenticator.user
        others = Authenticator.objects.filter(user=person).exclude(pk=authenticator.pk)
        stays = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return stays or not person.needs_second_factor or establishments.is_demo()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        """Return the name that a new key bears unless its owner finds a better one."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Clé d’accès %(number)d") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the name that passkeys are bound to: that of VIGIE_URL, never the Host header."""
        return {"id": site_name(), "name": "Vigie"}


class DirectoryAdapter(DefaultSocialAccountAdapter):
    """Sign-in by the directory, for accounts that their owner or an invitation linked to it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return that it is not: nobody gets an account by being in a directory."""
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Find nobody: an address in a directory proves nothing here."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Keep little of what the directory says; let an invited newcomer in."""
        claims = needed_claims(sociallogin.account)
        operations.keep_directory_claims(account=sociallogin.account, claims=claims)
        invited = request.session.get(INVITATION)
        is_new = not sociallogin.is_existing and request.user.is_anonymous
        if invited and is_new and sociallogin.state.get("process") == "login":
            self._join(request, sociallogin, invited)

    def _join(self, request: HttpRequest, sociallogin: SocialLogin, secret: str) -> None:
        said = sociallogin.account.extra_data.get("userinfo", {})
        newcomer = operations.Newcomer(
            first_name=str(said.get("given_name", ""))[:80],
            last_name=str(said.get("family_name", ""))[:80],
            password=None,
        )
        try:
            person = operations.join(secret=secret, newcomer=newcomer, now=clock.now())
        except Refusal as reason:
            messages.error(request, gettext(reason.message))
            raise ImmediateHttpResponse(redirect("accounts:invited")) from reason
        request.session.pop(INVITATION)
        sociallogin.connect(request, person)

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        """Return to the profile."""
        return reverse("accounts:profile")


def needed_claims(account: SocialAccount) -> dict[str, Any]:
    """Return the level of the sign-in and the name; what else a directory says is dropped."""
    said = account.extra_data
    level = said.get("id_token", {}).get("acr")
    kept = ("given_name", "family_name", "name", "email")
    who = {name: v for name, v in said.get("userinfo", {}).items() if name in kept}
    return {"id_token": {"acr": level} if level else {}, "userinfo": who}


def vouched_level(sociallogin: SocialLogin | None) -> str:
    """Return the level by which the directory vouches for a second factor, "" if it does not.

    Only the signed token counts, and only a level that the operator listed.
    """
    if sociallogin is None:
        return ""
    level = str(sociallogin.account.extra_data.get("id_token", {}).get("acr", ""))
    return level if level in settings.OIDC_ACR else ""


def site_name() -> str:
    """Return the name under which VIGIE_URL is reached."""
    return urlsplit(settings.VIGIE_URL).hostname or ""


def passkeys_work(request: HttpRequest) -> bool:
    """Return whether a passkey can be used: they are bound to one name, never to an address."""
    called = urlsplit(f"//{request.get_host()}").hostname or ""
    try:
        ipaddress.ip_address(called)
    except ValueError:
        return called == site_name()
    return False


def _box(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))
