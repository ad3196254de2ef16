"""Parse what the desk records of the parties of a file."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.follow import Choice, offer, sentence
from vigie.incidents.models.labels import choices
from vigie.incidents.rules.routing import (
    BY_HAND,
    CLOCKS_DIFFER,
    NAME_LENGTH,
    OTHER,
    PROOF_LENGTH,
    REASON_LENGTH,
    Means,
    Outcome,
    Telling,
)
from vigie.ui.widgets import Moment, Tiles

OUTCOME_ICONS: dict[str, str] = {Outcome.TOLD: "check", Outcome.NOT_NEEDED: "minus"}
MEANS_ICONS: dict[str, str] = {
    Means.PHONE: "phone",
    Means.MAIL: "mail",
    Means.DOCUMENT: "file-text",
    Means.PORTAL: "eye",
    Means.IN_PERSON: "messages",
}


class ToldForm(forms.Form):
    """That a party was told, or why it need not be."""

    mark_optional = False  # what is wanted depends on the first answer
    outcome = forms.ChoiceField(
        label=_("Où en est-on ?"),
        choices=choices(Outcome),
        widget=Tiles(icons=OUTCOME_ICONS, columns=2, flat=True),
    )
    means = forms.ChoiceField(
        label=_("Par quel moyen"),
        required=False,
        choices=choices(Means),
        widget=Tiles(icons=MEANS_ICONS, columns=3, flat=True),
    )
    at = forms.DateTimeField(label=_("Quand"), widget=Moment)
    proof = forms.CharField(
        label=_("Preuve"),
        required=False,
        max_length=PROOF_LENGTH,
        help_text=_("Fonction jointe, numéro d’accusé, objet du courriel. Pas de nom de personne."),
        widget=sentence(2),
    )
    attachment = forms.FileField(
        label=_("Pièce qui le prouve"),
        required=False,
        max_length=200,
        help_text=_("Gardée chiffrée, montrée au CERT seul."),
    )
    reason = forms.CharField(
        label=_("Pourquoi ce n’est pas nécessaire"),
        required=False,
        max_length=REASON_LENGTH,
        widget=sentence(2),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"outcome": Outcome.TOLD, "at": now})
        super().__init__(*args, **kwargs)
        self.now = now

    def clean(self) -> dict[str, Any]:
        """Want the means and the proof of a telling, the reason of an omission."""
        found = super().clean() or self.cleaned_data
        if found.get("at") and found["at"] > self.now + CLOCKS_DIFFER:
            self.add_error("at", ValidationError(_("Cette heure est à venir.")))
        if found.get("outcome") == Outcome.NOT_NEEDED:
            self._want("reason", found, _("Dites pourquoi."))
        elif found.get("outcome"):
            self._want("means", found, _("Dites par quel moyen."))
            if not found.get("attachment"):
                self._want("proof", found, _("Écrivez la preuve ou joignez une pièce."))
        return found

    def _want(self, name: str, found: dict[str, Any], text: Any) -> None:
        if not found.get(name) and name not in self.errors:
            self.add_error(name, ValidationError(text))

    def telling(self, rule: str, party: str) -> Telling:
        """Return what a valid form holds, for a task."""
        found = self.cleaned_data
        told = found["outcome"] == Outcome.TOLD
        return Telling(
            rule=rule,
            party=party,
            party_name=found.get("party_name", ""),
            outcome=Outcome(found["outcome"]),
            at=found["at"],
            means=Means(found["means"]) if told else None,
            proof=found["proof"] if told else "",
            reason=found["reason"],
        )


class OtherToldForm(ToldForm):
    """That somebody was told whom no rule asks for."""

    party = forms.ChoiceField(label=_("Qui"), choices=())
    party_name = forms.CharField(
        label=_("Lequel"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=_("Pour un autre : son service ou sa fonction, pas le nom d’une personne."),
    )
    field_order = ("party", "party_name", "means", "at", "proof", "attachment", "reason")

    def __init__(self, *args: Any, parties: Iterable[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["outcome"]
        self.fields["reason"].label = _("Pourquoi le prévenir")
        offer(self, "party", [*parties, (OTHER, _("Un autre"))])

    def clean(self) -> dict[str, Any]:
        """Want the name of another party, and why it was told."""
        self.cleaned_data["outcome"] = Outcome.TOLD
        found = super().clean()
        self._want("reason", found, _("Dites pourquoi."))
        if found.get("party") == OTHER:
            self._want("party_name", found, _("Dites qui."))
        return found

    @property
    def chosen(self) -> Telling:
        """Return what a valid form holds."""
        return self.telling(BY_HAND, self.cleaned_data["party"])


class RetractForm(forms.Form):
    """Why a record is taken back."""

    reason = forms.CharField(label=_("Motif"), max_length=REASON_LENGTH, widget=sentence(2))
