"""Read the templates of answers, and fill them for one file."""

from django.db.models import QuerySet
from django.utils import translation

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.incidents.models import AnswerTemplate, Incident, labels
from vigie.incidents.rules import wording
from vigie.reference import catalogue
from vigie.ui import moments


def templates_of(country: str) -> QuerySet[AnswerTemplate]:
    """Return what the desk of a country offers, by title."""
    return AnswerTemplate.objects.filter(country=country, retired_at=None).order_by("title", "id")


def templates_to_use(reader: User) -> QuerySet[AnswerTemplate]:
    """Return the templates of the nations whose files the reader may follow, by title."""
    own = within(reader, Permission.FOLLOW, region="", department="", establishment="", site="")
    regions = {m.territory_code for m in reader.memberships_with(Permission.FOLLOW)}
    countries = [c for c in catalogue.countries() if regions & set(catalogue.regions(c))]
    rows = AnswerTemplate.objects.filter(retired_at=None)
    return (rows.filter(own) | rows.filter(country__in=countries)).order_by("title", "id")


def templates_to_keep(reader: User) -> QuerySet[AnswerTemplate]:
    """Return the templates that the reader may change, by title."""
    own = within(
        reader, Permission.MANAGE_ANSWERS, region="", department="", establishment="", site=""
    )
    rows = AnswerTemplate.objects.filter(own, retired_at=None).select_related("changed_by")
    return rows.order_by("country", "title", "id")


def worded(template: AnswerTemplate, incident: Incident, by: User, language: str) -> str:
    """Return the text of a template for a file, in a language."""
    with translation.override(language):
        values = {
            "reference": incident.reference,
            "structure": str(incident.site or incident.establishment),
            "title": incident.title,
            "declared": moments.full(incident.declared_at),
            "action": labels.action(incident.next_action),
            "analyst": by.full_name,
        }
        return wording.filled(template.text_in(language), values)
