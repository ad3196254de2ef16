"""How templates name the codes of reference lists, in the reader's language."""

from collections.abc import Callable, Mapping

from django import template
from django.utils.translation import get_language

from vigie.reference import catalogue
from vigie.reference.catalogue import Entry, Title

register = template.Library()
LISTS: dict[str, Callable[[], Mapping[str, Entry]]] = {
    "care_activities": catalogue.care_activities,
    "countries": catalogue.countries,
    "data_types": catalogue.data_types,
    "departments": catalogue.departments,
    "incident_categories": catalogue.incident_categories,
    "legal_statuses": catalogue.legal_statuses,
    "regions": catalogue.regions,
    "rsit": catalogue.rsit,
    "structure_types": catalogue.structure_types,
    "support_providers": catalogue.support_providers,
}


@register.filter
def titled(code: str, name: str) -> str:
    """Return the title of a code: {{ site.region|titled:"regions" }}; the code if unknown."""
    entry = LISTS[name]().get(code)
    return entry.title.in_(_language()) if entry else code


@register.filter
def said(title: Title | None) -> str:
    """Return a text of the reference in the reader's language: {{ contact.title|said }}."""
    return title.in_(_language()) if title else ""


def _language() -> str:
    return get_language() or "fr"
