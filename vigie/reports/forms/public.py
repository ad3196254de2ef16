"""Parse what somebody reports from the ward. Little is asked, and hardly anything is refused."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.establishments.models import Ward
from vigie.reference import advice
from vigie.reports import rules
from vigie.reports.rules import Answer, Told
from vigie.ui.widgets import Tiles

Choice = tuple[str, str | Promise]
ANSWERS: list[Choice] = [
    (str(Answer.YES), _("Oui")),
    (str(Answer.NO), _("Non")),
    (str(Answer.UNSURE), _("Je ne sais pas")),
]
DANGER_ICONS: dict[str, str] = {"yes": "urgent", "no": "check", "unsure": "help"}
DEVICE_ICONS: dict[str, str] = {"yes": "device-heart-monitor", "no": "check", "unsure": "help"}
MISSING = _("Choisissez une réponse.")


def answers(label: Any, icons: dict[str, str]) -> forms.ChoiceField:
    """Return a question about a patient: yes, no, or not sure."""
    return forms.ChoiceField(
        label=label,
        choices=ANSWERS,
        widget=Tiles(icons=icons, hot={Answer.YES}, columns=3, flat=True),
        error_messages={"required": MISSING},
    )


class ReportForm(forms.Form):
    """What somebody noticed. Where a patient is in danger, nothing holds it back."""

    danger = answers(_("Un patient est-il en danger maintenant ?"), DANGER_ICONS)
    device = answers(
        _("L’appareil est-il relié à un patient, ou le surveille-t-il ?"), DEVICE_ICONS
    )
    picture = forms.ChoiceField(
        label=_("Que se passe-t-il ?"), error_messages={"required": MISSING}
    )
    text = forms.CharField(
        label=_("En quelques mots"),
        required=False,
        max_length=rules.TEXT_LENGTH,
        help_text=_("Pas de nom ni de numéro de patient."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    ward = forms.ChoiceField(label=_("Service"), required=False)
    where = forms.CharField(
        label=_("Où exactement ?"),
        required=False,
        max_length=rules.WHERE_LENGTH,
        help_text=_("Par exemple : box 3, poste de soins."),
    )
    phone = forms.CharField(
        label=_("Pour vous rappeler"),
        required=False,
        max_length=rules.PHONE_LENGTH,
        help_text=_("Poste ou téléphone."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    name = forms.CharField(
        label=_("Votre nom"),
        required=False,
        max_length=rules.NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, wards: Sequence[Ward] = (), **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        known = advice.report_pictures()
        choices: list[Choice] = [(code, entry.title.in_(language)) for code, entry in known.items()]
        icons = {code: entry.icon for code, entry in known.items()}
        self.fields["picture"].widget = Tiles(icons=icons, columns=2)
        self.fields["picture"].choices = choices  # type: ignore[attr-defined]
        self.wards = {str(ward.pk): ward for ward in wards}
        if self.wards:
            choices = [("", _("Non précisé")), *((pk, w.name) for pk, w in self.wards.items())]
            self.fields["ward"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["ward"]

    @property
    def told(self) -> Told:
        """Return what was said, as far as it can be read, checked or not."""
        self.is_valid()
        return Told(**{field.name: self._said(field.name) for field in fields(Told)})

    @property
    def chosen_ward(self) -> Ward | None:
        """Return the ward that was chosen, None for none."""
        return self.wards.get(str(self.data.get("ward", "")))

    def _said(self, name: str) -> str:
        if name in self.cleaned_data:
            return str(self.cleaned_data[name])
        # Too long, or not one of the choices: words are kept, a made-up choice is not.
        is_choice = isinstance(self.fields[name], forms.ChoiceField)
        return "" if is_choice else str(self.data.get(name, ""))


class WordsForm(forms.Form):
    """What the sender of a report adds later."""

    text = forms.CharField(
        label=_("Répondre ou compléter"),
        max_length=rules.TEXT_LENGTH,
        help_text=_("Pas de nom ni de numéro de patient."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Écrivez quelque chose.")},
    )
    key = forms.RegexField(r"\A[0-9a-f]{48}\Z", widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
