"""The chapters of the report: their figures, charts and tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from vigie.kernel.partial import gettext_noop
from vigie.observatory.exports import tabular, words
from vigie.observatory.exports.document import drawings
from vigie.observatory.exports.document.drawings import Drawing, Wanted
from vigie.observatory.exports.quoted import Quoted
from vigie.observatory.rules.figures import Report
from vigie.observatory.rules.indicators import Theme
from vigie.observatory.rules.tables import Row

PROVIDERS = frozenset({"declarations_without_provider", "structures_without_provider"})


@dataclass(frozen=True, slots=True)
class Chapter:
    """What belongs together. title and lead are message ids; theme: of its figures, None for none.

    figures: those that it holds whatever their theme.
    """

    title: str
    lead: str
    tables: tuple[str, ...]
    charts: tuple[Wanted, ...]
    theme: Theme | None = None
    figures: frozenset[str] = frozenset()


def _is_part(row: Row) -> bool:
    return row.is_part


def _is_cause(row: Row) -> bool:
    return row.code.startswith("cause_")


def _is_data(row: Row) -> bool:
    return not row.is_part and row.code != "health"


CHAPTERS = (
    Chapter(
        gettext_noop("Combien"),
        gettext_noop(
            "Combien de déclarations, de combien de structures, à quels moments de l’année."
        ),
        ("T01", "T02", "T03"),
        (
            Wanted("T01", drawings.columns),
            Wanted("T03", drawings.bars, keeps=_is_part, is_ranked=True),
        ),
        Theme.VOLUME,
    ),
    Chapter(
        gettext_noop("Origine et gravité"),
        gettext_noop("Ce qui était voulu, ce qui ne l’était pas, et de quelle sorte."),
        ("T05", "T06", "T07", "T08"),
        (
            Wanted("T05", drawings.parts),
            Wanted("T06", drawings.bars, is_ranked=True),
            Wanted("T07", drawings.bars, is_ranked=True),
            Wanted("T08", drawings.bars),
        ),
        Theme.ORIGIN,
    ),
    Chapter(
        gettext_noop("Soins et fonctionnement"),
        gettext_noop(
            "Ce que les structures et leurs patients ont vécu, et pendant combien de temps."
        ),
        ("T09", "T10", "T12", "T17"),
        (
            Wanted("T09", drawings.parts),
            Wanted("T10", drawings.bars),
            Wanted("T12", drawings.bars, gettext_noop("Causes des mises en danger"), _is_cause),
            Wanted("T17", drawings.bars),
        ),
        Theme.CARE,
    ),
    Chapter(
        gettext_noop("Données"),
        gettext_noop("Ce qui est arrivé aux données."),
        ("T11",),
        (Wanted("T11", drawings.bars, keeps=_is_data),),
        Theme.DATA,
    ),
    Chapter(
        gettext_noop("Appui, délais et détection"),
        gettext_noop("Qui demande de l’aide, en combien de temps on déclare, quand on s’aperçoit."),
        ("T13", "T14", "T15"),
        (
            Wanted("T14", drawings.parts),
            Wanted("T13", drawings.parts),
            Wanted("T15", drawings.parts),
        ),
        Theme.RESPONSE,
    ),
    Chapter(
        gettext_noop("Territoires"),
        gettext_noop("Où sont les structures qui déclarent, et quelle part d’entre elles déclare."),
        ("T04",),
        (Wanted("T04", drawings.bars, is_ranked=True),),
    ),
    Chapter(
        gettext_noop("Prestataires"),
        gettext_noop(
            "Un incident chez un prestataire peut faire des centaines de déclarations : sans eux,"
            " les années se comparent mieux."
        ),
        ("T16",),
        (Wanted("T16", drawings.parts),),
        figures=PROVIDERS,
    ),
)


def content(report: Report, published: Mapping[str, Quoted]) -> list[dict[str, object]]:
    """Return the chapters in words; a table that no chapter names makes a last one."""
    tables = {one.id: asdict(one) for one in tabular.tables(report)}
    lines = {line.id: line for line in words.lines(report)}
    found: list[dict[str, object]] = []
    for chapter in CHAPTERS:
        own = [_line(lines[name], published) for name in _figures_of(chapter, report)]
        held = [
            tables.pop(name) | {"drawings": list(_drawings(name, chapter, report))}
            for name in chapter.tables
            if name in tables
        ]
        if own or held:
            found.append(_told(chapter.title, chapter.lead, own, held))
    if tables:
        others = [one | {"drawings": []} for one in tables.values()]
        found.append(_told(gettext_noop("Autres tableaux"), "", [], others))
    return found


def _told(
    title: str,
    lead: str,
    figures: Sequence[object],
    tables: Sequence[object],
) -> dict[str, object]:
    return {
        "title": _(title),
        "lead": _(lead) if lead else "",
        "figures": figures,
        "tables": tables,
    }


def _figures_of(chapter: Chapter, report: Report) -> list[str]:
    return [
        figure.id
        for figure in report.figures
        if figure.id in chapter.figures
        or (figure.indicator.theme is chapter.theme and figure.id not in PROVIDERS)
    ]


def _line(line: words.Line, published: Mapping[str, Quoted]) -> dict[str, object]:
    one = published.get(line.id)
    beside = {"published": one.value, "certainty": one.certainty} if one else {}
    return asdict(line) | {"published": "", "certainty": ""} | beside


def _drawings(table: str, chapter: Chapter, report: Report) -> Iterator[Drawing]:
    tabulated = next(one for one in report.tables if one.table.id == table)
    for wanted in chapter.charts:
        if wanted.table == table:
            drawn = wanted.draw(tabulated, wanted, report.question.year)
            if drawn:
                yield drawn
