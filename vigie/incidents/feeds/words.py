"""What people call the words of closed lists, in every language of the product."""

from collections.abc import Iterator, Mapping
from functools import cache

from django.conf import settings
from django.utils import translation

from vigie.establishments.rules import fold
from vigie.incidents.models.labels import LABELS
from vigie.incidents.rules.columns import closed_words, enum_of
from vigie.reference import catalogue


@cache
def labels(field: str) -> Mapping[str, str]:
    """Return the word that each label stands for, labels folded; empty for an open field."""
    return {fold(said): word for word, said in _said(field)}


def all_labels(fields: frozenset[str]) -> dict[str, Mapping[str, str]]:
    """Return the labels of several fields, by field."""
    return {field: labels(field) for field in fields}


def _said(field: str) -> Iterator[tuple[str, str]]:
    lists = {
        "category": catalogue.incident_categories(),
        "care_activities": catalogue.care_activities(),
        "handled_by": catalogue.support_providers(),
        "support_given": catalogue.support_providers(),
    }
    for code, entry in lists.get(field, {}).items():
        yield code, entry.title.fr
        yield code, entry.title.en
    kind = enum_of(field)
    if kind not in LABELS:
        return
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            yield from ((word, str(LABELS[kind][word])) for word in closed_words(field))
