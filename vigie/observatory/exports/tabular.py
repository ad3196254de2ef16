"""Say tables in the active language, once for every format."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.incidents.models import labels
from vigie.kernel.partial import gettext_noop
from vigie.observatory.exports import words
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.indicators import Source
from vigie.observatory.rules.question import Question
from vigie.observatory.rules.tables import Row, Table
from vigie.observatory.rules.tabulated import Line, Tabulated, is_hidden
from vigie.reference.catalogue import Title
from vigie.ui import moments
from vigie.ui.templatetags.ui import number, percent

HEADS = {
    "value": gettext_noop("Nombre"),
    "share": gettext_noop("Part"),
    "value_before": gettext_noop("Année précédente"),
    "share_before": gettext_noop("Part, année précédente"),
    "change": gettext_noop("Écart"),
    "structures": gettext_noop("Structures"),
    "obliged": gettext_noop("Obligées"),
    "rate": gettext_noop("Taux"),
    "declarations": gettext_noop("Déclarations"),
    "malicious": gettext_noop("Malveillantes"),
    "ransomware": gettext_noop("Rançongiciels"),
    "degraded": gettext_noop("Mode dégradé"),
    "endangerment": gettext_noop("Mises en danger"),
    "suppressed": gettext_noop("Masqué"),
}
SENTENCES = {
    "value": gettext_noop("Ce que la ligne compte dans l’année."),
    "share": gettext_noop("En pourcentage de ce que le tableau prend pour total."),
    "value_before": gettext_noop("Le même nombre, un an plus tôt."),
    "share_before": gettext_noop("La même part, un an plus tôt."),
    "change": gettext_noop("Année moins année précédente ; en points pour les parts."),
    "structures": gettext_noop("Entités juridiques distinctes qui ont déclaré."),
    "obliged": gettext_noop("Structures que la loi oblige à déclarer, ouvertes dans l’année."),
    "rate": gettext_noop("Structures déclarantes en pourcentage des obligées."),
    "declarations": gettext_noop("Déclarations de l’année dans la région."),
    "malicious": gettext_noop("Déclarations d’origine malveillante."),
    "ransomware": gettext_noop("Déclarations de la catégorie « Rançongiciel »."),
    "degraded": gettext_noop("Déclarations avec mode dégradé, interruption comprise."),
    "endangerment": gettext_noop("Déclarations avec mise en danger, potentielle ou avérée."),
    "suppressed": gettext_noop("Vrai : la ligne est masquée, pour que personne ne soit reconnu."),
}
PERCENTAGES = ("share", "share_before", "rate")


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row of a table in words. is_part: it belongs to the sum."""

    code: str
    label: str
    cells: list[str]
    is_part: bool
    suppressed: bool


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table in words."""

    id: str
    title: str
    sentence: str
    heads: list[str]
    lines: list[TableLine]
    is_own: bool


def tables(report: Report) -> list[TableWords]:
    """Return the tables of a report in words, in their order."""
    return [table(one, report.question) for one in report.tables]


def table(tabulated: Tabulated, question: Question) -> TableWords:
    """Return one table in words."""
    definition = tabulated.table
    return TableWords(
        id=definition.id,
        title=_(definition.title),
        sentence=_(definition.sentence),
        heads=[head(name, question) for name in tabulated.columns],
        lines=[_table_line(line, tabulated) for line in tabulated.lines],
        is_own=definition.source is Source.VIGIE,
    )


def head(column: str, question: Question) -> str:
    """Return what a column of a table is called: the years by their number."""
    years = {"value": question.year, "value_before": question.year - 1}
    return str(years[column]) if column in years else _(HEADS[column])


def column_words() -> Iterator[tuple[str, str, str]]:
    """Give each column of the tables: its id, what it is called, what it holds."""
    for name, sentence in SENTENCES.items():
        yield name, _(HEADS[name]), _(sentence)


def unit_of_column(column: str, tabulated: Tabulated) -> str:
    """Return the unit of the numbers in a column: percent, points, or what the table counts."""
    if column in PERCENTAGES:
        return words.PERCENT
    if column == "change" and tabulated.table.has_shares:
        return "points"
    return "structures" if column in ("structures", "obliged") else tabulated.unit


def row_label(row: Row) -> str:
    """Return what a row of a table is called."""
    if isinstance(row.label, Title):
        return row.label.in_(get_language() or "fr")
    if isinstance(row.label, StrEnum):
        return str(labels.label(type(row.label), row.label))
    return _(row.label)


def _table_line(line: Line, tabulated: Tabulated) -> TableLine:
    pairs = zip(tabulated.columns, line.numbers, strict=True)
    return TableLine(
        code=line.row.code,
        label=row_label(line.row),
        cells=[_cell(name, found, line, tabulated.table) for name, found in pairs],
        is_part=line.row.is_part,
        suppressed=line.suppressed,
    )


def _cell(column: str, found: float | int | None, line: Line, table: Table) -> str:
    if is_hidden(line, column, found):
        return _("masqué")
    if column in PERCENTAGES:
        return moments.NOTHING if found is None else str(percent(found, 1))
    if column == "change":
        return words.by_how_much(found, is_share=table.has_shares)
    return moments.NOTHING if found is None else str(number(found))
