"""A report as PDF."""

from dataclasses import asdict

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.kernel import typeset
from vigie.observatory.exports import tabular, words
from vigie.observatory.rules.figures import Report

TEMPLATE = "observatory/exports/report.typ"


def write(report: Report) -> bytes:
    """Return a report as PDF/UA, dated by its moment: the same report gives the same bytes."""
    return typeset.pdf(
        TEMPLATE,
        {
            "perimeter": words.perimeter(report),
            "as_of": _("État connu le %(as_of)s") % {"as_of": words.as_of(report)},
            "heads": [_("Chiffre"), _("Valeur"), _("Calcul"), _("Définition")],
            "themes": [
                {"title": theme, "lines": [asdict(line) for line in lines]}
                for theme, lines in words.by_theme(report, words.lines(report))
            ],
            "tables_title": _("Tableaux"),
            "row_head": _("Ligne"),
            "tables": [asdict(one) for one in tabular.tables(report)],
            "notes_title": _("À savoir"),
            "notes": words.notes(report),
        },
        title=words.title(report),
        language=(get_language() or "fr")[:2],
        now=report.as_of,
    )
