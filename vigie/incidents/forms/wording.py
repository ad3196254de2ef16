"""Parse templates of answers, and which one a person wants to use."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.follow import Choice, offer, sentence
from vigie.incidents.models import AnswerTemplate
from vigie.incidents.operations.wording import Wording
from vigie.incidents.rules.wording import GAPS, TEXT_LENGTH, TITLE_LENGTH, unknown

LANGUAGES = {"fr": _("français"), "en": _("anglais")}


def no_unknown_gap(text: str) -> None:
    """Raise ValidationError where a gap is one that nothing fills."""
    if gaps := unknown(text):
        named = ", ".join(f"{{{gap}}}" for gap in gaps)
        raise ValidationError(_("Rien ne remplit : %(gaps)s.") % {"gaps": named})


class TemplateForm(forms.Form):
    """The words of a template, in both languages."""

    country = forms.ChoiceField(label=_("Pays"), choices=())
    title = forms.CharField(
        label=_("Titre"),
        max_length=TITLE_LENGTH,
        help_text=_("Ce que l’équipe cherche dans la liste : « Demander des nouvelles »."),
        widget=forms.TextInput(attrs={"class": "v-wide", "data-focus": ""}),
    )
    text_fr = forms.CharField(
        label=_("Texte en français"),
        max_length=TEXT_LENGTH,
        validators=[no_unknown_gap],
        widget=sentence(8),
    )
    text_en = forms.CharField(
        label=_("Texte en anglais"),
        max_length=TEXT_LENGTH,
        validators=[no_unknown_gap],
        widget=sentence(8),
    )

    def __init__(self, *args: Any, countries: Iterable[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = list(countries)
        offer(self, "country", offered)
        if len(offered) < 2:
            self.fields["country"].widget = forms.HiddenInput()
            self.fields["country"].initial = offered[0][0] if offered else ""

    @property
    def words(self) -> Wording:
        """Return what a valid form holds."""
        found = self.cleaned_data
        return Wording(found["title"], found["text_fr"], found["text_en"])

    @property
    def gaps(self) -> list[str]:
        """Return the gaps that a text may have, as they are typed."""
        return [f"{{{gap}}}" for gap in GAPS]


def to_use(templates: Iterable[AnswerTemplate]) -> list[Choice]:
    """Return the templates to choose from, each in both languages, the reader's own first."""
    first = "en" if (get_language() or "fr").startswith("en") else "fr"
    order = sorted(LANGUAGES, key=lambda code: code != first)
    return [
        (f"{template.pk}-{code}", f"{template.title} ({LANGUAGES[code]})")
        for template in templates
        for code in order
    ]


def wanted(text: str) -> tuple[int, str] | None:
    """Return the number and the language of a choice such as 12-fr, None where it is none."""
    number, _dash, language = text.partition("-")
    if language not in LANGUAGES or not (number.isascii() and number.isdecimal()):
        return None
    return (int(number), language) if len(number) < 17 else None
