"""Parse what people write in a rota."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vigie.establishments.models import Duty, Rota
from vigie.establishments.models.rota import LANGUAGES
from vigie.establishments.operations import DutyFacts, StandingFacts
from vigie.establishments.rules import MOST_WEEKS, Level, Slot
from vigie.portal.forms.places import StatementForm
from vigie.ui.widgets import Moment, Tiles

LEVEL_ICONS = {"1": "phone-call", "2": "phone-plus"}
LEVELS = [("1", _("Premier appelé")), ("2", _("Suppléant"))]
PHONE = {"type": "tel", "autocomplete": "off"}
FIRST_YEAR, LAST_YEAR = 2000, 2199
FACTS = ("function", "name", "phone", "phone2", "email", "language")


def near(day: date) -> None:
    """Refuse a day of another century: a slip of the keyboard. Raises ValidationError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("Cette date est trop loin."))


class DutyForm(StatementForm):
    """Who is on call, from when until when."""

    template_name = "portal/rota/form.html"

    level = forms.ChoiceField(
        label=_("Rang"),
        choices=LEVELS,
        initial="1",
        widget=Tiles(icons=LEVEL_ICONS, columns=2, flat=True),
        help_text=_("Le suppléant est appelé quand le premier ne répond pas."),
    )
    starts_at = forms.DateTimeField(label=_("Du"), widget=Moment, validators=[near])
    ends_at = forms.DateTimeField(label=_("Au"), widget=Moment, validators=[near])
    function = forms.CharField(
        label=_("Fonction"),
        max_length=80,
        help_text=_("Par exemple : RSSI d’astreinte, directrice de garde, analyste du CERT."),
    )
    name = forms.CharField(label=_("Nom"), max_length=120)
    phone = forms.CharField(
        label=_("Téléphone"),
        required=False,
        max_length=32,
        widget=forms.TextInput(PHONE),
        help_text=_("Un mobile : il reçoit aussi les messages courts."),
    )
    phone2 = forms.CharField(
        label=_("Second téléphone"), required=False, max_length=32, widget=forms.TextInput(PHONE)
    )
    email = forms.EmailField(label=_("Courriel"), required=False)
    language = forms.ChoiceField(label=_("Langue des messages"), choices=LANGUAGES, initial="fr")

    @classmethod
    def of(cls, duty: Duty, posted: Any = None) -> "DutyForm":
        """Return the form of a stored duty."""
        names = (*FACTS, "level", "starts_at", "ends_at")
        return cls(posted, initial={name: getattr(duty, name) for name in names})

    @property
    def slot(self) -> Slot:
        """Return when."""
        said = self.cleaned_data
        return Slot(said["starts_at"], said["ends_at"], Level(int(said["level"])))

    @property
    def facts(self) -> DutyFacts:
        """Return who."""
        return DutyFacts(**{name: self.cleaned_data[name] for name in FACTS})


class NewDutyForm(DutyForm):
    """Somebody on call, with a deputy for the same time if one is named."""

    deputy_function = forms.CharField(
        label=_("Fonction du suppléant"), required=False, max_length=80
    )
    deputy_name = forms.CharField(label=_("Nom du suppléant"), required=False, max_length=120)
    deputy_phone = forms.CharField(
        label=_("Téléphone du suppléant"),
        required=False,
        max_length=32,
        widget=forms.TextInput(PHONE),
    )
    deputy_email = forms.EmailField(label=_("Courriel du suppléant"), required=False)

    def clean(self) -> None:
        """Ask for what a deputy needs once one is named."""
        said = self.cleaned_data
        if not said.get("deputy_name"):
            return
        if said.get("level") == "2":
            self.add_error("deputy_name", _("Un suppléant n’a pas lui-même de suppléant."))
        if not (said.get("deputy_phone") or said.get("deputy_email")):
            self.add_error("deputy_phone", _("Donnez un téléphone ou un courriel."))

    @property
    def deputy(self) -> DutyFacts | None:
        """Return the deputy, None where none is named."""
        said = self.cleaned_data
        if not said["deputy_name"]:
            return None
        return DutyFacts(
            function=said["deputy_function"] or said["function"],
            name=said["deputy_name"],
            phone=said["deputy_phone"],
            email=said["deputy_email"],
            language=said["language"],
        )


class StandingForm(StatementForm):
    """The permanent contact of a territory, and how its calls go on."""

    standing_name = forms.CharField(
        label=_("Contact permanent"),
        required=False,
        max_length=120,
        help_text=_("Le standard, ou l’astreinte informatique : appelé si personne n’est inscrit."),
    )
    standing_phone = forms.CharField(
        label=_("Téléphone, jour et nuit"),
        required=False,
        max_length=32,
        widget=forms.TextInput(PHONE),
    )
    standing_email = forms.EmailField(label=_("Courriel"), required=False)
    escalate_after = forms.IntegerField(
        label=_("Minutes sans réponse avant la personne suivante"),
        required=False,
        min_value=1,
        max_value=240,
        help_text=_("Laissez vide pour le délai habituel de cette instance."),
    )
    webhook = forms.SlugField(
        label=_("Programme à prévenir"),
        required=False,
        max_length=40,
        help_text=_("Le nom d’un webhook que les réglages de l’instance permettent."),
    )

    @classmethod
    def of(cls, rota: Rota | None, posted: Any = None) -> "StandingForm":
        """Return the form of what is set already."""
        start = {name: getattr(rota, name) for name in cls.base_fields} if rota else {}
        return cls(posted, initial=start)

    @property
    def facts(self) -> StandingFacts:
        """Return what was stated."""
        said = self.cleaned_data
        return StandingFacts(
            name=said["standing_name"],
            phone=said["standing_phone"],
            email=said["standing_email"],
            minutes=said["escalate_after"],
            webhook=said["webhook"],
        )


class RepeatForm(StatementForm):
    """How often a week is repeated."""

    week = forms.DateField(widget=forms.HiddenInput, validators=[near])
    times = forms.IntegerField(
        label=_("Répéter cette semaine, fois"), min_value=1, max_value=MOST_WEEKS, initial=4
    )


class PeriodForm(forms.Form):
    """Which week or month to show; nonsense shows the present."""

    day = forms.DateField(required=False, validators=[near])
    show = forms.ChoiceField(required=False, choices=[("week", ""), ("month", "")])


class GapForm(forms.Form):
    """From when until when a new duty is proposed."""

    start = forms.DateTimeField(required=False, validators=[near])
    end = forms.DateTimeField(required=False, validators=[near])

    def proposed(self) -> dict[str, datetime]:
        """Return the bounds that make sense."""
        self.is_valid()
        said = self.cleaned_data
        wanted = {"starts_at": said.get("start"), "ends_at": said.get("end")}
        return {name: at for name, at in wanted.items() if at is not None}
