"""Read what people type in a declaration: one form a step, whatever was answered so far."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.episodes import EpisodeForm, rows_in
from vigie.incidents.forms.fields import (
    ANSWER_ICONS,
    ANSWERS,
    NO,
    NOBODY,
    TOLD,
    YES,
    Choice,
    field_of,
    without_controls,
)
from vigie.incidents.models import labels
from vigie.incidents.models.questions import QUESTIONS
from vigie.incidents.queries import Structure
from vigie.incidents.rules.blocks import ASKED, Step
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Channel
from vigie.inventory.models import Application, Supplier
from vigie.ui.widgets import Ticks, Tiles

PHONE_LENGTH, NAME_LENGTH = 32, 120
LEAST_DIGITS = 2  # an extension inside the hospital
Answers = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Around:
    """What a step offers to choose from, beside the closed lists."""

    structures: list[Structure] = field(default_factory=list)
    usual: Structure | None = None
    searched: bool = False  # too many structures to list: the person searches
    applications: list[Application] = field(default_factory=list)
    suppliers: list[Supplier] = field(default_factory=list)
    known_supplier: Supplier | None = None
    takes_calls: bool = False  # the desk, which types what others tell
    phone: str = ""
    person: Mapping[str, str] = field(default_factory=dict)  # name, job, email


class StepForm(forms.Form):
    """Some questions of a declaration. Unbound: what is known already stands in `initial`."""

    mark_optional = False  # nearly everything is: the page says so once

    def __init__(
        self,
        names: Iterable[str],
        around: Around,
        answers: Answers | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.around = around
        self.typed: MultiValueDict[str, Any] = MultiValueDict(dict(answers or {}))
        bound = None if answers is None else self.typed
        super().__init__(bound, initial=dict(initial or {}), label_suffix="")
        self.names = tuple(names)
        for name in self.names:
            self.add(name)

    def add(self, name: str) -> None:
        """Put the field of one question at the end."""
        self.fields[name] = field_of(name)

    def clean(self) -> dict[str, Any]:
        """Drop control signs from what was typed, and choices that were sent twice."""
        cleaned = super().clean() or {}
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = without_controls(value)
            elif isinstance(value, list):
                cleaned[name] = list(dict.fromkeys(value))
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """Return the answers that hold, as facts; a form that is not bound answers nothing."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: self.cleaned_data[name] for name in self.names if name in self.cleaned_data}

    def forgive_empty(self) -> None:
        """Take back that answers are missing: a page that is only opened does not scold."""
        for name, errors in list(self.errors.items()):
            if all(error.code in ("required", "incomplete") for error in errors.as_data()):
                del self.errors[name]


class EssentialForm(StepForm):
    """The eight answers without which nothing is sent; patients first."""

    def __init__(self, names: Iterable[str], around: Around, *args: Any, **kwargs: Any) -> None:
        super().__init__(names, around, *args, **kwargs)
        self.fields["structure"] = structure_field(around)
        if around.searched:
            box = forms.TextInput(attrs={"autocomplete": "off"})
            self.fields["structure_q"] = forms.CharField(
                label=_("Chercher la structure"),
                help_text=_("Son nom, sa commune ou son numéro FINESS."),
                max_length=100,
                required=False,
                widget=box,
            )
        self.fields["phone"] = phone_field(
            _("Où vous rappeler ?"), required=True, help_text=_("Un numéro joignable maintenant.")
        )
        if around.usual is not None:
            self.initial.setdefault("structure", around.usual.code)
        self.initial.setdefault("phone", around.phone)

    @property
    def structure(self) -> Structure | None:
        """Return the structure that was chosen, None while it is not one that may be."""
        if not self.is_bound:
            return None
        self.is_valid()
        code = self.cleaned_data.get("structure")
        return next((one for one in self.around.structures if one.code == code), None)


def structure_field(around: Around) -> forms.ChoiceField:
    """Return the choice of the structure: tiles for a few, a list for more."""
    choices: list[Choice] = [
        (one.code, structure_label(one, around.structures)) for one in around.structures
    ]
    few = around.searched or len(choices) <= 4
    widget = Tiles(columns=2) if few else forms.Select()
    if not few:
        choices.insert(0, ("", _("Choisir…")))
    return forms.ChoiceField(label=_("Quelle structure ?"), choices=choices, widget=widget)


