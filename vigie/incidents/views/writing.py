"""What a page of the form stands on: the draft, what it offers, what Vigie understands so far."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.http import Http404

from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.establishments.queries import ShownPortal, legal_portal
from vigie.incidents import queries
from vigie.incidents.forms.declare import Answers, Around, StepForm, form_of
from vigie.incidents.forms.sheet import Sheet
from vigie.incidents.models import Draft
from vigie.incidents.operations.declare import authority_of
from vigie.incidents.queries import Structure, Understood
from vigie.incidents.rules import legal
from vigie.incidents.rules.blocks import Step
from vigie.incidents.rules.facts import Facts
from vigie.inventory import queries as inventory
from vigie.inventory.models import Application, Supplier
from vigie.inventory.rules import same_name

LISTED = 60  # applications to tick; a structure that has more names what it needs
HOME_COUNTRY = "FR"


def step_named(name: str) -> Step:
    """Return the step of an address. Raises Http404."""
    try:
        return Step(name)
    except ValueError as reason:
        raise Http404 from reason


@dataclass
class Writing:
    """One person's draft, on one page of the form."""

    person: User
    key: UUID
    step: Step | None  # None: the page on which everything is read again
    now: datetime
    content: dict[str, Answers] = field(default_factory=dict)
    draft: Draft | None = None

    @classmethod
    def of(cls, person: User, key: UUID, step: Step | None, now: datetime) -> "Writing":
        """Return what the person wrote under a key so far, nothing for a key never used."""
        draft = queries.draft_of(person, key)
        return cls(person, key, step, now, dict(draft.content) if draft else {}, draft)

    def with_answers(self, answers: Answers) -> "Writing":
        """Return the same with what was just typed on this page."""
        assert self.step is not None  # noqa: S101 - the reading page types nothing
        return replace(self, content=self.content | {str(self.step): answers})

    @cached_property
    def around(self) -> Around:
        """Return what the page offers to choose from."""
        return Around(
            structures=self.structures,
            usual=queries.usual_structure(self.person, self.structures)
            if self.step is Step.ESSENTIAL and not self._searches
            else None,
            searched=self._searches,
            applications=self.applications,
            suppliers=self.suppliers,
            known_supplier=self._known_supplier,
            takes_calls=self.person.may(Permission.FOLLOW),
            phone=self.person.phone,
            person={
                "name": self.person.full_name,
                "job": self.person.job,
                "email": self.person.email,
            },
        )

    @cached_property
    def _all_structures(self) -> list[Structure]:
        return queries.structures(self.person) if self.step is Step.ESSENTIAL else []

    @cached_property
    def _searches(self) -> bool:
        return self.step is Step.ESSENTIAL and not self._all_structures

    @cached_property
    def structures(self) -> list[Structure]:
        """Return the structures to choose from: on other pages, the chosen one alone."""
        if self._all_structures:
            return self._all_structures
        chosen = queries.structure_of(self.person, self._first(Step.ESSENTIAL, "structure"))
        found = [chosen] if chosen else []
        asked = self._first(Step.ESSENTIAL, "structure_q")
        if self._searches and asked:
            hits = queries.search_structures(self.person, asked)
            found += [hit for hit in hits if hit != chosen]
        return found

    @cached_property
    def applications(self) -> list[Application]:
        """Return the applications of the structure to tick; elsewhere, those that are ticked."""
        if self.sheet_structure is None:
            return []
        rows = inventory.applications_of(self.sheet_structure.establishment)
        ticked = [pk for pk in self._all(Step.SYSTEMS, "applications") if pk.isdecimal()]
        if self.step is not Step.SYSTEMS:
            return list(rows.filter(pk__in=ticked)) if ticked else []
        listed = list(rows[:LISTED])
        more = set(ticked) - {str(row.pk) for row in listed}
        return listed + (list(rows.filter(pk__in=more)) if more else [])

    @cached_property
    def suppliers(self) -> list[Supplier]:
        """Return the suppliers that the typed name may mean, the chosen one first."""
        chosen = self._first(Step.SYSTEMS, "supplier")
        named = self._first(Step.SYSTEMS, "supplier_name")
        found = inventory.search_suppliers(named) if named.strip() else []
        if chosen.isdecimal() and all(str(one.pk) != chosen for one in found):
            found = [*Supplier.objects.filter(pk=chosen), *found]
        return found

    @cached_property
    def _known_supplier(self) -> Supplier | None:
        named = self._first(Step.SYSTEMS, "supplier_name")
        names = {one: [one.name, *(a.name for a in one.aliases.all())] for one in self.suppliers}
        return next(
            (one for one, called in names.items() if any(same_name(named, n) for n in called)),
            None,
        )

    @property
    def sheet_structure(self) -> Structure | None:
        """Return the structure that was chosen, if the person may still declare there."""
        code = self._first(Step.ESSENTIAL, "structure")
        return next((one for one in self.structures if one.code == code), None)

    @cached_property
    def sheet(self) -> Sheet:
        """Return all steps together."""
        return Sheet(self.content, self.around)

    @cached_property
    def form(self) -> StepForm:
        """Return the form of this page: what was typed, else what is known of the person."""
        assert self.step is not None  # noqa: S101 - the reading page has no form
        return form_of(self.step, self.around, self.content.get(self.step))

    @cached_property
    def understood(self) -> Understood:
        """Return what Vigie understands so far; nobody sent anything yet."""
        structure = self.sheet_structure
        establishment = structure.establishment if structure else None
        site = structure.site if structure else None
        assessment = queries.assess_for(self.sheet.facts, establishment, site, self.now)
        portal = self.portal
        # Even where this Vigie is the portal, the duty is not done before it is sent.
        standing = legal.standing(assessment.duty, portal_is_here=False, recorded=False)
        blank = self.sheet.facts == Facts()
        if structure is None:
            return Understood(assessment, portal, standing, is_blank=blank)
        authority, delegation = authority_of(self.person, structure.place)
        return Understood(assessment, portal, standing, (), authority, delegation, blank)

    @cached_property
    def portal(self) -> ShownPortal:
        """Return where the law of the structure's country wants declarations."""
        structure = self.sheet_structure
        return legal_portal(structure.place.country if structure else HOME_COUNTRY)

    def _all(self, step: Step, name: str) -> list[str]:
        return list(self.content.get(step, {}).get(name, []))

    def _first(self, step: Step, name: str) -> str:
        return next(iter(self._all(step, name)), "")
