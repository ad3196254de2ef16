"""The key figures: few, large, beside the year before where the tables tell it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from vigie.observatory.exports import words
from vigie.observatory.rules.earlier import before
from vigie.observatory.rules.figures import Figure, Report
from vigie.observatory.rules.indicators import Counted

CARDS = {  # the figure written large, and those below it
    "declarations": ("structures", "events"),
    "malicious_share": ("ransomware", "major"),
    "degraded_mode_share": ("care_interruption_share", "degraded_mode_median_hours"),
    "endangerment": ("endangerment_proven", "care_impact_share"),
    "data_impact_share": ("data_unavailable", "data_disclosed"),
    "support_structures": ("support_share",),
    "same_day_share": ("detected_before_impact_share",),
    "structures_without_provider": ("declarations_without_provider",),
}


def content(report: Report) -> dict[str, object]:
    """Return the title of the page and its cards."""
    figures = {figure.id: figure for figure in report.figures}
    earlier = before(report)
    return {
        "title": _("Chiffres clés"),
        "lead": _("Déclarer plus n’est pas toujours subir plus."),
        "cards": [
            _card(
                figures[large], [figures[one] for one in small if one in figures], earlier, report
            )
            for large, small in CARDS.items()
            if large in figures
        ],
    }


def _card(
    large: Figure, small: list[Figure], earlier: Mapping[str, float | int], report: Report
) -> dict[str, object]:
    return {
        "label": words.label(large.indicator),
        "value": words.value(large),
        "fraction": words.fraction(large),
        "moved": _moved(large, earlier, report.question.year - 1),
        "beside": [f"{words.label(one.indicator)} {words.value(one)}" for one in small],
        "sentence": _(large.indicator.sentence),
    }


def _moved(figure: Figure, earlier: Mapping[str, float | int], year: int) -> str:
    """Return by how much a figure moved since the year before, nothing where nobody can tell."""
    if figure.value is None or figure.id not in earlier:
        return ""
    by = words.by_how_much(
        figure.value - earlier[figure.id],
        is_share=figure.indicator.is_share,
        fine=figure.indicator.counted is Counted.MEDIAN,
    )
    return _("%(change)s depuis %(year)s") % {"change": by, "year": year}
