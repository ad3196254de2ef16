"""The tables of the observatory: what each row counts, and of what it is a part.

A row is a condition on declarations, as a figure is; the tables whose rows are regions or care
activities say so by their kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from vigie.incidents.rules.projection import RANSOMWARE
from vigie.incidents.rules.words import (
    Cause,
    DataImpact,
    Delay,
    Endangerment,
    Extent,
    Origin,
    StructureImpact,
)
from vigie.kernel.partial import gettext_noop as _
from vigie.observatory.rules.indicators import (
    DECLARATIONS_MADE,
    EVERY,
    IS_DEGRADED,
    IS_ENDANGERED,
    IS_INTERRUPTED,
    Clause,
    Condition,
    Counted,
    Source,
    at_least,
    holds,
    known,
)
from vigie.reference import catalogue
from vigie.reference.catalogue import Title

UNKNOWN = "unknown"
NOT_TOLD = _("Non communiqué")
YES, NO = _("Oui"), _("Non")
DAY = 24 * 60  # minutes
Label = str | StrEnum | Title  # a French message id, a word of a closed list, a reference title


class Kind(StrEnum):
    """How the rows of a table come about."""

    CONDITIONS = "conditions"  # each row counts the declarations, or events, that meet it
    REGIONS = "regions"  # rows are regions, with the share of structures that declared
    ACTIVITIES = "activities"  # rows are care activities with a dated episode


@dataclass(frozen=True, slots=True)
class Row:
    """One line. is_part: it belongs to the sum of its table; else it says more of a part."""

    code: str
    label: Label
    condition: Condition = EVERY
    is_part: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """One table. title and sentence are French message ids. whole: of what shares are taken."""

    id: str
    title: str
    sentence: str
    rows: tuple[Row, ...] = ()
    whole: Condition = EVERY
    kind: Kind = Kind.CONDITIONS
    counted: Counted = Counted.AS_ASKED
    has_shares: bool = True
    is_breakdown: bool = False  # by territory, type or month: few may be recognised in a cell
    source: Source = Source.ANS


def both(one: Condition, other: Condition) -> Condition:
    """Return the condition that holds where both do."""
    if EVERY in (one, other):
        return one or other
    return tuple(first + second for first in one for second in other)


def between(column: str, low: int | None, high: int | None) -> Condition:
    """Return the condition that a number is known, at least low and under high; None: no limit."""
    return ((Clause(column, (), low=low, high=high),),)


def asked(column: str, yes: str, no: str) -> tuple[Row, ...]:
    """Return the rows of a question answered by yes or no, or by nobody."""
    return (
        Row("yes", yes, holds(column, True)),
        Row("no", no, holds(column, False)),
        Row(UNKNOWN, NOT_TOLD, holds(column, None)),
    )


# Message ids of Django's own catalogue.
MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _months() -> Iterator[Row]:
    for number, name in enumerate(MONTH_NAMES, start=1):
        yield Row(f"{number:02d}", name, holds("month", number))
    yield Row(UNKNOWN, NOT_TOLD, holds("month", None))


HOSPITALS = (
    "CHU_CHR",
    "CH",
    "CHS_EPSM",
    "HL",
    "CLCC",
    "ESPIC",
    "CLINIQUE_MCO",
    "CLINIQUE_SMR",
    "CLINIQUE_PSY",
    "HAD",
    "DIALYSE",
    "SSA",
)
TYPE, STATUS = "establishment__structure_type", "establishment__legal_status"
NAMED_TYPES = (*HOSPITALS, "EHPAD", "ESMS_HANDICAP", "SSIAD_SAAD", "LBM", "CENTRE_RADIOTHERAPIE")


def _structures() -> Iterator[Row]:
    hospital = holds(TYPE, *HOSPITALS)
    for code, label in (
        ("public", _("Établissements de santé publics")),
        ("prive_lucratif", _("Établissements de santé privés à but lucratif")),
        ("ebnl_espic", _("Établissements de santé privés à but non lucratif (dont ESPIC)")),
    ):
        yield Row(code, label, both(hospital, holds(STATUS, code)))
    yield Row(
        "health", _("Établissements de santé, statut inconnu"), both(hospital, holds(STATUS, ""))
    )
    yield Row("EHPAD", _("EHPAD"), holds(TYPE, "EHPAD"))
    others = holds(TYPE, "ESMS_HANDICAP", "SSIAD_SAAD")
    yield Row("medico_social", _("Autres établissements médico-sociaux"), others)
    yield Row("LBM", _("Laboratoires de biologie médicale"), holds(TYPE, "LBM"))
    radiotherapy = holds(TYPE, "CENTRE_RADIOTHERAPIE")
    yield Row("CENTRE_RADIOTHERAPIE", _("Centres de radiothérapie"), radiotherapy)
    yield Row("other", _("Autres structures"), known(TYPE, *NAMED_TYPES))
    operators = _("dont opérateurs de services essentiels (OSE)")
    yield Row("OSE", operators, holds("is_ose", True), is_part=False)


def _categories(origin: Origin) -> Iterator[Row]:
    named = [c for c in catalogue.incident_categories().values() if c.origin == origin]
    whole = holds("origin", origin)
    for category in named:
        yield Row(category.code, category.title, both(whole, holds("category", category.code)))
    rest = known("category", "", *(category.code for category in named))
    yield Row("elsewhere", _("Autre catégorie"), both(whole, rest))
    yield Row(UNKNOWN, NOT_TOLD, both(whole, holds("category", "")))


def _lengths() -> Iterator[Row]:
    for code, label, low, high in (
        ("under_1_day", _("Moins d’un jour"), None, DAY),
        ("1_to_3_days", _("De 1 à 3 jours"), DAY, 3 * DAY),
        ("3_to_7_days", _("De 3 à 7 jours"), 3 * DAY, 7 * DAY),
        ("1_to_4_weeks", _("De 1 à 4 semaines"), 7 * DAY, 28 * DAY),
        ("over_4_weeks", _("Plus de 4 semaines"), 28 * DAY, None),
    ):
        yield Row(code, label, both(IS_DEGRADED, between("degraded_minutes", low, high)))
    unknown = both(IS_DEGRADED, holds("degraded_minutes", None))
    yield Row(UNKNOWN, _("Durée inconnue, ou pas terminé"), unknown)


def _data() -> Iterator[Row]:
    for impact in DataImpact:
        yield Row(impact.value, impact, holds(f"data_{impact}", True), is_part=False)
    yield Row("none", _("Aucun effet"), holds("data_touched", False))
    yield Row("any", _("Au moins un effet"), holds("data_touched", True))
    yield Row(UNKNOWN, NOT_TOLD, holds("data_touched", None))
    yield Row("health", _("dont données de santé"), holds("health_data", True), is_part=False)


def _endangerment() -> Iterator[Row]:
    for level in (Endangerment.NONE, Endangerment.POTENTIAL, Endangerment.PROVEN):
        yield Row(level.value, level, holds("endangerment", level))
    yield Row(UNKNOWN, NOT_TOLD, holds("endangerment", Endangerment.UNKNOWN))
    for cause in Cause:
        if cause:
            because = both(IS_ENDANGERED, holds("endangerment_cause", cause))
            yield Row(f"cause_{cause}", cause, because, is_part=False)


def _repeats() -> Iterator[Row]:
    for least, label in (
        (1, _("Au moins une déclaration")),
        (2, _("Au moins deux")),
        (3, _("Plus de deux")),
        (4, _("Au moins quatre")),
    ):
        yield Row(f"at_least_{least}", label, at_least(DECLARATIONS_MADE, least), is_part=False)


NOT_INTERRUPTED = known("care_interrupted", True)
IS_RANSOMWARE = holds("category", RANSOMWARE)

TABLES: tuple[Table, ...] = (
    Table(
        "T01",
        _("Déclarations par mois"),
        _("Par mois de l’axe choisi ; les dates connues à l’année seule sont à part."),
        tuple(_months()),
        has_shares=False,
        is_breakdown=True,
    ),
    Table(
        "T02",
        _("Structures déclarantes"),
        _("Entités juridiques distinctes, selon le nombre de leurs déclarations de l’année."),
        tuple(_repeats()),
        whole=at_least(DECLARATIONS_MADE, 1),
        counted=Counted.REPEATING,
    ),
    Table(
        "T03",
        _("Par type de structure"),
        _("Selon le type et le statut de l’entité juridique ; les OSE sont comptés en plus."),
        tuple(_structures()),
        is_breakdown=True,
    ),
    Table(
        "T04",
        _("Par région"),
        _(
            "Là où se trouve le site, sinon le siège. Taux : structures déclarantes sur structures"
            " que la loi oblige à déclarer, telles que le registre les connaît cette année-là."
        ),
        kind=Kind.REGIONS,
        has_shares=False,
        is_breakdown=True,
    ),
    Table(
        "T05",
        _("Origine"),
        _("Telle que le CERT l’a qualifiée, sinon telle que la structure l’a dite."),
        (
            *(
                Row(origin.value, origin, holds("origin", origin))
                for origin in (Origin.MALICIOUS, Origin.NON_MALICIOUS, Origin.UNDETERMINED)
            ),
            Row(UNKNOWN, NOT_TOLD, holds("origin", Origin.UNKNOWN)),
        ),
    ),
    Table(
        "T06",
        _("Incidents malveillants par catégorie"),
        _("Parts des incidents d’origine malveillante."),
        tuple(_categories(Origin.MALICIOUS)),
        whole=holds("origin", Origin.MALICIOUS),
    ),
    Table(
        "T07",
        _("Incidents non malveillants par cause"),
        _("Parts des incidents d’origine non malveillante."),
        tuple(_categories(Origin.NON_MALICIOUS)),
        whole=holds("origin", Origin.NON_MALICIOUS),
    ),
    Table(
        "T08",
        _("Rançongiciels par étendue"),
        _("Parts des rançongiciels."),
        (
            *(
                Row(extent.value, extent, both(IS_RANSOMWARE, holds("ransomware_extent", extent)))
                for extent in Extent
                if extent
            ),
            Row(UNKNOWN, NOT_TOLD, both(IS_RANSOMWARE, holds("ransomware_extent", Extent.UNKNOWN))),
        ),
        whole=IS_RANSOMWARE,
    ),
    Table(
        "T09",
        _("Effet sur la structure"),
        _("L’interruption d’une prise en charge est une forme du mode dégradé, comptée à part."),
        (
            Row("none", StructureImpact.NONE, holds("structure_impact", StructureImpact.NONE)),
            Row("other", StructureImpact.OTHER, holds("structure_impact", StructureImpact.OTHER)),
            Row(
                "degraded", _("Mode dégradé sans interruption"), both(IS_DEGRADED, NOT_INTERRUPTED)
            ),
            Row("interruption", _("Interruption d’une prise en charge"), IS_INTERRUPTED),
            Row(UNKNOWN, NOT_TOLD, holds("structure_impact", StructureImpact.UNKNOWN)),
        ),
    ),
    Table(
        "T10",
        _("Durée du mode dégradé"),
        _("Du premier début à la dernière fin connus à la minute ; parts des modes dégradés."),
        tuple(_lengths()),
        whole=IS_DEGRADED,
    ),
    Table(
        "T11",
        _("Effet sur les données"),
        _("Un incident peut avoir plusieurs effets : la somme des lignes dépasse le total."),
        tuple(_data()),
    ),
    Table(
        "T12",
        _("Mise en danger de patients"),
        _("Les causes sont celles des mises en danger potentielles et avérées."),
        tuple(_endangerment()),
    ),
    Table(
        "T13",
        _("Demandes d’appui"),
        _("Demandé dans la déclaration ou après ; l’appui donné est compté en plus."),
        (
            *asked("support_requested", _("Appui demandé"), _("Pas de demande")),
            Row(
                "given",
                _("dont appui donné"),
                holds("support_given", True),
                is_part=False,
            ),
        ),
    ),
    Table(
        "T14",
        _("Délai de déclaration et suite"),
        _("Depuis le constat, sinon la survenue ; puis l’état du dossier à ce jour."),
        (
            Row("same_day", _("Le jour même"), holds("delay", Delay.SAME_DAY)),
            Row("within_a_day", _("Dans les 24 heures"), holds("delay", Delay.WITHIN_A_DAY)),
            Row("later", _("Plus tard"), holds("delay", Delay.LATER)),
            Row(UNKNOWN, NOT_TOLD, holds("delay", Delay.UNKNOWN)),
            Row("resolved", _("Incident résolu"), holds("resolved", True), is_part=False),
            Row("open", _("Dossier en cours"), holds("is_open", True), is_part=False),
        ),
    ),
    Table(
        "T15",
        _("Détection avant impact"),
        _("Détecté avant tout effet sur la structure ou ses données."),
        asked("before_impact", _("Avant tout effet"), _("Après un effet")),
        source=Source.VIGIE,
    ),
    Table(
        "T16",
        _("Prestataires et causes communes"),
        _("Incidents qui touchent un prestataire, et ceux que le CERT a groupés sous une cause."),
        (
            *asked("provider_involved", _("Un prestataire est touché"), _("Aucun prestataire")),
            Row("shared", _("dont cause commune à plusieurs"), known("event"), is_part=False),
        ),
    ),
    Table(
        "T17",
        _("Activités de soins touchées"),
        _("Activités avec un épisode daté de mode dégradé, d’interruption ou de mise en danger."),
        kind=Kind.ACTIVITIES,
        source=Source.VIGIE,
    ),
)
BY_ID = {table.id: table for table in TABLES}


def row_of(table: Table, code: str) -> Row:
    """Return the row of a table under a code; regions and care activities by their own names."""
    if table.kind is Kind.REGIONS:
        regions = catalogue.regions()
        named = regions[code].title if code in regions else code
        return Row(UNKNOWN, NOT_TOLD) if code in ("", UNKNOWN) else Row(code, named)
    if table.kind is Kind.ACTIVITIES:
        activities = catalogue.care_activities()
        return Row(code, activities[code].title if code in activities else code, is_part=False)
    for row in table.rows:
        if row.code == code:
            return row
    return Row(code, code, is_part=False)  # of an older definition: its code is all that is known
