"""Parse what officers decide on a report."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vigie.incidents.models import Incident
from vigie.reports import rules


class HouseForm(forms.Form):
    """A form whose labels end as they are written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class AnswerForm(HouseForm):
    """Words for whoever sent the report."""

    text = forms.CharField(
        label=_("Répondre à l’auteur"),
        max_length=rules.ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "v-wide"}),
        help_text=_("Il le lit sur sa page de suivi, sans compte. Aucun nom de patient."),
        error_messages={"required": _("Écrivez quelque chose.")},
    )
    with_name = forms.BooleanField(
        label=_("Montrer mon nom (sinon, ma fonction seulement)"), required=False
    )
    key = forms.RegexField(r"\A[0-9a-f]{48}\Z", widget=forms.HiddenInput())


class ReasonForm(HouseForm):
    """Why a report is rejected, or taken back."""

    reason = forms.CharField(
        label=_("Motif"),
        max_length=rules.ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "class": "v-wide"}),
        error_messages={"required": _("Dites pourquoi.")},
    )


class AttachForm(HouseForm):
    """The file that a report belongs to."""

    incident = forms.ChoiceField(
        label=_("Dossier"), error_messages={"required": _("Choisissez un dossier.")}
    )

    def __init__(self, *args: Any, files: Sequence[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choosable = {str(file.pk): file for file in files}
        choices = [(pk, f"{file.reference} · {file.title}") for pk, file in self.choosable.items()]
        self.fields["incident"].choices = choices  # type: ignore[attr-defined]

    @property
    def file(self) -> Incident:
        """Return the chosen file. Call it on a valid form."""
        return self.choosable[str(self.cleaned_data["incident"])]
