"""What people call the words of closed lists, in every language of the product."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from django.conf import settings
from django.utils import translation

from vigie.establishments.rules import fold
from vigie.incidents.models.labels import LABELS
from vigie.incidents.rules.columns import closed_words, enum_of
from vigie.reference import catalogue
from vigie.reference.catalogue import Entry

CATALOGUES: dict[str, Callable[[], Mapping[str, Entry]]] = {
    "category": catalogue.incident_categories,
    "care_activities": catalogue.care_activities,
    "data_types": catalogue.data_types,
    "handled_by": catalogue.support_providers,
    "support_given": catalogue.support_providers,
}


def titles(field: str) -> Mapping[str, Entry]:
    """Return the entries of the reference that a field takes its words from, empty for none."""
    return CATALOGUES[field]() if field in CATALOGUES else {}


@cache
def labels(field: str) -> Mapping[str, str]:
    """Return the word that each label stands for, labels folded; empty for an open field."""
    return {fold(said): word for word, said in _said(field)}


def all_labels(fields: frozenset[str]) -> dict[str, Mapping[str, str]]:
    """Return the labels of several fields, by field."""
    return {field: labels(field) for field in fields}


def _said(field: str) -> Iterator[tuple[str, str]]:
    for code, entry in titles(field).items():
        yield code, entry.title.fr
        yield code, entry.title.en
    kind = enum_of(field)
    if kind not in LABELS:
        return
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            yield from ((word, str(LABELS[kind][word])) for word in closed_words(field))
