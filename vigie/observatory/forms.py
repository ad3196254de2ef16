"""Read the question that the address of a page asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.establishments.rules import BadTerritory, Territory
from vigie.kernel.partial import FIRST_YEAR, LAST_YEAR
from vigie.observatory.rules.edition import PLAIN, View
from vigie.observatory.rules.question import Axis, Question, Unit
from vigie.reference import catalogue

ALL = "all"
AXES = (
    (Axis.DECLARED.value, _("Année de déclaration")),
    (Axis.OCCURRED.value, _("Année de survenue")),
)
UNITS = (
    (Unit.DECLARATIONS.value, _("Déclarations")),
    (Unit.EVENTS.value, _("Événements distincts")),
)


WITHOUT = "without"
PROVIDERS = (
    (ALL, _("Avec les prestataires touchés")),
    (WITHOUT, _("Sans les prestataires touchés")),
)


def structure_types() -> list[tuple[str, Any]]:
    """Return the choices of structure types in the reader's language."""
    language = get_language() or "fr"
    found = [(code, one.title.in_(language)) for code, one in catalogue.structure_types().items()]
    return [(ALL, _("Tous les types")), *found]


class QuestionForm(forms.Form):
    """What a report is asked for; what the address leaves out keeps a default.

    years: to offer, the default first. territories: codes and names to offer. Others in the
    address are taken too: the query says whether the reader may count there.
    """

    year = forms.IntegerField(label=_("Année"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    axis = forms.ChoiceField(label=_("Classer par"), choices=AXES)
    unit = forms.ChoiceField(label=_("Compter"), choices=UNITS)
    territory = forms.CharField(label=_("Territoire"), max_length=60)
    type = forms.ChoiceField(label=_("Type de structure"), choices=structure_types)
    providers = forms.ChoiceField(label=_("Prestataires"), choices=PROVIDERS)

    def __init__(
        self,
        asked: Mapping[str, str],
        *,
        years: Sequence[int],
        territories: Sequence[tuple[str, str]],
        default: Territory | None,
    ) -> None:
        defaults = {
            "year": str(years[0]),
            "axis": Axis.DECLARED.value,
            "unit": Unit.DECLARATIONS.value,
            "territory": str(default or ALL),
            "type": ALL,
            "providers": ALL,
        }
        super().__init__(defaults | {name: asked[name] for name in defaults if asked.get(name)})
        self._offer("year", [(str(one), str(one)) for one in years])
        self._offer("territory", territories)

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        """Draw a field as a list to choose from, what the address holds included."""
        here = self.data[name]
        own = [] if here in {code for code, _name in choices} else [(here, here)]
        self.fields[name].widget = forms.Select(choices=[*choices, *own])

    def clean_territory(self) -> Territory | None:
        """Return the territory, None for all that the reader may count."""
        text = self.cleaned_data["territory"]
        if text == ALL:
            return None
        try:
            return Territory.parse(text)
        except BadTerritory as reason:
            raise ValidationError(_("Ce territoire n’existe pas.")) from reason

    def clean_type(self) -> str:
        """Return the code of the structure type, nothing for all."""
        code = str(self.cleaned_data["type"])
        return "" if code == ALL else code

    def question(self) -> Question:
        """Return what is asked; only once the form is valid."""
        answers = self.cleaned_data
        return Question(
            year=answers["year"],
            territory=answers["territory"],
            structure_type=answers["type"],
            unit=Unit(answers["unit"]),
            axis=Axis(answers["axis"]),
            without_provider=answers["providers"] == WITHOUT,
        )


class ViewForm(forms.Form):
    """How the public looks at a year; what the address leaves out is the plain view."""

    axis = forms.ChoiceField(label=_("Classer par"), choices=AXES, required=False)
    unit = forms.ChoiceField(label=_("Compter"), choices=UNITS, required=False)
    providers = forms.ChoiceField(label=_("Prestataires"), choices=PROVIDERS, required=False)

    def view(self) -> View:
        """Return the view; only once the form is valid."""
        told = self.cleaned_data
        return View(
            unit=Unit(told["unit"] or PLAIN.unit),
            axis=Axis(told["axis"] or PLAIN.axis),
            without_provider=told["providers"] == WITHOUT,
        )


def address_of(view: View) -> dict[str, str]:
    """Return the part of an address that asks for a view: nothing for the plain one."""
    told = {
        "unit": view.unit.value if view.unit is not PLAIN.unit else "",
        "axis": view.axis.value if view.axis is not PLAIN.axis else "",
        "providers": WITHOUT if view.without_provider else "",
    }
    return {name: text for name, text in told.items() if text}
