"""Parse what one side tells the other, and which files share a cause."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.follow import ActForm, Choice, offer, sentence
from vigie.incidents.operations.exchange import LONGEST
from vigie.ui.widgets import Ticks


class Files(forms.ClearableFileInput):
    """A control that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the list of files, each checked."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given if one]


class MessageForm(forms.Form):
    """A word to the other side, with files."""

    text = forms.CharField(
        label=_("Votre message"),
        required=False,
        max_length=LONGEST,
        widget=sentence(3),
    )
    attachments = FilesField(
        label=_("Pièces jointes"),
        required=False,
        max_length=200,
        widget=Files(attrs={"multiple": True}),
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    mark_optional = False

    def clean(self) -> dict[str, Any]:
        """A message has words or files."""
        found = super().clean() or self.cleaned_data
        if not self.errors and not found.get("text") and not found.get("attachments"):
            self.add_error("text", ValidationError(_("Écrivez un message ou joignez un fichier.")))
        return found


class AskSupportForm(ActForm):
    """What support the structure needs."""

    nature = forms.CharField(
        label=_("De quel appui avez-vous besoin ?"),
        max_length=LONGEST,
        help_text=_("Par exemple : analyse d’un serveur, conseil de remédiation, renfort."),
        widget=sentence(3, **{"data-focus": ""}),
    )


class GroupForm(ActForm):
    """The event that the file belongs to, with others that share the cause."""

    event = forms.TypedChoiceField(
        label=_("Événement"), required=False, coerce=int, empty_value=None, choices=()
    )
    title = forms.CharField(
        label=_("Titre du nouvel événement"),
        required=False,
        max_length=200,
        help_text=_("Par exemple : « Panne de l’hébergeur du logiciel de soins »."),
        widget=forms.TextInput(attrs={"class": "v-wide"}),
    )
    others = forms.TypedMultipleChoiceField(
        label=_("À grouper aussi"), required=False, coerce=int, choices=(), widget=Ticks
    )
    reason = forms.CharField(
        label=_("Pourquoi c’est la même cause"), max_length=300, widget=sentence(2)
    )

    def __init__(
        self,
        *args: Any,
        events: Iterable[Choice] = (),
        alike: Iterable[Choice] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "event", [("", _("Un nouvel événement")), *events])
        known = list(alike)
        offer(self, "others", known)
        if not known:
            del self.fields["others"]

    def clean(self) -> dict[str, Any]:
        """A new event needs its title."""
        found: Mapping[str, Any] = super().clean() or self.cleaned_data
        if found.get("event") is None and not found.get("title") and "event" not in self.errors:
            self.add_error("title", ValidationError(_("Donnez un titre au nouvel événement.")))
        return dict(found)
