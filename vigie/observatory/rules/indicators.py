"""The figures of the observatory: one definition each, from which every format comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from vigie.incidents.rules.projection import RANSOMWARE
from vigie.incidents.rules.words import Endangerment, Origin, StructureImpact
from vigie.kernel.partial import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Clause:
    """A column of a declaration holds one of the values; or, where it excludes, none of them.

    Without values: it holds a number from low on, under high; None is no limit.
    """

    column: str
    values: tuple[object, ...]
    excludes: bool = False
    low: int | None = None
    high: int | None = None


# Any of the alternatives, each of which holds when all its tests do.
Condition = tuple[tuple[Clause, ...], ...]
EVERY: Condition = ()  # asks nothing: every declaration


class Counted(StrEnum):
    """What a figure counts, each once."""

    DECLARATIONS = "declarations"
    EVENTS = "events"
    STRUCTURES = "structures"
    REPEATING = "repeating"  # structures; the condition asks how many declarations each made
    MEDIAN = "median"  # twice that of the minutes in degraded mode: a whole number
    AS_ASKED = "as_asked"  # declarations or events, as the whole report is asked for


DECLARATIONS_MADE = "declarations_made"  # by one structure in the year


class Count(NamedTuple):
    """Something to count, each once, among the declarations that meet a condition."""

    counted: Counted
    condition: Condition


Counts = Mapping[Count, int]
FEWEST_STRUCTURES = 5  # behind a number that the public sees about part of a nation


class Source(StrEnum):
    """Whose indicator it is."""

    ANS = "ans"  # in the yearly reports of the French observatory
    VIGIE = "vigie"  # nobody else's


class Theme(StrEnum):
    """What a figure is about. A title to translate, in the order to show."""

    VOLUME = _("Combien")
    ORIGIN = _("Origine et gravité")
    CARE = _("Soins et fonctionnement")
    DATA = _("Données")
    RESPONSE = _("Appui, délais et détection")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure. label and sentence are French message ids.

    yes: the declarations in its numerator. told: those that answer its question at all; when
    none of the year does, the figure is unknown, which is never zero.
    """

    id: str
    theme: Theme
    label: str
    sentence: str
    yes: Condition = EVERY
    told: Condition = EVERY
    counted: Counted = Counted.AS_ASKED
    is_share: bool = False  # over all that is counted in the year, in percent
    source: Source = Source.ANS


def holds(column: str, *values: object) -> Condition:
    """Return the condition that a column holds one of the values."""
    return ((Clause(column, values),),)


def at_least(column: str, least: int) -> Condition:
    """Return the condition that a column holds a number from so many on."""
    return ((Clause(column, (), low=least),),)


def known(column: str, *unknown: object) -> Condition:
    """Return the condition that a column holds an answer: none of the values for « unknown »."""
    return ((Clause(column, unknown or (None,), excludes=True),),)


IS_DEGRADED = holds("structure_impact", StructureImpact.DEGRADED)
KNOWS_STRUCTURE_IMPACT = known("structure_impact", StructureImpact.UNKNOWN)
IS_INTERRUPTED = holds("care_interrupted", True)
IS_ENDANGERED = holds("endangerment", Endangerment.POTENTIAL, Endangerment.PROVEN)
KNOWS_ENDANGERMENT = known("endangerment", Endangerment.UNKNOWN)
HURTS_CARE = IS_DEGRADED + IS_INTERRUPTED + IS_ENDANGERED
# « No » to the three questions at once takes an answer to each.
SPARES_CARE: Condition = (
    (
        Clause("structure_impact", (StructureImpact.NONE, StructureImpact.OTHER)),
        Clause("care_interrupted", (False,)),
        Clause("endangerment", (Endangerment.NONE,)),
    ),
)
ASKS_SUPPORT = holds("support_requested", True)

