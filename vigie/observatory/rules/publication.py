"""When the figures of a year may be published, and what a correction changes. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from vigie.kernel.partial import gettext_noop as _
from vigie.observatory.rules.edition import VIEWS, Edition, View
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.question import Axis, Unit
from vigie.observatory.rules.tabulated import is_hidden

HIDDEN = "hidden"  # in place of a number that the public does not see
LONGEST_NOTE = 2000  # characters
Value = float | int | str | None
Place = tuple[str, str, str]  # a figure and two empty words, or table, row and column


class Refusal(StrEnum):
    """Why a year is not published now. A sentence to translate."""

    EMPTY = _("Aucune déclaration cette année-là : il n’y a rien à publier.")
    NOT_OVER = _("L’année n’est pas terminée : elle se publie à partir du 1er janvier suivant.")
    SAME = _("Ces chiffres sont déjà publiés : rien n’a changé depuis la dernière publication.")
    NO_NOTE = _("Dites pourquoi les chiffres publiés sont corrigés.")
    LONG_NOTE = _("L’explication est trop longue : 2 000 caractères au plus.")
    OTHER_FIGURES = _("Les chiffres ont changé depuis l’aperçu : relisez-les avant de les publier.")
    MEANWHILE = _("Quelqu’un vient de publier cette année : relisez sa publication.")


class PublicationRefused(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A year is not published; refusal says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.name.lower())
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Change:
    """One number that two editions of a year say differently; « hidden » where it is."""

    view: View
    figure: str = ""
    table: str = ""
    row: str = ""
    column: str = ""
    before: Value = None
    after: Value = None

    def as_json(self) -> dict[str, object]:
        """Return it as JSON: view, figure or table with row and column, before and after."""
        where = {"table": self.table, "row": self.row, "column": self.column}
        view = {
            "unit": self.view.unit.value,
            "axis": self.view.axis.value,
            "without_provider": self.view.without_provider,
        }
        told = {"figure": self.figure} if self.figure else where
        return {"view": view, **told, "before": self.before, "after": self.after}


def change_of(found: Mapping[str, object]) -> Change:
    """Return the change that a piece of JSON tells. Raises KeyError, TypeError, ValueError."""
    told = dict(found)
    view = told.pop("view")
    if not isinstance(view, dict):
        raise TypeError("a view is an object")
    seen = View(Unit(view["unit"]), Axis(view["axis"]), view["without_provider"])
    return Change(seen, **told)  # type: ignore[arg-type]


def changes(before: Edition, after: Edition) -> list[Change]:
    """Return what an edition says differently from an earlier one, in the order of the views."""
    found = []
    for view in VIEWS:
        old, new = _values(before, view), _values(after, view)
        for place in dict.fromkeys([*new, *old]):
            if old.get(place) != new.get(place):
                figure_or_table, row, column = place
                is_figure = not column
                found.append(
                    Change(
                        view,
                        figure=figure_or_table if is_figure else "",
                        table="" if is_figure else figure_or_table,
                        row=row,
                        column=column,
                        before=old.get(place),
                        after=new.get(place),
                    )
                )
    return found


def _values(edition: Edition, view: View) -> dict[Place, Value]:
    return dict(_told(edition.reports[view])) if view in edition.reports else {}


def _told(report: Report) -> Iterator[tuple[Place, Value]]:
    for figure in report.figures:
        yield (figure.id, "", ""), HIDDEN if figure.suppressed else figure.value
    yield ("without_year", "", ""), report.left_out.without_year
    yield ("rejected_or_duplicate", "", ""), report.left_out.rejected_or_duplicate
    for one in report.tables:
        for line in one.lines:
            for column, number in zip(one.columns, line.numbers, strict=True):
                shown = HIDDEN if is_hidden(line, column, number) else number
                yield (one.table.id, line.row.code, column), shown


def check(
    *, year: int, current_year: int, is_empty: bool, is_same: bool, revises: bool, note: str
) -> None:
    """Raise PublicationRefused unless a year may be published.

    current_year: by the nation's clock. is_same: as the last publication. revises: there is one.
    """
    refusals = {
        Refusal.NOT_OVER: year >= current_year,
        Refusal.EMPTY: is_empty and not revises,
        Refusal.SAME: is_same,
        Refusal.NO_NOTE: revises and not note.strip(),
        Refusal.LONG_NOTE: len(note) > LONGEST_NOTE,
    }
    for refusal, applies in refusals.items():
        if applies:
            raise PublicationRefused(refusal)
