"""How pages say observables: what they are, why they point at nobody, and never as a link."""

from django import template

from vigie.incidents.models import Sighting, labels
from vigie.incidents.queries import observables
from vigie.incidents.rules import words
from vigie.incidents.rules.observables import Mark, Named, Sort

register = template.Library()


@register.filter
def sort_name(sort: str) -> object:
    """Say what an observable is."""
    return labels.label(Sort, str(sort))


@register.filter
def mark_name(mark: str) -> object:
    """Say why an observable points at nobody."""
    return labels.label(Mark, str(mark))


@register.filter
def source_name(source: str) -> object:
    """Say how an observable came into its file."""
    return labels.label(words.SightingSource, str(source))


@register.filter
def says_more(sighting: Sighting) -> bool:
    """Return whether it tells something that other files hold an observable."""
    return observables.says_more(sighting)


@register.simple_tag
def defanged(sort: str, value: str) -> str:
    """Show a value that no program makes a link of."""
    return Named(Sort(sort), value).shown


@register.simple_tag
def mark_of(sort: str, value: str) -> str:
    """Return why a value points at nobody, "" where nothing speaks against it."""
    return str(Named(Sort(sort), value).mark)
