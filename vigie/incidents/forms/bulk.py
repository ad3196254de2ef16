"""Parse an act on many files: which files, which act, and what the act needs to know."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.exchange import GroupForm
from vigie.incidents.forms.follow import Choice, NextForm, because, offer, sentence
from vigie.incidents.forms.wording import wanted
from vigie.incidents.operations.bulk import Pick
from vigie.incidents.operations.exchange import LONGEST
from vigie.incidents.rules.words import Status
from vigie.ui.widgets import Tiles

LARGEST = 2**31 - 1


def picks_in(values: Iterable[str]) -> list[Pick]:
    """Return the files that boxes name, such as 417.3: number and version; others are dropped."""
    found = []
    for value in values:
        number, _dot, version = value.partition(".")
        digits = number.isascii() and number.isdecimal() and version.isascii()
        if digits and version.isdecimal() and len(number) < 17 and int(version or 0) <= LARGEST:
            found.append(Pick(int(number), int(version)))
    return list({pick.pk: pick for pick in found}.values())


class AssignEachForm(forms.Form):
    """Who follows the files."""

    to = forms.TypedChoiceField(
        label=_("Suivi par"), required=False, coerce=int, empty_value=None, choices=()
    )

    def __init__(self, *args: Any, desk: Iterable[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", [("", _("Personne")), *desk])


class PlanEachForm(NextForm):
    """The one thing that comes next in each file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"]


class WriteEachForm(forms.Form):
    """The template that each structure receives, filled for its file."""

    template = forms.ChoiceField(label=_("Modèle"), choices=())
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, templates: Iterable[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "template", templates)

    @property
    def chosen(self) -> tuple[int, str]:
        """Return the number of the template and the language."""
        found = wanted(self.cleaned_data["template"])
        assert found is not None  # noqa: S101 - the choices are made of such texts
        return found


class CloseEachForm(forms.Form):
    """How the files end, and in what words."""

    to = forms.ChoiceField(
        label=_("Comment finissent-ils ?"),
        choices=[
            (Status.CLOSED, _("Clos : traités jusqu’au bout")),
            (Status.REJECTED, _("Écartés : ils ne comptent plus")),
        ],
        widget=Tiles(columns=2, flat=True),
    )
    words = forms.CharField(
        label=_("Ce qu’il faut retenir, ou pourquoi les écarter"),
        max_length=LONGEST,
        widget=sentence(4),
    )


class MergeEachForm(forms.Form):
    """The file to keep; the others are its duplicates."""

    into = forms.TypedChoiceField(
        label=_("Dossier à garder"), coerce=int, choices=(), widget=Tiles(columns=2)
    )
    reason = because(_("Pourquoi c’est le même incident"))

    def __init__(self, *args: Any, files: Iterable[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "into", files)


class GroupAllForm(GroupForm):
    """The event that the files belong to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"]
