"""Say figures and questions in the active language, once for every format."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from vigie.observatory.queries import name_of
from vigie.observatory.rules.figures import Figure, Report, change, counted
from vigie.observatory.rules.indicators import Counted, Indicator, Source, Theme
from vigie.observatory.rules.question import Axis, Question, Unit
from vigie.reference import catalogue
from vigie.ui import moments
from vigie.ui.templatetags.ui import number, percent

PERCENT = "percent"
OTHER_UNITS = {Counted.REPEATING: "structures", Counted.MEDIAN: "hours"}
LineT = TypeVar("LineT")


def label(indicator: Indicator) -> str:
    """Return the short name of a figure."""
    return _(indicator.label)


def unit_of(figure: Figure, question: Question) -> str:
    """Return the unit of a figure: percent, hours, declarations, events or structures."""
    if figure.indicator.is_share:
        return PERCENT
    what = counted(figure.indicator, question.unit)
    return OTHER_UNITS.get(what, what.value)


def definition(indicator: Indicator, question: Question) -> str:
    """Return what a figure means: its sentence, and what it is a share of."""
    parts = [_(indicator.sentence)]
    if indicator.is_share:
        parts.append(denominator(question))
    if counted(indicator, question.unit) is Counted.EVENTS and indicator.counted is not (
        Counted.EVENTS
    ):
        parts.append(_("Un événement compte dès qu’une de ses déclarations le dit."))
    return " ".join(parts)


def denominator(question: Question) -> str:
    """Return what shares are taken of."""
    if question.unit is Unit.EVENTS:
        return _("Dénominateur : tous les événements de l’année.")
    return _("Dénominateur : toutes les déclarations de l’année.")


def value(figure: Figure) -> str:
    """Return a value as people read it: 749, 52,3 %, « n. c. » or « masqué »."""
    if figure.suppressed:
        return _("masqué")
    if figure.indicator.is_share or figure.value is None:
        return str(percent(figure.value, 1))
    if figure.indicator.counted is Counted.MEDIAN:
        return _("%(hours)s h") % {"hours": number(figure.value, 1)}
    return str(number(figure.value))


def fraction(figure: Figure) -> str:
    """Return « 387 sur 749 » for shares, nothing for the rest."""
    if figure.numerator is None or figure.denominator is None:
        return ""
    numbers = {"part": number(figure.numerator), "whole": number(figure.denominator)}
    return _("%(part)s sur %(whole)s") % numbers


def moved(figure: Figure, before: Figure) -> str:
    """Return how a figure moved since: « +12 », « -7 points », « – » where nobody can tell."""
    is_hours = figure.indicator.counted is Counted.MEDIAN
    return by_how_much(change(figure, before), is_share=figure.indicator.is_share, fine=is_hours)


def by_how_much(by: float | int | None, *, is_share: bool, fine: bool = False) -> str:
    """Return « +12 », « -7 points »; « – » where nobody can tell. fine: to a tenth."""
    if by is None:
        return moments.NOTHING
    places = 1 if is_share else None
    sign = "+" if by > 0 else "\N{MINUS SIGN}" if by < 0 else ""
    size = str(number(abs(by), 1 if fine else places))
    if places is None:
        return sign + size
    # French counts in the plural from two on; English in the plural but for a whole one.
    words = ngettext("%(change)s point", "%(change)s points", 2 if abs(by) >= 2 else 1)
    return words % {"change": sign + size}


def territory(report: Report) -> str:
    """Return the name of what is looked at."""
    asked = report.question.territory
    shown = [asked] if asked else list(report.within)
    if not shown:
        return _("Tout le registre")
    return ", ".join(name_of(one, get_language() or "fr") for one in shown)


def structure_type(question: Question) -> str:
    """Return the name of the structure type, nothing where all count."""
    if not question.structure_type:
        return ""
    found = catalogue.structure_types()[question.structure_type]
    return found.title.in_(get_language() or "fr")


def axis(question: Question) -> str:
    """Return by which date years are told apart."""
    if question.axis is Axis.OCCURRED:
        return _("par date de survenue")
    return _("par date de déclaration")


def unit(question: Question) -> str:
    """Return what is counted."""
    return _("en événements") if question.unit is Unit.EVENTS else _("en déclarations")


def as_of(report: Report) -> str:
    """Return when the figures were true, in the nation's time."""
    return moments.full(timezone.localtime(report.as_of))


