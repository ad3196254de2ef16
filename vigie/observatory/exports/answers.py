"""The first screen: how many, how bad, better or worse, where; and the sentence above them."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vigie.observatory.exports import tabular, words
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.tables import UNKNOWN
from vigie.observatory.rules.tabulated import Tabulated
from vigie.ui import moments
from vigie.ui.templatetags.ui import number, percent

UP_ICON = "trending-up"
DOWN_ICON = "trending-down"
LEVEL_ICON = "equal"
REGIONS = "T04"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the figure in large with its unit, what it means, how it is counted."""

    asks: str
    figure: str
    unit: str
    says: str
    counted: str
    icon: str = ""


def sentence(report: Report, before: Report | None) -> SafeString:
    """Return the year in one sentence."""
    structures, made = report["structures"].value or 0, report["declarations"].value or 0
    told = {
        "year": report.question.year,
        "structures": _bold(
            ngettext("%(n)s structure", "%(n)s structures", int(structures)), structures
        ),
        "declarations": _bold(ngettext("%(n)s incident", "%(n)s incidents", int(made)), made),
    }
    said = format_html(_("En {year}, {structures} de santé ont déclaré {declarations}"), **told)
    moved = _moved(report, before)
    return format_html("{}, {}.", said, moved) if moved else format_html("{}.", said)


def _bold(text: str, value: float | int) -> SafeString:
    return format_html("<b>{}</b>", text.replace(" ", moments.NBSP) % {"n": number(value)})


def _moved(report: Report, before: Report | None) -> str:
    by = rise(report, before, "declarations")
    if by is None or before is None:
        return ""
    numbers = {"percent": percent(abs(by)), "year": before.question.year}
    if round(by) == 0:
        return _("autant qu’en %(year)s") % numbers
    if by > 0:
        return _("soit %(percent)s de plus qu’en %(year)s") % numbers
    return _("soit %(percent)s de moins qu’en %(year)s") % numbers


def rise(report: Report, before: Report | None, code: str) -> float | None:
    """Return by how many percent a count rose; None where one of the years is unknown or empty."""
    now, then = report[code].value, before[code].value if before else None
    if now is None or not then:
        return None
    return 100 * (now - then) / then


def answers(report: Report, before: Report | None) -> list[Answer]:
    """Return the four answers of the first screen."""
    found = [_how_many(report), _how_bad(report), _better(report, before), _where(report)]
    return [one for one in found if one is not None]


def _how_many(report: Report) -> Answer:
    made, structures = report["declarations"].value or 0, report["structures"].value or 0
    events = report["events"].value
    told = {"structures": number(structures), "events": number(events)}
    return Answer(
        asks=_("Combien ?"),
        figure=number(made),
        unit=ngettext("déclaration", "déclarations", int(made)),
        says=_("par %(structures)s structures distinctes, pour %(events)s événements distincts")
        % told,
        counted=_("Reçues dans l’année ; une structure est une entité juridique."),
    )


def _how_bad(report: Report) -> Answer:
    endangered, proven = report["endangerment"], report["endangerment_proven"]
    ransomware = words.value(report["ransomware"])
    if endangered.value is None:
        return Answer(
            asks=_("À quel point est-ce grave ?"),
            figure=ransomware,
            unit=_("rançongiciels"),
            says=_("Mises en danger de patients : non communiqué"),
            counted=_("Déclarations de catégorie « rançongiciel »."),
        )
    return Answer(
        asks=_("À quel point est-ce grave ?"),
        figure=words.value(endangered),
        unit=ngettext("mise en danger", "mises en danger", int(endangered.value)),
        says=_("de patients, dont avérées : %(proven)s ; et rançongiciels : %(ransomware)s")
        % {"proven": words.value(proven), "ransomware": ransomware},
        counted=_("Mises en danger potentielles et avérées, dites par les structures."),
    )


def _better(report: Report, before: Report | None) -> Answer | None:
    by = rise(report, before, "declarations")
    if by is None or before is None:
        return None
    icon = LEVEL_ICON if round(by) == 0 else UP_ICON if by > 0 else DOWN_ICON
    sign = "" if round(by) == 0 else "+" if by > 0 else "\N{MINUS SIGN}"
    care = words.moved(report["care_impact_share"], before["care_impact_share"])
    return Answer(
        asks=_("Mieux ou moins bien ?"),
        figure=sign + percent(abs(by)),
        unit="",
        says=_("de déclarations par rapport à %(year)s. Effet sur la prise en charge : %(care)s.")
        % {"year": before.question.year, "care": care},
        counted=_("De %(then)s à %(now)s. Déclarer plus n’est pas toujours subir plus.")
        % {
            "now": number(report["declarations"].value),
            "then": number(before["declarations"].value),
        },
        icon=icon,
    )


def _where(report: Report) -> Answer | None:
    found = next((one for one in report.tables if one.table.id == REGIONS), None)
    if found is None or not found.lines:
        return None
    ranked = _ranked(found)
    if not ranked:
        return None
    known = [line for line in found.lines if line.row.code != UNKNOWN]
    structures, first = ranked[0]
    return Answer(
        asks=_("Où ?"),
        figure=number(structures),
        unit=ngettext("structure", "structures", int(structures)),
        says=_("en %(first)s, la première ; %(shown)s régions sur %(all)s sont montrées")
        % {"first": first, "shown": number(len(ranked)), "all": number(len(known))},
        counted=_("Région du site qui déclare, sinon du siège."),
    )


def _ranked(regions: Tabulated) -> list[tuple[float, str]]:
    """Return the regions that are shown, the one with the most structures first."""
    place = regions.columns.index("structures")
    shown = [
        (number, tabular.row_label(line.row))
        for line in regions.lines
        if line.row.code != UNKNOWN and (number := line.numbers[place]) is not None
    ]
    return sorted(shown, key=lambda one: (-one[0], one[1]))