def structure_label(one: Structure, others: Sequence[Structure] = ()) -> str:
    """Return « Site nord, Lyon (CH de Valmont) » or « CH de Valmont (toute la structure) ».

    others: all that are offered; the whole is named so only beside a part of it.
    """
    town = f", {one.commune}" if one.commune else ""
    if one.site is not None and one.site.name != one.establishment.name:
        return f"{one.site.name}{town} ({one.establishment.name})"
    parts = [o for o in others if o.site and o.establishment.pk == one.establishment.pk]
    if not parts:
        return f"{one.name}{town}"
    what = gettext("toute la structure") if one.site is None else gettext("ce site seul")
    return f"{one.name}{town} ({what})"


def phone_field(label: Any, **options: Any) -> forms.CharField:
    """Return the field of a telephone number or an extension."""
    box = forms.TextInput(attrs={"class": "v-short", "type": "tel", "autocomplete": "tel"})
    return forms.CharField(
        label=label, max_length=PHONE_LENGTH, widget=box, validators=[dialable], **options
    )


def dialable(text: str) -> None:
    """Raise ValidationError unless the text holds a number to call."""
    if len(re.findall(r"[0-9]", text)) < LEAST_DIGITS:
        raise ValidationError(_("Indiquez un numéro de téléphone."), code="phone")


class PeopleForm(StepForm):
    """Who declares, and whom else to call. Personal data, kept apart from the facts."""

    def __init__(self, names: Iterable[str], around: Around, *args: Any, **kwargs: Any) -> None:
        super().__init__(names, around, *args, **kwargs)
        for part in ("declarant", "technical"):
            for name, one in person_fields(with_phone=part == "technical").items():
                self.fields[f"{part}_{name}"] = one
        for name, value in around.person.items():
            self.initial.setdefault(f"declarant_{name}", value)
        if around.takes_calls:
            told = [(c, labels.label(Channel, c)) for c in ("page", "phone", "paper")]
            self.fields["channel"] = forms.ChoiceField(
                label=_("Comment la structure vous l’a-t-elle dit ?"),
                choices=told,
                widget=Tiles(columns=3, flat=True),
                required=False,
            )


def person_fields(*, with_phone: bool) -> dict[str, forms.Field]:
    """Return the fields of one person to call."""
    found: dict[str, forms.Field] = {
        "name": forms.CharField(label=_("Nom"), max_length=NAME_LENGTH, required=False),
        "job": forms.CharField(label=_("Fonction"), max_length=NAME_LENGTH, required=False),
    }
    if with_phone:
        found["phone"] = phone_field(_("Téléphone"), required=False)
    found["email"] = forms.EmailField(label=_("Courriel"), max_length=200, required=False)
    found["always"] = forms.TypedChoiceField(
        label=_("Joignable jour et nuit ?"),
        choices=ANSWERS,
        coerce=TOLD.get,
        empty_value=None,
        widget=Tiles(icons=ANSWER_ICONS, columns=3, flat=True),
        required=False,
    )
    return found


