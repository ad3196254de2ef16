"""The figures of the observatory: one definition each, from which every format comes."""

from dataclasses import dataclass
from enum import StrEnum

from vigie.incidents.rules.projection import RANSOMWARE
from vigie.incidents.rules.words import Endangerment, Origin, StructureImpact
from vigie.kernel.partial import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Clause:
    """A column of a declaration holds one of the values; or, where it excludes, none of them."""

    column: str
    values: tuple[object, ...]
    excludes: bool = False


# Any of the alternatives, each of which holds when all its tests do.
Condition = tuple[tuple[Clause, ...], ...]
EVERY: Condition = ()  # asks nothing: every declaration


class Counted(StrEnum):
    """What a figure counts, each once."""

    DECLARATIONS = "declarations"
    EVENTS = "events"
    STRUCTURES = "structures"
    AS_ASKED = "as_asked"  # declarations or events, as the whole report is asked for


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
)
