"""How pages say observables, never as a link, and why files are offered as a group."""

from django import template
from django.utils.translation import gettext, ngettext

from vigie.incidents.models import Sighting, labels
from vigie.incidents.queries import observables
from vigie.incidents.queries.likely import Offer
from vigie.incidents.rules import words
from vigie.incidents.rules.likeness import Basis
from vigie.incidents.rules.observables import Mark, Named, Sort
from vigie.reference import catalogue

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


@register.filter
def activity_name(code: str) -> str:
    """Say a care activity; the whole structure where none was named."""
    named = labels.titled(catalogue.care_activities(), code)
    return named if code else gettext("Toute la structure")


@register.simple_tag
def offer_reason(offer: Offer) -> str:
    """Say why files are offered together."""
    likely = offer.likely
    if likely.basis is Basis.SUPPLIER:
        return gettext("Même prestataire : %(name)s") % {"name": offer.supplier}
    if likely.basis is Basis.OBSERVABLES:
        count = len(likely.shared)
        told = ngettext("%(n)s observable commun", "%(n)s observables communs", count)
        return told % {"n": count}
    week, _colon, category = likely.of.partition(":")
    year, number = week.split("-W")
    told = gettext("Même catégorie la même semaine : %(category)s, semaine %(week)s de %(year)s")
    return told % {"category": labels.category(category), "week": int(number), "year": year}
