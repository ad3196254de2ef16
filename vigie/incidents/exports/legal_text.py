"""Write a declaration as plain text, in the order of the blocks that the law fixed, to copy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.establishments.models import Establishment, Site
from vigie.incidents.exports import answers
from vigie.incidents.exports.answers import Answer, Chapter, Names, yes_or_no
from vigie.incidents.models import labels
from vigie.incidents.models.questions import BLOCKS
from vigie.incidents.rules.blocks import Block
from vigie.incidents.rules.facts import Facts
from vigie.reference import catalogue


class Reachable(Protocol):
    """Somebody to call: a stored contact, or what a form holds."""

    @property
    def name(self) -> str:
        """Return the name."""

    @property
    def job(self) -> str:
        """Return the position."""

    @property
    def phone(self) -> str:
        """Return the number."""

    @property
    def email(self) -> str:
        """Return the address."""

    @property
    def always_reachable(self) -> bool | None:
        """Return whether the number answers day and night."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Which structure speaks, through whom."""

    establishment: Establishment
    site: Site | None = None
    declarant: Reachable | None = None
    technical: Reachable | None = None
    authority: str = ""  # in words
    designations: tuple[str, ...] = field(default=())  # OSE, OIV, EE, EI


def who(sender: Sender) -> list[Answer]:
    """Return the first block: the structure and the people, in words."""
    rows = {
        _("Structure"): sender.establishment.name,
        _("FINESS (entité juridique)"): sender.establishment.finess or "",
        _("Site"): sender.site.name if sender.site else "",
        _("FINESS (site)"): (sender.site.finess or "") if sender.site else "",
        _("Type"): _type(sender),
        _("Commune"): (sender.site or sender.establishment).commune,
        _("Département, région"): _geography(sender),
        _("Statut"): ", ".join(sender.designations),
        _("Déclarant"): _person(sender.declarant),
        _("Contact technique"): _person(sender.technical),
        _("Autorité"): sender.authority,
    }
    return [
        Answer("", title, (text or _("non saisi"),), bool(text)) for title, text in rows.items()
    ]


def text(facts: Facts, sender: Sender, names: Names) -> list[tuple[str, str]]:
    """Return the declaration as plain text in the active language: title and text of each block.

    What nobody answered is left out.
    """
    first = [row for row in who(sender) if row.is_told]
    found = [(str(BLOCKS[Block.WHO]), "\n".join(_rows(first)))]
    for chapter in answers.chapters(facts, names)[1:]:
        lines = list(_sections(chapter)) or [_("Rien n’est saisi à ce stade.")]
        found.append((chapter.title, "\n".join(lines)))
    return found


def _sections(chapter: Chapter) -> Iterator[str]:
    for section in chapter.sections:
        if section.told and len(chapter.sections) > 1:
            yield _("%(title)s :") % {"title": section.title}
        yield from _rows(section.told)


def _rows(rows: list[Answer] | tuple[Answer, ...]) -> Iterator[str]:
    for row in rows:
        if len(row.lines) == 1:
            yield _("- %(title)s : %(text)s") % {"title": row.title, "text": row.text}
            continue
        yield _("- %(title)s :") % {"title": row.title}
        yield from (f"  . {line}" for line in row.lines)


def _type(sender: Sender) -> str:
    code = (sender.site or sender.establishment).structure_type
    return labels.titled(catalogue.structure_types(), code)


def _geography(sender: Sender) -> str:
    place = sender.site or sender.establishment
    department = catalogue.departments(place.country).get(place.department)
    region = catalogue.regions(place.country).get(place.region)
    language = get_language() or "fr"
    found = [f"{department.title.in_(language)} ({department.code})"] if department else []
    found += [region.title.in_(language)] if region else []
    return ", ".join(found)


def _person(person: Reachable | None) -> str:
    if person is None:
        return ""
    reachable = ""
    if person.always_reachable is not None:
        reachable = _("joignable jour et nuit : %(answer)s") % {
            "answer": yes_or_no(person.always_reachable)
        }
    parts = (person.name, person.job, person.phone, person.email, reachable)
    return ", ".join(part for part in parts if part)
