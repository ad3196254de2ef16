"""What the public page tells, in which order: its chapters, their tables and their drawings."""

from dataclasses import dataclass
from enum import StrEnum

from vigie.kernel.partial import gettext_noop as _


class Drawing(StrEnum):
    """How a table is drawn."""

    BARS = "bars"  # a bar a line, in the order of the table
    RANKED = "ranked"  # a bar a line, the longest first
    COLUMNS = "columns"  # a column a line, beside the year before
    HUNDRED = "hundred"  # a hundred squares, one for each percent


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a chapter. column: whose numbers are drawn. columns: those that are shown."""

    table: str
    drawing: Drawing
    column: str = "value"
    columns: tuple[str, ...] = ("value", "share", "change")
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """One question that people ask. title and sentence are French message ids.

    years: the figures drawn year after year. figures: those told in a line.
    """

    id: str
    title: str
    sentence: str
    years: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "combien",
        _("Combien d’incidents ?"),
        _("Déclarer plus n’est pas toujours subir plus : on déclare aussi mieux."),
        years=("declarations", "structures"),
        figures=("events", "repeat_structures", "repeat_structures_4"),
        parts=(
            Part("T01", Drawing.COLUMNS),
            Part("T02", Drawing.BARS),
        ),
    ),
    Chapter(
        "origine",
        _("D’où viennent-ils ?"),
        _("Attaque, panne ou erreur : pour un service, l’écran est noir de la même façon."),
        years=("malicious_share",),
        figures=("ransomware", "major"),
        parts=(
            Part("T05", Drawing.BARS),
            Part("T06", Drawing.RANKED),
            Part("T07", Drawing.RANKED),
            Part("T08", Drawing.RANKED),
        ),
    ),
    Chapter(
        "soins",
        _("Quel effet sur les soins ?"),
        _("Ce que l’incident a changé pour les équipes et pour les patients."),
        years=("degraded_mode_share", "no_impact_share"),
        figures=("care_impact_share", "care_interruption_share", "degraded_mode_median_hours"),
        parts=(
            Part("T09", Drawing.HUNDRED, column="share", is_wide=True),
            Part("T12", Drawing.BARS),
            Part("T10", Drawing.BARS),
            Part("T17", Drawing.RANKED),
        ),
    ),
    Chapter(
        "donnees",
        _("Et les données ?"),
        _("Indisponibles, perdues, altérées ou lues par d’autres."),
        years=("data_impact_share",),
        figures=("data_unavailable", "data_disclosed"),
        parts=(Part("T11", Drawing.BARS),),
    ),
    Chapter(
        "ou",
        _("Où, et chez qui ?"),
        _("Là où se trouve le site qui déclare, sinon le siège de la structure."),
        parts=(
            Part("T04", Drawing.RANKED, "structures", ("structures", "value", "rate")),
            Part("T03", Drawing.BARS),
        ),
    ),
    Chapter(
        "reponse",
        _("Qui aide, et quand ?"),
        _("Plus on déclare tôt, plus on peut être aidé."),
        years=("support_share", "same_day_share"),
        figures=("support_structures", "detected_before_impact_share"),
        parts=(
            Part("T13", Drawing.BARS),
            Part("T14", Drawing.BARS),
            Part("T15", Drawing.BARS),
        ),
    ),
    Chapter(
        "prestataires",
        _("Et les prestataires ?"),
        _("Une seule panne chez un prestataire peut toucher des centaines de structures."),
        figures=("declarations_without_provider", "structures_without_provider"),
        parts=(Part("T16", Drawing.BARS),),
    ),
)
