"""Parse what people ask of the portal: words to look for, language and colours."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vigie.accounts.models import User
from vigie.messages.queries import PARTS

LEAST_SIGNS, MOST_SIGNS = 2, 100


class SearchForm(forms.Form):
    """Words to look for."""

    q = forms.CharField(
        label=_("Chercher un dossier, un établissement"),
        min_length=LEAST_SIGNS,
        max_length=MOST_SIGNS,
        error_messages={
            "required": _("Écrivez au moins deux signes."),
            "min_length": _("Écrivez au moins deux signes."),
        },
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )


class PreferencesForm(forms.Form):
    """A language, colours, or both."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    theme = forms.ChoiceField(choices=User.Theme.choices, required=False)


class OutboxForm(forms.Form):
    """Which part of the outbox, and from where on."""

    part = forms.ChoiceField(choices=[(part, part) for part in PARTS], required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)

    @property
    def asked(self) -> tuple[str, int | None]:
        """Return the part and the number before which to begin; what is wrong counts as none."""
        self.is_valid()
        said = self.cleaned_data
        return said.get("part") or next(iter(PARTS)), said.get("before")
