"""How each question of a declaration is answered: its field, by name."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.incidents.models import labels
from vigie.incidents.models.questions import QUESTIONS
from vigie.incidents.rules.blocks import ESSENTIAL
from vigie.incidents.rules.facts import COUNT_LIMIT, LINE_LENGTH, TEXT_LENGTH
from vigie.incidents.rules.words import (
    Cause,
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
from vigie.kernel.partial import PartialDate
from vigie.reference import catalogue
from vigie.ui.fields import PartialMomentField
from vigie.ui.widgets import Ticks, Tiles

Choice = tuple[str, str | Promise]
# Nobody answered yet: no tile is filled. UNKNOWN is an answer, stored like none.
YES, NO, UNKNOWN = "yes", "no", "unknown"
TOLD = {YES: True, NO: False, UNKNOWN: None}
NOBODY = "nobody"
UNSAID = _("Je ne sais pas")
ANSWERS: list[Choice] = [(YES, _("Oui")), (NO, _("Non")), (UNKNOWN, UNSAID)]
ANSWER_ICONS: dict[str, str] = {YES: "check", NO: "x", UNKNOWN: "help-circle"}
DANGER_ICONS: dict[str, str] = {
    Endangerment.PROVEN: "heartbeat",
    Endangerment.POTENTIAL: "heart-question",
    Endangerment.NONE: "check",
    Endangerment.UNKNOWN: "help-circle",
}
IMPACT_ICONS: dict[str, str] = {
    StructureImpact.DEGRADED: "alert-triangle",
    StructureImpact.OTHER: "tool",
    StructureImpact.NONE: "circle-check",
    StructureImpact.UNKNOWN: "help-circle",
}
DANGERS: list[Choice] = [
    (Endangerment.PROVEN, _("Oui, c’est arrivé")),
    (Endangerment.POTENTIAL, _("C’est possible")),
    (Endangerment.NONE, _("Non")),
    (Endangerment.UNKNOWN, UNSAID),
]
DANGER_HELPS: dict[str, Any] = {
    Endangerment.PROVEN: _("Mise en danger avérée"),
    Endangerment.POTENTIAL: _("Mise en danger potentielle"),
}
IMPACTS: list[Choice] = [
    (StructureImpact.DEGRADED, _("En mode dégradé")),
    (StructureImpact.OTHER, _("Gênée")),
    (StructureImpact.NONE, _("Normalement")),
    (StructureImpact.UNKNOWN, UNSAID),
]
IMPACT_HELPS: dict[str, Any] = {
    StructureImpact.DEGRADED: _("Papier, téléphone, secours, soins arrêtés"),
    StructureImpact.OTHER: _("Plus lentement, avec les outils habituels"),
}


def without_controls(text: str) -> str:
    """Return a text without the signs that nobody sees and that databases choke on."""
    return "".join(sign for sign in text if ord(sign) >= 32 or sign in "\t\n\r")


def yes_or_no(name: str) -> forms.TypedChoiceField:
    """Return a question that is answered by yes, no or nobody knows."""
    return forms.TypedChoiceField(
        choices=ANSWERS,
        coerce=TOLD.get,
        empty_value=None,
        widget=Tiles(icons=ANSWER_ICONS, columns=3, flat=True),
        **_common(name),
    )


def line(name: str) -> forms.CharField:
    """Return a question that is answered in one line."""
    return forms.CharField(max_length=LINE_LENGTH, **_common(name))


def paragraph(name: str) -> forms.CharField:
    """Return a question that is answered in sentences."""
    rows = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(max_length=TEXT_LENGTH, widget=rows, **_common(name))


def count(name: str) -> forms.IntegerField:
    """Return a question that is answered by a number."""
    box = forms.NumberInput(attrs={"class": "v-short", "inputmode": "numeric"})
    return forms.IntegerField(min_value=0, max_value=COUNT_LIMIT, widget=box, **_common(name))


def moment(name: str) -> PartialMomentField:
    """Return a question that is answered by a date known in part."""
    return PartialMomentField(read=PartialDate.typed, **_common(name))


def word(name: str, kind: type[StrEnum]) -> forms.ChoiceField:
    """Return a question that is answered by a word of a list."""
    told = [(value, text) for value, text in labels.choices(kind) if value]
    nobody = [("", UNSAID)] if "" in set(kind) else []
    return forms.ChoiceField(choices=[*nobody, *told], **_common(name))


def tiles(name: str, choices: Iterable[Choice], **look: Any) -> forms.TypedChoiceField:
    """Return a question that is answered by one of a few tiles, the last for nobody knows."""
    return forms.TypedChoiceField(
        choices=[*choices, (UNKNOWN, UNSAID)],
        coerce=lambda answer: "" if answer == UNKNOWN else answer,
        empty_value="",
        widget=Tiles(**look),
        **_common(name),
    )


def several(name: str, choices: Callable[[], Iterable[Choice]]) -> forms.MultipleChoiceField:
    """Return a question to which several words of a list may answer."""
    return forms.MultipleChoiceField(choices=choices, widget=Ticks(), **_common(name))


def _common(name: str) -> dict[str, Any]:
    question = QUESTIONS[name]
    return {"label": question.label, "help_text": question.help, "required": name in ESSENTIAL}


def titles(entries: Callable[[], Any]) -> Callable[[], list[Choice]]:
    """Return the choices of a reference list, in the reader's language."""

    def chosen() -> list[Choice]:
        language = get_language() or "fr"
        return [(code, entry.title.in_(language)) for code, entry in entries().items()]

    return chosen


