"""What administrators and directors type about others, and what the invited say."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vigie.accounts.models import User
from vigie.accounts.rules import ROLES, fits
from vigie.establishments.models import Establishment
from vigie.establishments.rules import BadTerritory, Territory, TerritoryKind
from vigie.ui.widgets import Day, Tiles

RULE = _("12 signes au moins, ni un mot courant, ni votre nom. Une phrase convient bien.")


def start_of(day: date | None) -> datetime | None:
    """Return the first moment of a day in the reader's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def end_of(day: date | None) -> datetime | None:
    """Return the moment after the last of a day."""
    return start_of(day + timedelta(days=1)) if day else None


class TerritoryField(forms.CharField):
    """A territory as text: region:84, ej:750712184."""

    def clean(self, value: Any) -> Any:
        """Return the territory, None where nothing was given. Raises ValidationError."""
        text = super().clean(value)
        try:
            return Territory.parse(text) if text else None
        except BadTerritory as reason:
            raise ValidationError(_("Choisissez un territoire.")) from reason


class PeopleFilterForm(forms.Form):
    """What a list of people is narrowed to."""

    mark_optional = False
    q = forms.CharField(label=_("Nom, adresse, fonction"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Rôle"), required=False)
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101 - declared above
        every = [(r.code, gettext(r.title)) for r in ROLES.values()]
        role.choices = [("", gettext("Tous les rôles")), *every]


class JournalFilterForm(forms.Form):
    """What the journal is narrowed to."""

    mark_optional = False
    about = forms.ChoiceField(
        label=_("À propos de"),
        required=False,
        choices=(
            ("", _("Tout")),
            ("incident.", _("Incidents")),
            ("person.", _("Personnes")),
            ("membership.", _("Rôles")),
            ("invitation.", _("Invitations")),
            ("delegation.", _("Délégations")),
            ("token.", _("Jetons")),
            ("establishment.", _("Établissements")),
            ("journal.", _("Journal et sauvegardes")),
        ),
    )
    since = forms.DateField(label=_("Du"), required=False, widget=Day)
    until = forms.DateField(label=_("Au"), required=False, widget=Day)
    after = forms.CharField(required=False, max_length=80)

    @property
    def asked(self) -> dict[str, Any]:
        """Return the criteria as the journal takes them."""
        typed = self.cleaned_data
        return {
            "verb": typed["about"],
            "since": start_of(typed["since"]),
            "until": end_of(typed["until"]),
            "after": typed["after"],
        }


class GiveRoleForm(forms.Form):
    """A role on a territory, from a day until another."""

    role = forms.ChoiceField(label=_("Rôle"))
    since = forms.DateField(
        label=_("À partir du"), required=False, widget=Day, help_text=_("Vide : dès maintenant.")
    )
    until = forms.DateField(
        label=_("Jusqu’au"),
        required=False,
        widget=Day,
        help_text=_("Ce jour compris. Vide : sans fin prévue."),
    )

    def __init__(self, *args: Any, kind: TerritoryKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = [role for role in ROLES.values() if fits(role.code, kind)]
        helps = {role.code: gettext(role.description) for role in fitting}
        role_field = self.fields["role"]
        assert isinstance(role_field, forms.ChoiceField)  # noqa: S101 - declared above
        role_field.widget = Tiles(columns=2, helps=helps)
        role_field.choices = [(role.code, gettext(role.title)) for role in fitting]

    @property
    def starts(self) -> datetime | None:
        """Return when the role begins, None for now."""
        return start_of(self.cleaned_data.get("since"))

    @property
    def ends(self) -> datetime | None:
        """Return when the role is over, None for never."""
        return end_of(self.cleaned_data.get("until"))


class InviteForm(GiveRoleForm):
    """The address of somebody to invite, and their role."""

    since = None  # type: ignore[assignment]
    email = forms.EmailField(
        label=_("Adresse électronique"),
        widget=forms.EmailInput({"autocomplete": "off"}),
        help_text=_("Professionnelle et personnelle : pas une boîte partagée."),
    )
    field_order = ("email", "role", "until")


class CorrectForm(forms.Form):
    """What an administrator corrects of a person."""

    first_name = forms.CharField(label=_("Prénom"), max_length=80)
    last_name = forms.CharField(label=_("Nom de famille"), max_length=80)
    job = forms.CharField(label=_("Fonction"), max_length=120, required=False)
    phone = forms.CharField(label=_("Téléphone"), max_length=32, required=False)
    email = forms.EmailField(
        label=_("Adresse électronique"),
        help_text=_("C’est elle qui sert à se connecter : la changer ferme les sessions ouvertes."),
    )


class AcceptForm(forms.Form):
    """Who accepts an invitation, and their first password."""

    first_name = forms.CharField(
        label=_("Prénom"), max_length=80, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Nom de famille"),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    job = forms.CharField(label=_("Fonction"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("Téléphone"),
        max_length=32,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "class": "v-short"}),
    )
    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=RULE,
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Check the password against the rules and the name."""
        typed = super().clean() or {}
        if password := typed.get("password"):
            person = User(
                email=self.email,
                first_name=typed.get("first_name", ""),
                last_name=typed.get("last_name", ""),
            )
            try:
                validate_password(password, person)
            except ValidationError as reason:
                self.add_error("password", reason)
        return typed


class DelegateForm(forms.Form):
    """Who may declare for whom, until when."""

    establishment = forms.ModelChoiceField(
        label=_("Établissement"), queryset=Establishment.objects.none(), empty_label=None
    )
    to = forms.ModelChoiceField(
        label=_("À qui"), queryset=User.objects.none(), empty_label=_("Choisir")
    )
    since = forms.DateField(
        label=_("À partir du"), required=False, widget=Day, help_text=_("Vide : dès maintenant.")
    )
    until = forms.DateField(
        label=_("Jusqu’au"), widget=Day, help_text=_("Ce jour compris, dans un an au plus.")
    )

    def __init__(self, *args: Any, establishments: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("establishment", establishments), ("to", people)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
            field.queryset = rows

    @property
    def starts(self) -> datetime | None:
        """Return when the delegation begins, None for now."""
        return start_of(self.cleaned_data.get("since"))

    @property
    def ends(self) -> datetime:
        """Return when the delegation is over."""
        ends = end_of(self.cleaned_data["until"])
        assert ends  # noqa: S101 - a required field
        return ends
