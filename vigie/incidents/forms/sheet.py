"""All steps of a declaration together: what they say, and what keeps them from being sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from vigie.incidents.forms.declare import Answers, Around, EssentialForm, StepForm, form_of
from vigie.incidents.operations import Person, Submission
from vigie.incidents.queries import Structure
from vigie.incidents.rules.blocks import Step
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Channel

Content = Mapping[str, Answers]


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer to look at again before sending."""

    step: Step
    label: str
    text: str
    anchor: str


class Sheet:
    """What was typed so far, step by step."""

    def __init__(self, content: Content, around: Around) -> None:
        self.content = content
        self.forms: dict[Step, StepForm] = {
            step: form_of(step, around, self._answers(step)) for step in Step
        }

    def _answers(self, step: Step) -> Answers | None:
        # The first step is always read, so that what is required shows as missing.
        return self.content.get(step, {} if step is Step.ESSENTIAL else None)

    @property
    def essential(self) -> EssentialForm:
        """Return the form of the required answers."""
        form = self.forms[Step.ESSENTIAL]
        assert isinstance(form, EssentialForm)  # noqa: S101 - tells the type
        return form

    @property
    def structure(self) -> Structure | None:
        """Return the structure that was chosen."""
        return self.essential.structure

    @property
    def facts(self) -> Facts:
        """Return everything that holds among the answers."""
        told: dict[str, Any] = {}
        for form in self.forms.values():
            told |= form.facts
        return Facts.model_validate(told)

    @property
    def problems(self) -> list[Problem]:
        """Return the answers that are missing or do not hold, in the order of the form."""
        return [
            problem
            for step, form in self.forms.items()
            if form.is_bound and not form.is_valid()
            for problem in problems_of(step, form)
        ]

    def visited(self, step: Step) -> bool:
        """Return whether the step was ever saved."""
        return step in self.content

    def person(self, part: str) -> Person:
        """Return the declarant or the technical contact, as far as they are known."""
        form = self.forms[Step.STRUCTURE]
        if form.is_bound:
            form.is_valid()
        told = form.cleaned_data if form.is_bound else form.initial
        return Person(
            name=told.get(f"{part}_name", ""),
            job=told.get(f"{part}_job", ""),
            phone=told.get(f"{part}_phone", "") if part == "technical" else self._phone(),
            email=told.get(f"{part}_email", ""),
            always_reachable=told.get(f"{part}_always"),
        )

    def _phone(self) -> str:
        self.essential.is_valid()
        return str(self.essential.cleaned_data.get("phone", ""))

    @property
    def channel(self) -> Channel:
        """Return how the structure told it: here, unless the desk typed what others said."""
        form = self.forms[Step.STRUCTURE]
        told = form.cleaned_data.get("channel") if form.is_bound and form.is_valid() else ""
        return Channel(told or Channel.PAGE)

    def submission(self, key: UUID) -> Submission:
        """Return what to declare. Call it when there is no problem."""
        structure = self.structure
        assert structure is not None  # noqa: S101 - a missing one is a problem
        return Submission(
            key=key,
            establishment=structure.establishment,
            site=structure.site,
            facts=self.facts,
            declarant=self.person("declarant"),
            technical=self.person("technical"),
            channel=self.channel,
        )


def problems_of(step: Step, form: StepForm) -> list[Problem]:
    """Return what is wrong in one form, its rows included."""
    every = [form, *getattr(form, "rows", [])]
    return [
        Problem(step, str(bound.label), str(error), bound.anchor)
        for one in every
        if one.is_bound and not getattr(one, "is_blank", False)
        for bound in one
        for error in bound.errors
    ]