def helpers() -> list[Choice]:
    """Return who may help, and that nobody does."""
    return [*titles(catalogue.support_providers)(), (NOBODY, _("Personne pour l’instant"))]


def categories() -> list[Any]:
    """Return the incident categories by origin, in the reader's language."""
    language = get_language() or "fr"
    groups: dict[str, list[Choice]] = {}
    for entry in catalogue.incident_categories().values():
        title = str(labels.label(Origin, entry.origin))
        groups.setdefault(title, []).append((entry.code, entry.title.in_(language)))
    return [("", UNSAID), *groups.items()]


def danger() -> forms.ChoiceField:
    """Return the first question of all."""
    hot = {Endangerment.PROVEN, Endangerment.POTENTIAL}
    tiles = Tiles(icons=DANGER_ICONS, helps=DANGER_HELPS, hot=hot, columns=2)
    name = "endangerment"
    return forms.ChoiceField(choices=DANGERS, widget=tiles, **_common(name))


def impact() -> forms.ChoiceField:
    """Return the question of how the structure works."""
    tiles = Tiles(icons=IMPACT_ICONS, helps=IMPACT_HELPS, columns=2)
    return forms.ChoiceField(choices=IMPACTS, widget=tiles, **_common("structure_impact"))


def support() -> forms.TypedChoiceField:
    """Return the question of support, which wants a yes or a no."""
    return forms.TypedChoiceField(
        choices=[(YES, _("Oui, rappelez-moi")), (NO, _("Non, pas pour l’instant"))],
        coerce=lambda answer: answer == YES,
        widget=Tiles(icons={YES: "phone-call", NO: "x"}, columns=2, flat=True),
        **_common("support_requested"),
    )


def category() -> forms.ChoiceField:
    """Return the question of what happened."""
    return forms.ChoiceField(choices=categories, **_common("category"))


def origin() -> forms.ChoiceField:
    """Return the question of whether somebody meant it."""
    choices = [
        (Origin.MALICIOUS, _("Oui, malveillant")),
        (Origin.NON_MALICIOUS, _("Non, une panne ou une erreur")),
        (Origin.UNDETERMINED, _("Cherché, pas trouvé")),
    ]
    return tiles("origin", choices, columns=2)


def stage() -> forms.ChoiceField:
    """Return the question of whether it was seen before it hurt."""
    choices = [
        (DetectionStage.BEFORE_IMPACT, _("Oui, avant tout effet")),
        (DetectionStage.AFTER_IMPACT, _("Non, après")),
    ]
    return tiles("detection_stage", choices, columns=3, flat=True)


def progress() -> forms.ChoiceField:
    """Return the question of how the incident stands."""
    told = [(value, text) for value, text in labels.choices(Progress) if value]
    return tiles("progress", told, columns=4, flat=True)


MAKERS: dict[str, Callable[[], forms.Field]] = {
    "endangerment": danger,
    "structure_impact": impact,
    "support_requested": support,
    "category": category,
    "origin": origin,
    "kind": lambda: word("kind", Kind),
    "detection_stage": stage,
    "detection_source": lambda: word("detection_source", DetectionSource),
    "progress": progress,
    "endangerment_cause": lambda: word("endangerment_cause", Cause),
    "ransomware_extent": lambda: word("ransomware_extent", Extent),
    "data_impacts": lambda: several("data_impacts", lambda: labels.choices(DataImpact)),
    "data_types": lambda: several("data_types", titles(catalogue.data_types)),
    "handled_by": lambda: several("handled_by", titles(catalogue.support_providers)),
    "support_given": lambda: several("support_given", helpers),
    "care_activities": lambda: several("care_activities", titles(catalogue.care_activities)),
    **{
        name: lambda name=name: yes_or_no(name)  # type: ignore[misc]
        for name in (
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
        )
    },
    **{
        name: lambda name=name: line(name)  # type: ignore[misc]
        for name in ("title", "supplier_name", "vector", "vulnerabilities", "claim")
    },
    **{
        name: lambda name=name: paragraph(name)  # type: ignore[misc]
        for name in (
            "description",
            "systems",
            "endangerment_description",
            "measures_taken",
            "measures_planned",
            "support_nature",
            "lessons",
        )
    },
    **{
        name: lambda name=name: count(name)  # type: ignore[misc]
        for name in (
            "workstations",
            "servers",
            "patients",
            "transfers",
            "cancelled_acts",
            "persons",
        )
    },
    **{
        name: lambda name=name: moment(name)  # type: ignore[misc]
        for name in ("occurred", "noticed", "resolved")
    },
    **{
        name: lambda name=name: word(name, Notice)  # type: ignore[misc]
        for name in ("notice_cnil", "notice_complaint", "notice_anssi", "notice_insurer")
    },
}


def field_of(name: str) -> forms.Field:
    """Return a new field that asks for one answer of a declaration."""
    return MAKERS[name]()
