"""Read what people type when they complete or correct a declaration, whole or one block."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vigie.incidents.forms.declare import (
    Answers,
    Around,
    PeopleForm,
    StepForm,
    form_of,
    initial_of,
    phone_field,
)
from vigie.incidents.forms.fields import NO, YES
from vigie.incidents.forms.sheet import Problem, problems_of
from vigie.incidents.models import Contact
from vigie.incidents.operations import Person
from vigie.incidents.rules.blocks import AMENDED, Step
from vigie.incidents.rules.facts import Facts
from vigie.ui.widgets import Tiles

MINE, THEIRS = "mine", "theirs"


class ReasonForm(forms.Form):
    """Why the declaration changes."""

    reason = forms.CharField(
        label=_("Pourquoi cette modification ?"),
        max_length=500,
        required=False,
        help_text=_("Par exemple : « après la visite du biomédical ». Aucun nom de patient."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class Amending:
    """The blocks of a declaration that are open to change, over the state that was read."""

    def __init__(
        self, base: Facts, steps: Collection[Step], around: Around, answers: Answers | None
    ) -> None:
        self.base = base
        initial = initial_of(base)
        self.forms: dict[Step, StepForm] = {
            step: form_of(step, around, answers, names=AMENDED[step], initial=initial)
            for step in steps
        }

    @cached_property
    def problems(self) -> list[Problem]:
        """Return the answers that do not hold, in the order of the form."""
        return [p for step, form in self.forms.items() for p in problems_of(step, form)]

    @property
    def facts(self) -> Facts:
        """Return the state that was read, with what holds among the answers over it."""
        told = self.base.model_dump()
        for form in self.forms.values():
            told |= form.facts
        if not told["kind"]:  # the one question that has no "nobody answered"
            told["kind"] = self.base.kind
        return Facts.model_validate(told)


class ContactsForm(PeopleForm):
    """Whom to call about a declaration."""

    def __init__(
        self, contacts: Mapping[str, Contact], around: Around, answers: Answers | None
    ) -> None:
        initial = {
            f"{part}_{name}": value
            for part, contact in contacts.items()
            for name, value in shown(contact).items()
        }
        super().__init__((), around, answers, initial)
        self.fields["declarant_phone"] = phone_field(_("Téléphone"), required=True)

    def person(self, part: str) -> Person:
        """Return one of the people, once the form is valid."""
        told = self.cleaned_data
        return Person(
            name=told[f"{part}_name"],
            job=told[f"{part}_job"],
            phone=told[f"{part}_phone"],
            email=told[f"{part}_email"],
            always_reachable=told[f"{part}_always"],
        )


def shown(contact: Contact) -> dict[str, str]:
    """Return a person to call as the form shows it."""
    always = {True: YES, False: NO, None: ""}[contact.always_reachable]
    return {
        "name": contact.name,
        "job": contact.job,
        "phone": contact.phone,
        "email": contact.email,
        "always": always,
    }


class SettleForm(forms.Form):
    """For each field that two people wrote, whose text goes in force."""

    def __init__(self, names: Collection[str], *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name in names:
            self.fields[name] = forms.ChoiceField(
                label=_("Quelle version garder ?"),
                choices=[
                    (THEIRS, _("Celle en vigueur")),
                    (MINE, _("Celle mise de côté")),
                ],
                widget=Tiles(columns=2, flat=True),
            )

    @property
    def mine(self) -> list[str]:
        """Return the fields whose set-aside text was chosen."""
        return [name for name, choice in self.cleaned_data.items() if choice == MINE]
