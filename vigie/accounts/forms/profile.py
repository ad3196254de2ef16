"""What people say of themselves and of the programs that act for them."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vigie.accounts import queries
from vigie.accounts.models import User
from vigie.accounts.rules import PERMISSION_WORDS, Permission
from vigie.reference import catalogue
from vigie.ui.widgets import Ticks

THEMES = (
    (User.Theme.AUTO, _("Comme l’appareil")),
    (User.Theme.LIGHT, _("Clair")),
    (User.Theme.DARK, _("Sombre")),
)
LIVES = ((7, _("7 jours")), (30, _("30 jours")), (90, _("3 mois")), (365, _("1 an")))  # days


def time_zones(person: User) -> list[tuple[str, str]]:
    """Return the zones on offer: those of the regions, the instance's, UTC and the person's own."""
    known = {region.time_zone for region in catalogue.regions().values()}
    known |= {timezone.get_default_timezone_name(), "UTC", person.time_zone}
    return [(zone, zone.replace("_", " ")) for zone in sorted(known)]


class ProfileForm(forms.Form):
    """Name, how to be reached, language, colours and time zone."""

    first_name = forms.CharField(label=_("Prénom"), max_length=80)
    last_name = forms.CharField(label=_("Nom de famille"), max_length=80)
    job = forms.CharField(label=_("Fonction"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("Téléphone"),
        max_length=32,
        required=False,
        help_text=_("Celui qui répond aussi la nuit, si vous en avez un."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "class": "v-short"}),
    )
    language = forms.ChoiceField(label=_("Langue"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Couleurs"), choices=THEMES)
    time_zone = forms.ChoiceField(label=_("Fuseau horaire"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = self.fields["time_zone"]
        assert isinstance(zones, forms.ChoiceField)  # noqa: S101 - declared above
        zones.choices = time_zones(person)


class TokenForm(forms.Form):
    """A token: its use, what it may do, for how long."""

    name = forms.CharField(
        label=_("À quoi sert-il ?"), max_length=80, help_text=_("Le nom du programme, par exemple.")
    )
    scopes = forms.MultipleChoiceField(label=_("Ce qu’il pourra faire"), widget=Ticks)
    days = forms.TypedChoiceField(label=_("Pour combien de temps"), choices=LIVES, coerce=int)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = queries.permissions_held(person)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)  # noqa: S101 - declared above
        scopes.choices = [(p, gettext(words)) for p, words in PERMISSION_WORDS.items() if p in held]

    @property
    def wanted(self) -> list[Permission]:
        """Return the permissions that were ticked."""
        return [Permission(text) for text in self.cleaned_data["scopes"]]

    def ends(self, now: datetime) -> datetime:
        """Return when the token ends."""
        return now + timedelta(days=self.cleaned_data["days"])


class ScopeForm(forms.Form):
    """The territory to look at alone; empty: all together."""

    scope = forms.ChoiceField(required=False)
    next = forms.CharField(required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)  # noqa: S101 - declared above
        scope.choices = [("", ""), *((s.code, s.label) for s in queries.scopes(person))]
