"""Say the answers of a declaration in words, in the order that the law wants."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from vigie.incidents.models import labels
from vigie.incidents.models.conclusions import together
from vigie.incidents.models.questions import BLOCKS, PARTS, QUESTIONS
from vigie.incidents.rules import blocks
from vigie.incidents.rules.blocks import Block, Part
from vigie.incidents.rules.facts import EpisodeFacts, Facts
from vigie.incidents.rules.words import DataImpact, EpisodeKind
from vigie.inventory.models import Application, Supplier
from vigie.reference import catalogue
from vigie.ui import moments

DATES = frozenset({"occurred", "noticed", "resolved"})


@dataclass(frozen=True, slots=True)
class Names:
    """What the inventory calls the rows that declarations point at."""

    applications: dict[int, str] = field(default_factory=dict)
    suppliers: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One field in words. lines: one text, or one a period or a name."""

    name: str
    title: str
    lines: tuple[str, ...]
    is_told: bool

    @property
    def text(self) -> str:
        """Return the answer on one line."""
        return together(self.lines)


@dataclass(frozen=True, slots=True)
class Section:
    """Some answers under one title."""

    part: Part
    title: str
    answers: tuple[Answer, ...]

    @property
    def told(self) -> tuple[Answer, ...]:
        """Return the answers that somebody gave."""
        return tuple(answer for answer in self.answers if answer.is_told)

    @property
    def untold(self) -> tuple[Answer, ...]:
        """Return the questions that nobody answered."""
        return tuple(answer for answer in self.answers if not answer.is_told)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A block of the form fixed by law, or its annex."""

    block: Block
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A field that an amendment changed, before and after."""

    name: str
    title: str
    before: Answer
    after: Answer


def names_of(every: Iterable[Facts]) -> Names:
    """Return the names of what these declarations point at. Costs at most two SQL queries."""
    known = list(every)
    applications = {pk for facts in known for pk in facts.applications}
    suppliers = {facts.supplier for facts in known if facts.supplier is not None}
    return Names(_named(Application, applications), _named(Supplier, suppliers))


def _named(model: type[Application] | type[Supplier], ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = model.objects.filter(pk__in=ids)
    return dict(rows.values_list("pk", "name"))


def chapters(facts: Facts, names: Names) -> list[Chapter]:
    """Return everything that a declaration says, in the order of the legal blocks.

    The block on the structure and the declarant has no section here.
    """
    return [
        Chapter(
            block,
            str(BLOCKS[block]),
            tuple(section(facts, part, names) for part in parts),
        )
        for block, parts in blocks.BLOCKS.items()
    ]


def section(facts: Facts, part: Part, names: Names) -> Section:
    """Return the answers of one part of a block."""
    answers = tuple(answer(facts, name, names) for name in blocks.LEGAL[part] if name != "supplier")
    return Section(part, str(PARTS[part]), answers)


def answer(facts: Facts, name: str, names: Names) -> Answer:
    """Return one answer in words; « non saisi » where nobody gave it."""
    lines = tuple(line for line in _lines(facts, name, names) if line)
    return Answer(name, str(QUESTIONS[name].title), lines or (_("non saisi"),), bool(lines))


def changes(old: Facts, new: Facts, fields: Iterable[str], names: Names) -> list[Change]:
    """Return what changed between two states, field by field, in words."""
    return [
        Change(name, str(QUESTIONS[name].title), answer(old, name, names), answer(new, name, names))
        for name in fields
        if name in QUESTIONS
    ]


def _lines(facts: Facts, name: str, names: Names) -> list[str]:
    value = getattr(facts, name)
    if name == "supplier_name":
        return supplier(facts, names)
    if name in SAID:
        return SAID[name](value, names)
    if value is None or value == "":
        return []
    return [moments.partial(value) if name in DATES else _plain(value)]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, int):
        return str(formats.number_format(value, use_l10n=True, force_grouping=True))
    if isinstance(value, StrEnum):
        return str(labels.label(type(value), value))
    return str(value)


def yes_or_no(value: bool) -> str:
    """Return the answer to a question that has two."""
    return _("oui") if value else _("non")


def _words(kind: type[StrEnum]) -> Callable[[Any, Names], list[str]]:
    """Return how a list of words of a closed list is said; an empty list is an answer too."""

    def said(values: list[StrEnum] | None, names: Names) -> list[str]:
        if values is None:
            return []
        return [", ".join(str(labels.label(kind, v)) for v in values) or _("aucun")]

    return said


def _titles(code: str) -> Callable[[Any, Names], list[str]]:
    """Return how a list of codes of a reference list is said."""

    def said(values: list[str] | None, names: Names) -> list[str]:
        entries = getattr(catalogue, code)()
        if values is None:
            return []
        return [", ".join(labels.titled(entries, value) for value in values) or _("aucun")]

    return said


def _activities(values: list[str], names: Names) -> list[str]:
    return [", ".join(labels.titled(catalogue.care_activities(), code) for code in values)]


def _helpers(values: list[str], names: Names) -> list[str]:
    return [", ".join(labels.titled(catalogue.support_providers(), code) for code in values)]


def _category(value: str, names: Names) -> list[str]:
    return [labels.category(value)] if value else []


def _applications(values: list[int], names: Names) -> list[str]:
    return [", ".join(names.applications.get(pk, f"n° {pk}") for pk in values)]


def _supplier(value: int | None, names: Names) -> list[str]:
    return [] if value is None else [names.suppliers.get(value, f"n° {value}")]


def supplier(facts: Facts, names: Names) -> list[str]:
    """Return the provider as it was typed, and its name in the inventory where that differs."""
    listed = _supplier(facts.supplier, names)
    told = [facts.supplier_name] if facts.supplier_name else []
    return told + [name for name in listed if name not in told]


def _episodes(values: list[EpisodeFacts], names: Names) -> list[str]:
    return [episode(value) for value in values]


def episode(value: EpisodeFacts) -> str:
    """Return a period in words: « Urgences : mode dégradé, du … au …, dossier papier »."""
    parts = {
        "activity": labels.titled(catalogue.care_activities(), value.activity)
        if value.activity
        else _("Toute la structure"),
        "kind": str(labels.label(EpisodeKind, value.kind)),
        "start": moments.partial(value.start),
        "end": moments.partial(value.end),
    }
    if value.start and value.end:
        words = _("%(activity)s : %(kind)s, du %(start)s au %(end)s") % parts
    elif value.start:
        words = _("%(activity)s : %(kind)s, depuis %(start)s") % parts
    elif value.end:
        words = _("%(activity)s : %(kind)s, jusqu’à %(end)s") % parts
    else:
        words = _("%(activity)s : %(kind)s") % parts
    return f"{words} ({value.note})" if value.note else words


SAID: dict[str, Callable[[Any, Names], list[str]]] = {
    "care_activities": _activities,
    "applications": _applications,
    "supplier": _supplier,
    "category": _category,
    "data_impacts": _words(DataImpact),
    "data_types": _titles("data_types"),
    "handled_by": _helpers,
    "support_given": _titles("support_providers"),
    "episodes": _episodes,
}
