"""Read one file: its declaration, the facts in force and every past state."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import get_language

from vigie.accounts.models import Delegation, User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.establishments.models import Establishment, Site
from vigie.establishments.queries import ShownPortal, legal_portal
from vigie.incidents.models import (
    Contact,
    Declaration,
    Draft,
    Incident,
    LegalDeclaration,
    Revision,
)
from vigie.incidents.rules import legal
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.legal import Answer, Assessment, Standing
from vigie.incidents.rules.routing import State
from vigie.incidents.rules.words import Authority
from vigie.kernel.prepared import prepared


def visible_incidents(reader: User) -> QuerySet[Incident]:
    """Return the incidents that the reader may see, unordered."""
    return Incident.objects.filter(within(reader, Permission.READ_INCIDENTS)).select_related(
        "establishment", "site", "assignee", "event"
    )


def declaration_of(incident: Incident) -> Declaration:
    """Return the declaration of a file that the reader was allowed to open."""
    rows = Declaration.objects.select_related(
        "incident", "establishment", "site", "declared_by", "delegation__by"
    )
    return rows.get(incident=incident)


def facts_in_force(declaration: Declaration) -> Facts:
    """Return what the structure says now."""
    current = declaration.revisions.get(number=declaration.revision_number)
    return Facts.model_validate(current.facts)


def states_of(incident: Incident, declaration: Declaration, facts: Facts) -> list[State]:
    """Return what the structure said and since when, the oldest first.

    facts: in force. Costs a query only where the declaration was amended.
    """
    if declaration.revision_number == 1:
        return [State(incident.declared_at, facts)]
    rows = _accepted(declaration=declaration.pk)
    return [State(row.at, Facts.model_validate(row.facts)) for row in rows]


@prepared
def _accepted(*, declaration: int) -> QuerySet[Revision]:
    """Return the revisions that were in force, the oldest first."""
    rows = Revision.objects.filter(standing=Revision.Standing.ACCEPTED)
    return rows.filter(declaration=declaration).only("at", "facts").order_by("number")


def history(declaration: Declaration) -> QuerySet[Revision]:
    """Return every revision, the newest first, with its author."""
    return declaration.revisions.select_related("by", "settles").order_by("-number")


def unsettled(declaration: Declaration) -> QuerySet[Revision]:
    """Return the versions set aside between which and the one in force nobody chose yet."""
    aside = declaration.revisions.filter(standing=Revision.Standing.SET_ASIDE, settlements=None)
    return aside.select_related("by").order_by("-number")


def contacts_of(declaration: Declaration) -> dict[str, Contact]:
    """Return the people to call about a declaration, by part: declarant, technical."""
    return {contact.part: contact for contact in declaration.contacts.order_by("part", "id")}


@prepared
def legal_declarations(*, declaration: int) -> QuerySet[LegalDeclaration]:
    """Return the recorded sendings of the legal declaration, the first sent first."""
    rows = LegalDeclaration.objects.select_related("sent_by", "recorded_by")
    return rows.filter(declaration=declaration).order_by("sent_at", "id")


@dataclass(frozen=True, slots=True)
class Understood:
    """What Vigie makes of a declaration, and where the law wants it."""

    assessment: Assessment
    portal: ShownPortal
    standing: Standing
    sent: tuple[LegalDeclaration, ...] = ()
    authority: Authority | None = None  # None: nobody sent it yet
    delegation: Delegation | None = None
    is_blank: bool = False  # nothing was answered yet
    unsettled: int = 0  # versions set aside between which nobody chose yet

    @property
    def portal_name(self) -> str:
        """Return the name of the place where the law wants declarations, for the reader."""
        return self.portal.name.in_(get_language() or "fr")


def understood(
    declaration: Declaration, facts: Facts, portal: ShownPortal | None = None
) -> Understood:
    """Return what Vigie understands of a declaration with these facts, duty and proof included.

    Costs two SQL queries, one where the portal was read before.
    """
    place = declaration.establishment
    assessment = assess_for(facts, place, declaration.site, declaration.incident.declared_at)
    portal = portal or legal_portal(declaration.country)
    sent = tuple(legal_declarations(declaration=declaration.pk))
    # What the desk took down is no declaration of the structure, even where this is the portal.
    is_here = portal.is_here and not declaration.is_first_word
    standing = legal.standing(assessment.duty, portal_is_here=is_here, recorded=bool(sent))
    authority = Authority(declaration.authority)
    return Understood(
        assessment,
        portal,
        standing,
        sent,
        authority,
        declaration.delegation,
        unsettled=declaration.unsettled,
    )


def assess_for(
    facts: Facts, establishment: Establishment | None, site: Site | None, when: datetime
) -> Assessment:
    """Return the assessment of facts in a structure: its kind and country decide on the duty."""
    if establishment is None:
        return legal.assess(facts, obliged=Answer.UNKNOWN)
    kind = (site or establishment).structure_type
    country = (site or establishment).country
    obliged = legal.obligation(kind, country, when.date())
    return legal.assess(facts, obliged=obliged)


def my_drafts(person: User) -> QuerySet[Draft]:
    """Return the drafts of a person, the last touched first."""
    return person.drafts.select_related("establishment", "site").order_by("-updated_at", "-id")
