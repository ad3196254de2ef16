"""What the ANS published over the years, with how sure each number is and where it was read."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.observatory.exports import quoted
from vigie.observatory.exports.document import drawings
from vigie.reference.published import Certainty, Series, pages, series
from vigie.reference.series import breaks
from vigie.ui import moments

SIGNS = {  # beside a number
    Certainty.FOUND: "",
    Certainty.CALCULATED: "+",
    Certainty.CONFLICTING: "≠",
    Certainty.INFERRED: "≈",
}
DRAWN = ("declarations", "malicious_share")


def content() -> dict[str, object]:
    """Return charts, the table of all series, notes and pages."""
    shown = sorted({year for one in series().values() for year in one.cells})
    language = get_language() or "fr"
    return {
        "title": _("Ce que l’ANS a publié"),
        "lead": _(
            "Nous n’avons pas vu les rapports eux-mêmes : ces nombres viennent de pages qui les"
            " citent. Un nombre que nous n’avons pas trouvé manque ; il n’est jamais zéro."
        ),
        "drawings": [
            drawings.years(series()[code], series()[code].title.in_(language), shown, breaks())
            for code in DRAWN
        ],
        "table_title": _("Toutes les séries"),
        "heads": [str(year) for year in shown],
        "rows": [
            {
                "label": one.title.in_(language),
                "cells": [_cell(one, year) for year in shown],
            }
            for one in series().values()
        ],
        "legend": _legend(),
        "notes_title": _("Ce qui n’est pas sûr"),
        "notes": [
            {"label": f"{told.label}, {told.year}", "text": told.note}
            for _title, cells in quoted.every()
            for told in cells
            if told.note
        ],
        "pages_title": _("Pages lues"),
        "pages": [
            {"name": page.name, "url": page.url, "shown": page.url.split("/")[2]}
            for page in pages()
        ],
    }


def _cell(one: Series, year: int) -> str:
    cell = one.cells.get(year)
    if cell is None:
        return moments.NOTHING
    return f"{quoted.quoted(one, cell).value} {SIGNS[cell.certainty]}".strip()


def _legend() -> str:
    meanings = dict(zip(Certainty, quoted.meanings(), strict=True))
    told = [
        f"{SIGNS[one]} {word} ({meaning})"
        for one, (_icon, word, meaning) in meanings.items()
        if SIGNS[one]
    ]
    language = get_language() or "fr"
    told += [f"◆ {one.title.in_(language)}" for one in breaks().values()]
    return " · ".join(told)
