"""Say what the ANS published, how sure it is and where it was read, in the active language."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.kernel.partial import gettext_noop
from vigie.observatory.rules import published as rules
from vigie.observatory.rules.figures import Report
from vigie.reference.published import Cell, Certainty, Page, Series, series
from vigie.ui.templatetags.ui import number, percent

WORDS = {
    Certainty.FOUND: gettext_noop("trouvé"),
    Certainty.CALCULATED: gettext_noop("calculé"),
    Certainty.CONFLICTING: gettext_noop("sources divergentes"),
    Certainty.INFERRED: gettext_noop("déduit"),
}
MEANINGS = {
    Certainty.FOUND: gettext_noop("imprimé sur une page qui cite le rapport"),
    Certainty.CALCULATED: gettext_noop("calculé sur des nombres imprimés"),
    Certainty.CONFLICTING: gettext_noop("des pages impriment des nombres différents"),
    Certainty.INFERRED: gettext_noop(
        "dit en mots, ou pour une autre période, ou déduit d’un calcul"
    ),
}
CERTAINTY_ICONS = {
    Certainty.FOUND: "circle-check",
    Certainty.CALCULATED: "calculator",
    Certainty.CONFLICTING: "arrows-diff",
    Certainty.INFERRED: "bulb",
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """A published number in words."""

    label: str
    year: int
    value: str
    certainty: str
    icon: str
    is_sure: bool
    note: str
    pages: tuple[Page, ...]


def beside(report: Report) -> dict[str, Quoted]:
    """Return what was published of the figures of a report, by figure.

    Empty where the report asks another question than the ANS answered.
    """
    if not rules.stands_beside(report):
        return {}
    found = {}
    for figure in report.figures:
        one = rules.series_of(figure.id)
        cell = rules.published(figure.id, report.question.year)
        if one and cell:
            found[figure.id] = quoted(one, cell)
    return found


def every() -> list[tuple[str, list[Quoted]]]:
    """Return all that was published: each series under its title, a number a year found."""
    language = get_language() or "fr"
    return [
        (one.title.in_(language), [quoted(one, cell) for cell in one.cells.values()])
        for one in series().values()
    ]


def quoted(one: Series, cell: Cell) -> Quoted:
    """Return a published number in words."""
    language = get_language() or "fr"
    return Quoted(
        label=one.title.in_(language),
        year=cell.year,
        value=str(percent(cell.value) if one.is_share else number(cell.value)),
        certainty=_(WORDS[cell.certainty]),
        icon=CERTAINTY_ICONS[cell.certainty],
        is_sure=cell.is_sure,
        note=cell.note.in_(language) if cell.note else "",
        pages=cell.pages,
    )


def meanings() -> list[tuple[str, str, str]]:
    """Return icon, word and meaning of each degree of certainty, the surest first."""
    return [(CERTAINTY_ICONS[one], _(WORDS[one]), _(MEANINGS[one])) for one in Certainty]
