"""Read one file: its declaration, the facts in force and every past state."""

from django.db.models import QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.incidents.models import Declaration, Draft, Incident, Revision
from vigie.incidents.rules.facts import Facts


def visible_incidents(reader: User) -> QuerySet[Incident]:
    """Return the incidents that the reader may see, unordered."""
    return Incident.objects.filter(within(reader, Permission.READ_INCIDENTS)).select_related(
        "establishment", "site", "assignee", "event"
    )


def declaration_of(incident: Incident) -> Declaration:
    """Return the declaration of a file that the reader was allowed to open."""
    return Declaration.objects.select_related("declared_by", "delegation__by").get(
        incident=incident
    )


def facts_in_force(declaration: Declaration) -> Facts:
    """Return what the structure says now."""
    current = declaration.revisions.get(number=declaration.revision_number)
    return Facts.model_validate(current.facts)


def history(declaration: Declaration) -> QuerySet[Revision]:
    """Return every revision, the newest first, with its author."""
    return declaration.revisions.select_related("by").order_by("-number")


def my_drafts(person: User) -> QuerySet[Draft]:
    """Return the drafts of a person, the last touched first."""
    return person.drafts.select_related("establishment").order_by("-updated_at", "-id")