class CareForm(StepForm):
    """What care lives through, with dated periods as rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        touched = self.typed.getlist("care_activities") or self.initial.get("care_activities", [])
        if self.is_bound:
            numbers = rows_in(self.typed)
            self.rows = [EpisodeForm(n, touched, data=self.typed) for n in numbers]
        else:
            told = self.initial.get("episodes", [])
            self.rows = [EpisodeForm(n, touched, initial=row) for n, row in enumerate(told)]

    def add(self, name: str) -> None:
        """Put the field of one question at the end; periods are rows of their own."""
        if name != "episodes":
            super().add(name)

    def is_valid(self) -> bool:
        """Return whether the answers and every period hold."""
        rows = [row.is_valid() for row in self.rows if not row.is_blank]
        return super().is_valid() and all(rows)

    @property
    def facts(self) -> dict[str, Any]:
        """Return the answers and the periods that hold."""
        if not self.is_bound:
            return {}
        found = super().facts
        rows = [row for row in self.rows if not row.is_blank]
        if "episodes" in self.names:
            found["episodes"] = [row.facts for row in rows if row.is_valid()]
        return found


class SystemsForm(StepForm):
    """The structure, its systems and its data."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["data_touched"] = forms.ChoiceField(
            label=_("Des données sont-elles touchées ?"),
            choices=ANSWERS,
            widget=Tiles(icons=ANSWER_ICONS, columns=3, flat=True),
            required=False,
        )
        listed = _("Une application qui n’est pas dans la liste")
        self.fields["new_application"] = forms.CharField(
            label=listed if self.around.applications else str(QUESTIONS["applications"].title),
            max_length=200,
            required=False,
        )

    def add(self, name: str) -> None:
        """Put the field of one question at the end; two are answered from the inventory."""
        if name == "applications":
            choices = [(str(a.pk), application_label(a)) for a in self.around.applications]
            self.fields[name] = forms.TypedMultipleChoiceField(
                label=_("Applications touchées"),
                choices=choices,
                coerce=int,
                widget=Ticks(),
                required=False,
            )
        elif name == "supplier":
            self.fields[name] = supplier_field(self.around)
        else:
            super().add(name)

    def clean(self) -> dict[str, Any]:
        """Put the answers on data and on the provider together."""
        cleaned = super().clean()
        self._clean_data(cleaned)
        if "supplier" in cleaned:
            self._clean_supplier(cleaned)
        return cleaned

    def _clean_data(self, cleaned: dict[str, Any]) -> None:
        ticked, touched = cleaned.get("data_impacts"), cleaned.get("data_touched")
        if touched == NO:
            cleaned["data_impacts"], cleaned["data_types"] = [], []
        elif touched == YES and not ticked:
            self.add_error("data_impacts", _("Cochez ce qui est arrivé, ou « Je ne sais pas »."))
        else:
            cleaned["data_impacts"] = ticked or None
            cleaned["data_types"] = cleaned.get("data_types") or None

    def _clean_supplier(self, cleaned: dict[str, Any]) -> None:
        chosen = cleaned["supplier"]
        known = next((s for s in self.around.suppliers if str(s.pk) == chosen), None)
        named = cleaned.get("supplier_name", "")
        if known is None and named:
            known = self.around.known_supplier
        cleaned["supplier"] = known.pk if known else None
        cleaned["supplier_name"] = known.name if known and not named else named
        if (known or named) and cleaned.get("provider_involved") is None:
            cleaned["provider_involved"] = True


def application_label(application: Application) -> str:
    """Return « Dossier patient (Odalis) »."""
    return f"{application} ({application.supplier})" if application.supplier else str(application)


def supplier_field(around: Around) -> forms.ChoiceField:
    """Return the choice among the suppliers that the typed name may mean."""
    choices: list[Choice] = [(str(one.pk), one.name) for one in around.suppliers]
    choices.append(("", _("Garder le nom tapé")))
    return forms.ChoiceField(
        label=_("Est-ce l’un de ceux-ci ?"),
        choices=choices,
        widget=Tiles(columns=2),
        required=False,
    )


class MeasuresForm(StepForm):
    """What was done, what is asked for, who else was told."""

    def clean(self) -> dict[str, Any]:
        """Tell « nobody helps » from no answer."""
        cleaned = super().clean()
        if "support_given" in cleaned:
            given = [who for who in cleaned["support_given"] if who != NOBODY]
            nobody = NOBODY in cleaned["support_given"]
            cleaned["support_given"] = given or ([] if nobody else None)
        return cleaned


FORMS: dict[Step, type[StepForm]] = {
    Step.ESSENTIAL: EssentialForm,
    Step.STRUCTURE: PeopleForm,
    Step.CARE: CareForm,
    Step.SYSTEMS: SystemsForm,
    Step.MEASURES: MeasuresForm,
}


def form_of(
    step: Step,
    around: Around,
    answers: Answers | None,
    *,
    names: Iterable[str] | None = None,
    initial: Mapping[str, Any] | None = None,
) -> StepForm:
    """Return the form of a step: bound to the answers, or showing what is known.

    names: the questions, those of the declaration where they are not given.
    """
    kind = FORMS.get(step, StepForm)
    return kind(ASKED[step] if names is None else names, around, answers, initial=initial)


def initial_of(facts: Facts) -> dict[str, Any]:
    """Return the facts as the forms show them before anybody types."""
    shown: dict[str, Any] = {}
    for name in Facts.model_fields:
        value = getattr(facts, name)
        shown[name] = (YES if value else NO) if isinstance(value, bool) else value
    shown["episodes"] = [episode.model_dump(mode="json") for episode in facts.episodes]
    impacts = facts.data_impacts
    shown["data_touched"] = None if impacts is None else (YES if impacts else NO)
    shown["supplier"] = str(facts.supplier or "")
    shown["applications"] = [str(pk) for pk in facts.applications]
    if facts.support_given == []:
        shown["support_given"] = [NOBODY]
    return shown