WITHOUT_PROVIDER = known("provider_involved", True)
KNOWS_LENGTH = known("degraded_minutes")

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        id="declarations",
        theme=Theme.VOLUME,
        label=_("Déclarations"),
        sentence=_(
            "Déclarations de l’année, sans les brouillons, les déclarations écartées ni les"
            " doublons."
        ),
        counted=Counted.DECLARATIONS,
    ),
    Indicator(
        id="events",
        theme=Theme.VOLUME,
        label=_("Événements distincts"),
        sentence=_(
            "Les déclarations rattachées à une même cause (panne d’un fournisseur, campagne"
            " d’attaques) comptent une fois ; une déclaration seule compte pour un événement."
        ),
        counted=Counted.EVENTS,
        source=Source.VIGIE,
    ),
    Indicator(
        id="structures",
        theme=Theme.VOLUME,
        label=_("Structures déclarantes"),
        sentence=_("Entités juridiques distinctes qui ont déclaré au moins une fois."),
        counted=Counted.STRUCTURES,
    ),
    Indicator(
        id="malicious_share",
        theme=Theme.ORIGIN,
        label=_("Origine malveillante"),
        sentence=_(
            "Part d’origine malveillante, telle que le CERT l’a qualifiée, sinon telle que la"
            " structure l’a dite ; l’origine indéterminée compte au dénominateur."
        ),
        yes=holds("origin", Origin.MALICIOUS),
        told=known("origin", Origin.UNKNOWN),
        is_share=True,
    ),
    Indicator(
        id="ransomware",
        theme=Theme.ORIGIN,
        label=_("Rançongiciels"),
        sentence=_(
            "Catégorie « Rançongiciel », telle que le CERT l’a qualifiée, sinon telle que la"
            " structure l’a dite."
        ),
        yes=holds("category", RANSOMWARE),
        told=known("category", ""),
    ),
    Indicator(
        id="major",
        theme=Theme.ORIGIN,
        label=_("Incidents majeurs"),
        sentence=_("Caractère majeur confirmé par le CERT."),
        yes=holds("major_confirmed", True),
        told=known("major_confirmed"),
    ),
    Indicator(
        id="degraded_mode_share",
        theme=Theme.CARE,
        label=_("Mode dégradé"),
        sentence=_(
            "Part où la structure a fonctionné en mode dégradé ; l’interruption d’une prise en"
            " charge en fait partie."
        ),
        yes=IS_DEGRADED,
        told=KNOWS_STRUCTURE_IMPACT,
        is_share=True,
    ),
    Indicator(
        id="care_interruption_share",
        theme=Theme.CARE,
        label=_("Interruption de prise en charge"),
        sentence=_("Part où au moins une prise en charge a été interrompue."),
        yes=IS_INTERRUPTED,
        told=known("care_interrupted"),
        is_share=True,
    ),
    Indicator(
        id="no_impact_share",
        theme=Theme.CARE,
        label=_("Sans effet sur le fonctionnement"),
        sentence=_("Part où la structure dit que son fonctionnement n’a pas été touché."),
        yes=holds("structure_impact", StructureImpact.NONE),
        told=KNOWS_STRUCTURE_IMPACT,
        is_share=True,
    ),
    Indicator(
        id="data_impact_share",
        theme=Theme.DATA,
        label=_("Effet sur les données"),
        sentence=_(
            "Part où des données ont été indisponibles, perdues, altérées, divulguées ou"
            " consultées sans droit."
        ),
        yes=holds("data_touched", True),
        told=known("data_touched"),
        is_share=True,
    ),
    Indicator(
        id="data_unavailable",
        theme=Theme.DATA,
        label=_("Données indisponibles"),
        sentence=_("Des données ont été indisponibles."),
        yes=holds("data_unavailable", True),
        told=known("data_unavailable"),
    ),
    Indicator(
        id="care_impact_share",
        theme=Theme.CARE,
        label=_("Effet sur la prise en charge"),
        sentence=_(
            "Part avec mode dégradé, interruption d’une prise en charge ou mise en danger de"
            " patients, potentielle ou avérée."
        ),
        yes=HURTS_CARE,
        told=HURTS_CARE + SPARES_CARE,
        is_share=True,
    ),
    Indicator(
        id="endangerment",
        theme=Theme.CARE,
        label=_("Mises en danger de patients"),
        sentence=_("Mises en danger potentielles et avérées."),
        yes=IS_ENDANGERED,
        told=KNOWS_ENDANGERMENT,
    ),
    Indicator(
        id="endangerment_share",
        theme=Theme.CARE,
        label=_("Part des mises en danger"),
        sentence=_("Part avec mise en danger de patients, potentielle ou avérée."),
        yes=IS_ENDANGERED,
        told=KNOWS_ENDANGERMENT,
        is_share=True,
    ),
    Indicator(
        id="endangerment_proven",
        theme=Theme.CARE,
        label=_("Mises en danger avérées"),
        sentence=_("Mises en danger de patients qui se sont réalisées."),
        yes=holds("endangerment", Endangerment.PROVEN),
        told=KNOWS_ENDANGERMENT,
    ),
    Indicator(
        id="data_disclosed",
        theme=Theme.DATA,
        label=_("Données divulguées"),
        sentence=_(
            "Des données ont été divulguées ; une divulgation seulement possible n’en est pas."
        ),
        yes=holds("data_disclosed", True),
        told=known("data_disclosed"),
    ),
    Indicator(
        id="support_structures",
        theme=Theme.RESPONSE,
        label=_("Structures qui demandent un appui"),
        sentence=_("Entités juridiques distinctes qui ont demandé un appui au moins une fois."),
        yes=ASKS_SUPPORT,
        told=known("support_requested"),
        counted=Counted.STRUCTURES,
    ),
    Indicator(
        id="support_share",
        theme=Theme.RESPONSE,
        label=_("Demandes d’appui"),
        sentence=_("Part où la structure a demandé un appui."),
        yes=ASKS_SUPPORT,
        told=known("support_requested"),
        is_share=True,
    ),
    Indicator(
        id="same_day_share",
        theme=Theme.RESPONSE,
        label=_("Déclarées le jour même"),
        sentence=_(
            "Part déclarée le jour du constat ou, s’il n’est pas connu, de la survenue ; les jours"
            " sont ceux de l’heure nationale."
        ),
        yes=holds("same_day", True),
        told=known("same_day"),
        is_share=True,
    ),
    Indicator(
        id="detected_before_impact_share",
        theme=Theme.RESPONSE,
        label=_("Détectées avant impact"),
        sentence=_("Part détectée avant tout effet sur la structure ou ses données."),
        yes=holds("before_impact", True),
        told=known("before_impact"),
        is_share=True,
        source=Source.VIGIE,
    ),
    Indicator(
        id="seen_by_staff_share",
        theme=Theme.RESPONSE,
        label=_("Vues par un professionnel"),
        sentence=_("Part vue en premier par un professionnel de la structure."),
        yes=holds("seen_by_staff", True),
        told=known("seen_by_staff"),
        is_share=True,
        source=Source.VIGIE,
    ),
    Indicator(
        id="declarations_without_provider",
        theme=Theme.VOLUME,
        label=_("Déclarations hors prestataires"),
        sentence=_("Déclarations de l’année, sans celles qui disent qu’un prestataire est touché."),
        yes=WITHOUT_PROVIDER,
        told=known("provider_involved"),
        counted=Counted.DECLARATIONS,
    ),
    Indicator(
        id="structures_without_provider",
        theme=Theme.VOLUME,
        label=_("Structures déclarantes hors prestataires"),
        sentence=_(
            "Entités juridiques distinctes qui ont déclaré au moins un incident sans prestataire"
            " touché."
        ),
        yes=WITHOUT_PROVIDER,
        told=known("provider_involved"),
        counted=Counted.STRUCTURES,
    ),
    Indicator(
        id="repeat_structures",
        theme=Theme.VOLUME,
        label=_("Structures à plus de deux déclarations"),
        sentence=_("Entités juridiques distinctes qui ont déclaré plus de deux fois."),
        yes=at_least(DECLARATIONS_MADE, 3),
        counted=Counted.REPEATING,
    ),
    Indicator(
        id="repeat_structures_4",
        theme=Theme.VOLUME,
        label=_("Structures à quatre déclarations ou plus"),
        sentence=_("Entités juridiques distinctes qui ont déclaré quatre fois ou plus."),
        yes=at_least(DECLARATIONS_MADE, 4),
        counted=Counted.REPEATING,
    ),
    Indicator(
        id="degraded_mode_median_hours",
        theme=Theme.CARE,
        label=_("Durée médiane du mode dégradé"),
        sentence=_(
            "Médiane, en heures, des déclarations dont le mode dégradé a un début et une fin connus"
            " à la minute."
        ),
        yes=KNOWS_LENGTH,
        told=KNOWS_LENGTH,
        counted=Counted.MEDIAN,
        source=Source.VIGIE,
    ),
)