@dataclass(frozen=True, slots=True)
class Line:
    """One figure in words, as tables show it. is_own: Vigie's own indicator, nobody else's."""

    id: str
    label: str
    value: str
    fraction: str
    sentence: str
    is_own: bool
    suppressed: bool


def lines(report: Report) -> list[Line]:
    """Return the figures of a report in words, in its order."""
    return [
        Line(
            id=figure.id,
            label=label(figure.indicator),
            value=value(figure),
            fraction=fraction(figure),
            sentence=_(figure.indicator.sentence),
            is_own=figure.indicator.source is Source.VIGIE,
            suppressed=figure.suppressed,
        )
        for figure in report.figures
    ]


def by_theme(report: Report, lines: Iterable[LineT]) -> list[tuple[str, list[LineT]]]:
    """Return one line a figure, in the order of the report, under the title of its theme."""
    themes: dict[Theme, list[LineT]] = {theme: [] for theme in Theme}
    for figure, line in zip(report.figures, lines, strict=True):
        themes[figure.indicator.theme].append(line)
    return [(_(theme.value), found) for theme, found in themes.items()]


def notes(report: Report) -> list[str]:
    """Return what a reader must know beside the figures."""
    found = [_shares(report.question)]
    found.append(_("« n. c. » : non communiqué ; aucune déclaration de l’année ne répond."))
    found.append(
        _(
            "Indicateurs des rapports annuels de l’observatoire de l’ANS, sauf ceux marqués"
            " « Vigie », qui sont propres à cet outil."
        )
    )
    found += _left_out(report)
    if report.question.hides_small_cells:
        found.append(
            _(
                "« masqué » : le chiffre repose sur moins de cinq structures. Ce qui se déduirait"
                " d’une différence entre deux chiffres publiés n’est pas masqué."
            )
        )
    found.append(_("Les écarts entre deux parts se disent en points."))
    return found


def _shares(question: Question) -> str:
    if question.unit is Unit.EVENTS:
        return _(
            "Les parts sont prises sur tous les événements de l’année ; un événement compte dès"
            " qu’une de ses déclarations le dit."
        )
    return _("Les parts sont prises sur toutes les déclarations de l’année.")


def _left_out(report: Report) -> list[str]:
    without, rejected = report.left_out.without_year, report.left_out.rejected_or_duplicate
    found = []
    if without:
        found.append(
            ngettext(
                "Sans année sur cet axe, donc dans aucune année : %(number)s déclaration.",
                "Sans année sur cet axe, donc dans aucune année : %(number)s déclarations.",
                without,
            )
            % {"number": number(without)}
        )
    if rejected:
        found.append(
            ngettext(
                "Écartées ou doublons, non comptées : %(number)s déclaration.",
                "Écartées ou doublons, non comptées : %(number)s déclarations.",
                rejected,
            )
            % {"number": number(rejected)}
        )
    return found


def title(report: Report) -> str:
    """Return the title of the whole report."""
    return _("Observatoire des incidents de cybersécurité en santé, %(year)s") % {
        "year": report.question.year
    }


def perimeter(report: Report) -> str:
    """Return where, whom, by which date and what the figures count, in one line."""
    question = report.question
    parts = [territory(report), structure_type(question), axis(question), unit(question)]
    if question.without_provider:
        parts.append(_("sans ce qui touche un prestataire"))
    return " · ".join(part for part in parts if part)
