"""How the figures are made: what is counted, of what shares are taken, what is hidden."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.observatory.exports import words
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.indicators import FEWEST_STRUCTURES
from vigie.observatory.rules.question import Axis, Unit
from vigie.reference.series import breaks


def content(report: Report) -> dict[str, object]:
    """Return the parts of the method, and the definition of every figure of the report."""
    return {
        "title": _("Méthode"),
        "parts": [
            {"title": _("Ce qui est compté"), "told": _counted(report)},
            {"title": _("Parts et écarts"), "told": _shares(report)},
            {"title": _("Petits nombres"), "told": _hidden(report)},
            {"title": _("Comparer les années"), "told": _years()},
        ],
        "definitions_title": _("Définitions"),
        "definitions_heads": [_("Chiffre"), _("Définition")],
        "definitions": [
            {
                "label": words.label(figure.indicator),
                "text": words.definition(figure.indicator, report.question),
            }
            for figure in report.figures
        ],
    }


def _counted(report: Report) -> list[str]:
    question = report.question
    found = [
        _("Une déclaration est ce qu’une structure dit d’un incident ; elle compte une fois."),
        _(
            "Un événement rassemble les déclarations d’une même cause, rattachées par le CERT ; une"
            " déclaration seule est un événement."
        ),
    ]
    if question.unit is Unit.EVENTS:
        found.append(_("Ce rapport compte des événements."))
    else:
        found.append(_("Ce rapport compte des déclarations."))
    if question.axis is Axis.OCCURRED:
        found.append(_("L’année est celle où l’incident est survenu, à l’heure nationale."))
    else:
        found.append(_("L’année est celle de la déclaration, à l’heure nationale."))
    found.append(
        _(
            "Une déclaration compte là où se trouve son site, sinon au siège de la structure ; une"
            " structure est une entité juridique."
        )
    )
    found.append(
        _(
            "Origine et catégorie sont celles que le CERT a qualifiées, sinon celles que la"
            " structure a dites."
        )
    )
    return found


def _shares(report: Report) -> list[str]:
    return [
        words.denominator(report.question),
        _(
            "Une réponse qui manque n’est jamais prise pour « non » : elle reste au dénominateur,"
            " et un chiffre auquel personne ne répond est « n. c. »."
        ),
        _(
            "Les parts sont arrondies au dixième ; leur écart d’une année à l’autre se dit en"
            " points."
        ),
    ]


def _hidden(report: Report) -> list[str]:
    if not report.question.is_public:
        return [
            _("Rien n’est masqué : ce rapport est pour ceux qui peuvent lire ces déclarations."),
        ]
    return [
        _(
            "Dans ce que lit le public, un nombre par territoire, par type de structure ou par mois"
            " qui repose sur moins de %(fewest)s structures est « masqué »."
        )
        % {"fewest": FEWEST_STRUCTURES},
        _("Un nombre seul pour toute la nation n’est pas masqué."),
    ]


def _years() -> list[str]:
    return [
        *(one.because.in_(get_language() or "fr") for one in breaks().values()),
        _("Les chiffres hors prestataires se comparent mieux d’une année à l’autre."),
        _(
            "L’obligation de déclarer s’est étendue aux établissements médico-sociaux en 2022 :"
            " plus de structures sont tenues de déclarer depuis."
        ),
        _("Déclarer plus n’est pas toujours subir plus."),
    ]
