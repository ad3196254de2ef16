"""Parse what people say they saw: a pasted text, chosen lines of it, one value typed by hand."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vigie.incidents.feeds.observables import LONGEST_TEXT
from vigie.incidents.forms.follow import because, offer, sentence
from vigie.incidents.models.labels import choices
from vigie.incidents.operations.observables import NOTE_LENGTH, Seen
from vigie.incidents.rules.observables import LONGEST, BadObservable, Named, Sort, named, typed
from vigie.incidents.rules.words import SightingSource, Tlp

BAR = "|"
GUESS = ""


def told(one: Named) -> str:
    """Return an observable as a form sends it back."""
    return f"{one.sort}{BAR}{one.value}"


def understood(text: str) -> Named:
    """Return the observable that a form sent back. Raises BadObservable."""
    sort, _bar, value = text.partition(BAR)
    if sort not in set(Sort):
        raise BadObservable(sort)
    return named(Sort(sort), value)


class PasteForm(forms.Form):
    """A text in which to look."""

    text = forms.CharField(
        label=_("Texte à lire"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_(
            "Un courriel, un rapport, des lignes de journal. « hxxp » et « [.] » sont lus."
        ),
        widget=sentence(6),
    )
    whole_file = forms.BooleanField(
        label=_("Lire aussi la déclaration et les messages de ce dossier"), required=False
    )
    mark_optional = False

    def clean(self) -> dict[str, Any]:
        """Something must be read."""
        found = super().clean() or self.cleaned_data
        if not self.errors and not found.get("text") and not found.get("whole_file"):
            self.add_error("text", ValidationError(_("Collez un texte, ou cochez la case.")))
        return found


class SharedForm(forms.Form):
    """How far it may be told, and a note."""

    tlp = forms.ChoiceField(
        label=_("Diffusion permise"), choices=[(mark, f"TLP:{mark}") for mark in Tlp]
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=NOTE_LENGTH,
        help_text=_("D’où cela vient, par exemple « en-tête du message reçu à 2 h »."),
        widget=forms.TextInput(attrs={"class": "v-wide"}),
    )

    @property
    def shared(self) -> dict[str, Any]:
        """Return what holds for everything that the form adds."""
        return {"tlp": Tlp(self.cleaned_data["tlp"]), "note": self.cleaned_data["note"]}


class ChosenForm(SharedForm):
    """Lines chosen among those that a text held."""

    item = forms.MultipleChoiceField(required=False)
    own = forms.MultipleChoiceField(required=False)
    source = forms.ChoiceField(
        choices=[(word, word) for word in (SightingSource.PASTED, SightingSource.FILE)],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, sent: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = [(text, text) for text in sent]
        offer(self, "item", values)
        offer(self, "own", values)

    def clean_item(self) -> list[Named]:
        """Return the observables, each checked again: the page only proposed them."""
        if not self.cleaned_data["item"]:
            raise ValidationError(_("Cochez au moins une ligne."))
        try:
            return [understood(text) for text in self.cleaned_data["item"]]
        except BadObservable as reason:
            raise ValidationError(_("Une ligne n’est pas lisible.")) from reason

    @property
    def seen(self) -> list[Seen]:
        """Return what to add."""
        own = set(self.cleaned_data["own"])
        return [Seen(one, is_own=told(one) in own) for one in self.cleaned_data["item"]]


class TypedForm(SharedForm):
    """One observable typed by hand."""

    sort = forms.ChoiceField(
        label=_("Nature"),
        required=False,
        choices=[(GUESS, _("À reconnaître")), *choices(Sort)],
    )
    value = forms.CharField(
        label=_("Valeur"),
        max_length=LONGEST,
        help_text=_("Une adresse, une empreinte, un compte, un nom de rançongiciel…"),
        widget=forms.TextInput(attrs={"class": "v-wide"}),
    )
    field_order = ("sort", "value", "tlp", "note")

    def clean(self) -> dict[str, Any]:
        """Recognise the value, or check it against its nature."""
        given = super().clean() or self.cleaned_data
        if "value" in given and "sort" in given:
            try:
                given["named"] = self._named(given["sort"], given["value"])
            except BadObservable:
                self.add_error("value", ValidationError(_("Ce n’est pas une valeur de ce genre.")))
        return given

    def _named(self, sort: str, value: str) -> Named:
        if sort != GUESS:
            return named(Sort(sort), value)
        found = typed(value)
        if found is None:
            raise BadObservable(value)
        return found


class RetireForm(forms.Form):
    """Why an observable is taken back."""

    reason = because(_("Pourquoi le retirer"), help_text=_("La ligne reste lisible, barrée."))


class ObservablesForm(forms.Form):
    """What the list of observables is asked for. What cannot be read asks for nothing."""

    mark_optional = False
    q = forms.CharField(
        label=_("Chercher"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    sort = forms.ChoiceField(
        label=_("Nature"), required=False, choices=[("", _("Toutes")), *choices(Sort)]
    )

    @property
    def right(self) -> dict[str, str]:
        """Return the values that could be read."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
