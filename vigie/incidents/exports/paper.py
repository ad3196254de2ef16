"""Lay a declaration out on A4: blank, to fill in by hand when the network is down, or filled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.establishments.queries import ShownContact
from vigie.incidents.exports import answers, legal_text
from vigie.incidents.exports.answers import Answer, Names
from vigie.incidents.exports.legal_text import Sender
from vigie.incidents.models import labels
from vigie.incidents.models.questions import BLOCKS, PARTS, QUESTIONS
from vigie.incidents.rules import blocks
from vigie.incidents.rules.blocks import ESSENTIAL, Block, Part
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import (
    DataImpact,
    DetectionSource,
    DetectionStage,
    Endangerment,
    Extent,
    Kind,
    Notice,
    Origin,
    Progress,
    StructureImpact,
)
from vigie.kernel import typeset
from vigie.reference import catalogue

TEMPLATE = "incidents/templates/incidents/paper/form.typ"
WHO = (
    "structure",
    "finess",
    "site",
    "commune",
    "declarant",
    "job",
    "phone",
    "email",
    "technical",
)
TALL = frozenset(
    {
        "description",
        "systems",
        "endangerment_description",
        "measures_taken",
        "measures_planned",
        "support_nature",
        "lessons",
    }
)
WORDS = {
    "kind": Kind,
    "detection_stage": DetectionStage,
    "detection_source": DetectionSource,
    "progress": Progress,
    "endangerment": Endangerment,
    "structure_impact": StructureImpact,
    "origin": Origin,
    "ransomware_extent": Extent,
    "data_impacts": DataImpact,
    "notice_cnil": Notice,
    "notice_complaint": Notice,
    "notice_anssi": Notice,
    "notice_insurer": Notice,
}
YES_OR_NO = frozenset(
    {
        "provider_involved",
        "others_at_risk",
        "cross_border",
        "samu_affected",
        "health_system_impact",
        "care_interrupted",
        "plan_blanc",
        "crisis_cell",
        "ransom_demanded",
        "backups_healthy",
        "support_requested",
    }
)
TITLED = {
    "care_activities": catalogue.care_activities,
    "data_types": catalogue.data_types,
    "handled_by": catalogue.support_providers,
    "support_given": catalogue.support_providers,
}
DATES = frozenset({"occurred", "noticed", "resolved"})
BLANK_PERIODS = 6
# The supplier's number in the inventory means nothing on paper; its name is written.
NOT_ON_PAPER = frozenset({"supplier"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the paper: its title, what it holds, or what to tick or write."""

    title: str
    text: str = ""
    boxes: tuple[str, ...] = ()
    tall: bool = False
    is_required: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Some lines under a title; rows: empty rows of a table with these columns."""

    title: str
    lines: tuple[Line, ...] = ()
    columns: tuple[str, ...] = ()
    rows: int = 0

    @property
    def empty_rows(self) -> range:
        """Return the rows to fill in."""
        return range(self.rows)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A block of the form."""

    title: str
    groups: tuple[Group, ...]


def blank() -> list[Sheet]:
    """Return the empty form, in the order of the legal blocks."""
    return [Sheet(str(BLOCKS[Block.WHO]), (_blank_who(),))] + [
        Sheet(str(BLOCKS[block]), tuple(_blank_part(part) for part in parts))
        for block, parts in blocks.BLOCKS.items()
        if block is not Block.WHO
    ]


def _blank_who() -> Group:
    titles = {
        "structure": _("Structure"),
        "finess": _("Numéro FINESS"),
        "site": _("Site concerné"),
        "commune": _("Commune"),
        "declarant": _("Déclarant (nom)"),
        "job": _("Fonction"),
        "phone": _("Où vous rappeler ?"),
        "email": _("Courriel"),
        "technical": _("Contact technique (nom, téléphone)"),
    }
    required = ("structure", "phone")
    return Group("", tuple(Line(titles[n], is_required=n in required) for n in WHO))


def _blank_part(part: Part) -> Group:
    names = [n for n in blocks.LEGAL[part] if n not in NOT_ON_PAPER and n != "episodes"]
    lines = tuple(_blank_line(name) for name in names)
    if "episodes" not in blocks.LEGAL[part]:
        return Group(str(PARTS[part]), lines)
    columns = (_("Activité"), _("Ce qu’elle vit"), _("Depuis"), _("Jusqu’à"))
    return Group(str(PARTS[part]), lines, columns, BLANK_PERIODS)


def _blank_line(name: str) -> Line:
    question = QUESTIONS[name]
    hint = _("jour, mois, année, heure") if name in DATES else ""
    return Line(
        str(question.label),
        boxes=tuple(_boxes(name)),
        tall=name in TALL,
        is_required=name in ESSENTIAL,
        hint=hint,
    )


def _boxes(name: str) -> list[str]:
    """Return what can be ticked; nobody ticks an absence of answer, which is an empty box."""
    if name in YES_OR_NO:
        return [_("oui"), _("non")]
    if name in WORDS:
        return [str(labels.label(WORDS[name], word)) for word in WORDS[name] if word]
    if name in TITLED:
        language = get_language() or "fr"
        return [entry.title.in_(language) for entry in TITLED[name]().values()]
    return []


def filled(facts: Facts, sender: Sender, names: Names) -> list[Sheet]:
    """Return the form with what a structure said; what it did not say stays to be filled in."""
    who = tuple(_line(row) for row in legal_text.who(sender))
    found = [Sheet(str(BLOCKS[Block.WHO]), (Group("", who),))]
    for chapter in answers.chapters(facts, names)[1:]:
        groups = tuple(
            Group(section.title, tuple(_line(row) for row in section.answers))
            for section in chapter.sections
        )
        found.append(Sheet(chapter.title, groups))
    return found


def _line(row: Answer) -> Line:
    return Line(row.title, text="\n".join(row.lines) if row.is_told else "")


def pdf(
    sheets: Iterable[Sheet],
    contacts: Iterable[ShownContact],
    *,
    title: str,
    note: str,
    now: datetime,
) -> bytes:
    """Return the form as an accessible PDF on A4.

    note: what stands under the title: reference, revision, TLP, or how to use the blank form.
    """
    language = (get_language() or "fr")[:2]
    told: dict[str, Any] = {
        "note": note,
        "required": _("à remplir d’abord"),
        "sheets": [_told(sheet) for sheet in sheets],
        "contacts": [
            {"title": c.title.in_(language), "reach": c.phone or c.email or c.url} for c in contacts
        ],
        "contacts_title": _("À appeler"),
        "care_first": _(
            "Le patient d’abord : prévenez le médecin du service. Ne débranchez pas et "
            "n’éteignez pas un appareil qui sert à un patient."
        ),
    }
    return typeset.pdf(TEMPLATE, told, title=title, language=language, now=now)


def _told(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "groups": [
            {
                "title": group.title,
                "lines": [
                    {
                        "title": line.title,
                        "text": line.text,
                        "boxes": list(line.boxes),
                        "tall": line.tall,
                        "required": line.is_required,
                        "hint": line.hint,
                    }
                    for line in group.lines
                ],
                "columns": list(group.columns),
                "rows": group.rows,
            }
            for group in sheet.groups
        ],
    }
