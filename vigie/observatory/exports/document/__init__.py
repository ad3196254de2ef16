"""A report as PDF: cover, key figures, chapters with charts and tables, method, glossary."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.establishments.queries import is_demo
from vigie.kernel import typeset
from vigie.observatory.exports import quoted, words
from vigie.observatory.exports.document import annex, chapters, glossary, key, method
from vigie.observatory.rules.figures import Report
from vigie.ui import moments

TEMPLATE = "observatory/exports/document/report.typ"


@dataclass(frozen=True, slots=True)
class Seal:
    """What proves a published report. sha256: of its edition, in hexadecimal."""

    revision: int
    published_at: datetime
    sha256: str


def write(report: Report, seal: Seal | None = None) -> bytes:
    """Return a report as PDF/UA, dated by its moment: the same report gives the same bytes.

    One of a demonstration says on its cover and on every page that its figures are fictitious.
    """
    invented = _("Données fictives") if is_demo() else ""
    published = quoted.beside(report)
    return typeset.pdf(
        TEMPLATE,
        {
            "year": str(report.question.year),
            "name": _("Observatoire des incidents de cybersécurité en santé"),
            "perimeter": words.perimeter(report),
            "as_of": _("État connu le %(as_of)s") % {"as_of": words.as_of(report)},
            "seal": _seal(seal) if seal else [],
            "fictitious": _("Données fictives : rien de ce qui suit n’est arrivé.")
            if invented
            else "",
            "foot": " · ".join(
                part for part in (words.title(report), words.territory(report), invented) if part
            ),
            "contents_title": _("Sommaire"),
            "reading": words.notes(report),
            "key": key.content(report),
            "is_beside": bool(published),
            "heads": [_("Chiffre"), _("Valeur"), _("Calcul")]
            + ([_("Publié par l’ANS")] if published else []),
            "row_head": _("Ligne"),
            "masked": _("masqué"),
            "nothing": _("Rien cette année ni la précédente."),
            "chapters": chapters.content(report, published),
            "published": annex.content() if published else None,
            "method": method.content(report),
            "glossary": glossary.content(),
        },
        title=words.title(report),
        language=(get_language() or "fr")[:2],
        now=report.as_of,
    )


def _seal(seal: Seal) -> list[str]:
    told = {"revision": seal.revision, "when": moments.full(seal.published_at)}
    line = _("Publié le %(when)s")
    if seal.revision > 1:
        line = _("Publié le %(when)s, révision %(revision)s")
    return [line % told, f"SHA-256 {seal.sha256}"]


__all__ = ["Seal", "write"]
