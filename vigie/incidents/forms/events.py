"""Parse what the desk decides on events: their name, their end, their files, a word to all."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.follow import Choice, offer, sentence
from vigie.incidents.operations.exchange import LONGEST
from vigie.incidents.rules import search
from vigie.ui.widgets import Ticks

MOST_FILES = 100
TITLE_HELP = _("Les structures touchées le lisent : n’en nommez aucune.")
BETWEEN = re.compile(r"[\s,;]+")


class EventsForm(forms.Form):
    """What the list of events is asked for. What cannot be read asks for nothing."""

    mark_optional = False
    q = forms.CharField(label=_("Chercher"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("État"),
        required=False,
        choices=[("open", _("En cours")), ("closed", _("Clos")), ("all", _("Tous"))],
    )

    @property
    def right(self) -> dict[str, str]:
        """Return the values that could be read, an open event where nothing was asked."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name, "") for name in self.fields}
        return found | {"state": found["state"] or "open"}


class TitleForm(forms.Form):
    """The name of an event, and the supplier behind it."""

    title = forms.CharField(
        label=_("Titre"),
        max_length=200,
        help_text=TITLE_HELP,
        widget=forms.TextInput(attrs={"class": "v-wide", "data-focus": ""}),
    )
    supplier = forms.CharField(
        label=_("Prestataire à l’origine"),
        required=False,
        max_length=200,
        help_text=_("Son nom tel qu’il est dans la liste des fournisseurs."),
    )


class WhyForm(forms.Form):
    """An act on an event that needs its reason and nothing else."""

    reason = forms.CharField(label=_("Motif"), max_length=300, widget=sentence(2))


class AddFilesForm(WhyForm):
    """More files for an event, by their references."""

    references = forms.CharField(
        label=_("Références des dossiers"),
        max_length=2_000,
        help_text=_("Par exemple 26-0417, 26-0421 : autant que vous voulez."),
        widget=forms.TextInput(attrs={"class": "v-wide"}),
    )
    field_order = ("references", "reason")

    def clean_references(self) -> list[int]:
        """Return the numbers of the files."""
        parts = [part for part in BETWEEN.split(self.cleaned_data["references"]) if part]
        found = [search.wanted(part).file for part in parts]
        for part, number in zip(parts, found, strict=True):
            if number is None:
                raise ValidationError(
                    _("« %(text)s » n’est pas la référence d’un dossier.") % {"text": part}
                )
        if len(found) > MOST_FILES:
            raise ValidationError(_("Cent dossiers au plus à la fois."))
        return [number for number in found if number is not None]


class CircularForm(forms.Form):
    """A word to every file of an event."""

    text = forms.CharField(
        label=_("Message à tous les dossiers"),
        max_length=LONGEST,
        help_text=_("Chaque structure le reçoit dans son dossier, sans voir les autres."),
        widget=sentence(4),
    )
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)


class GroupFilesForm(forms.Form):
    """Files to put together, into an event that there is or a new one."""

    file = forms.TypedMultipleChoiceField(
        label=_("Dossiers à grouper"), coerce=int, choices=(), widget=Ticks
    )
    event = forms.TypedChoiceField(
        label=_("Événement"), required=False, coerce=int, empty_value=None, choices=()
    )
    title = forms.CharField(
        label=_("Titre du nouvel événement"),
        required=False,
        max_length=200,
        help_text=TITLE_HELP,
        widget=forms.TextInput(attrs={"class": "v-wide"}),
    )
    reason = forms.CharField(
        label=_("Pourquoi c’est la même cause"), max_length=300, widget=sentence(2)
    )

    def __init__(
        self, *args: Any, files: Iterable[Choice] = (), events: Iterable[Choice] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "file", files)
        offer(self, "event", [("", _("Un nouvel événement")), *events])

    def clean(self) -> dict[str, Any]:
        """A new event needs its title."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("event") is None and not found.get("title") and "event" not in self.errors:
            self.add_error("title", ValidationError(_("Donnez un titre au nouvel événement.")))
        return found
