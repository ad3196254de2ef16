"""Rows of dated periods: what a care activity lived through, from when until when."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.fields import without_controls
from vigie.incidents.models import labels
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules.facts import EPISODE_LIMIT, LINE_LENGTH, EpisodeFacts
from vigie.incidents.rules.words import EpisodeKind
from vigie.kernel.partial import PartialDate
from vigie.reference import catalogue
from vigie.ui.fields import PartialMomentField

PREFIX = "episodes"
NAME = re.compile(rf"{PREFIX}-([0-9]{{1,4}})-")
FIRST_FIELD = "activity"


def rows_in(names: Iterable[str]) -> list[int]:
    """Return the numbers of the rows that are among the names of a form, in their order."""
    found = {int(match[1]) for name in names if (match := NAME.match(name))}
    return sorted(found)[:EPISODE_LIMIT]


def with_row(answers: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the answers with one row more, for the first touched activity that has none."""
    numbers = rows_in(answers)
    number = numbers[-1] + 1 if numbers else 0
    taken = {code for n in numbers for code in answers.get(f"{PREFIX}-{n}-activity", [])}
    free = [code for code in answers.get("care_activities", []) if code not in taken]
    return {
        **answers,
        f"{PREFIX}-{number}-activity": [free[0] if free else ""],
        f"{PREFIX}-{number}-kind": [str(EpisodeKind.DEGRADED)],
    }


def without_row(answers: Mapping[str, list[str]], number: str) -> dict[str, list[str]]:
    """Return the answers without one row."""
    return {n: value for n, value in answers.items() if not n.startswith(f"{PREFIX}-{number}-")}


def activities(touched: Iterable[str]) -> list[Any]:
    """Return the whole structure, then the touched activities, then the others."""
    language = get_language() or "fr"
    named = {code: e.title.in_(language) for code, e in catalogue.care_activities().items()}
    first = [(code, title) for code, title in named.items() if code in set(touched)]
    rest = [(code, title) for code, title in named.items() if code not in set(touched)]
    return [("", _("Toute la structure")), *first, *rest]


class EpisodeForm(forms.Form):
    """One row. A row in which nothing but its activity is chosen counts as none."""

    mark_optional = False

    activity = forms.ChoiceField(label=_("Activité"), required=False)
    kind = forms.ChoiceField(
        label=_("Ce qu’elle vit"),
        choices=[("", _("Choisir…")), *labels.choices(EpisodeKind)],
        error_messages={"required": _("Dites ce que vit l’activité.")},
    )
    start = PartialMomentField(label=_("Depuis"), read=PartialDate.typed, required=False)
    end = PartialMomentField(
        label=_("Jusqu’à"),
        read=PartialDate.typed,
        required=False,
        help_text=_("Vide : cela dure encore."),
    )
    note = forms.CharField(label=_("Précision"), max_length=LINE_LENGTH, required=False)

    def __init__(self, number: int, touched: Iterable[str], **kwargs: Any) -> None:
        super().__init__(prefix=f"{PREFIX}-{number}", label_suffix="", **kwargs)
        self.number = number
        self.fields["activity"].choices = activities(touched)  # type: ignore[attr-defined]

    @property
    def is_blank(self) -> bool:
        """Return whether the row says nothing: no kind, no date, no words."""
        if not self.is_bound:
            return False
        own = f"{self.prefix}-"
        told = [n for n in self.data if n.startswith(own) and n != f"{own}{FIRST_FIELD}"]
        return not any(str(self.data[name]).strip() for name in told)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts."""
        cleaned = super().clean() or {}
        cleaned["note"] = without_controls(cleaned.get("note", ""))
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and facts_rules.surely_after(start, end):
            self.add_error("end", ValidationError(_("Cette fin vient avant le début.")))
        return cleaned

    @property
    def facts(self) -> EpisodeFacts:
        """Return the period of a row that holds."""
        told = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        return EpisodeFacts.model_validate(told)
