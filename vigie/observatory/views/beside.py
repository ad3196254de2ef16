"""What an officer reads beside the nation: their own territories, with nothing hidden from them."""

from dataclasses import dataclass, replace

from django.utils.translation import get_language

from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.establishments.rules import BadTerritory, Territory, TerritoryKind
from vigie.kernel import clock
from vigie.observatory import queries
from vigie.observatory.exports import words
from vigie.observatory.rules.edition import View
from vigie.observatory.rules.figures import Report

MOST = 6  # territories to offer: who has more uses the officers' own page
FIGURES = (
    "declarations",
    "events",
    "malicious_share",
    "ransomware",
    "degraded_mode_share",
    "care_interruption_share",
    "endangerment",
    "data_impact_share",
    "support_share",
    "same_day_share",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a territory beside that of the nation."""

    label: str
    own: str
    nation: str


@dataclass(frozen=True, slots=True)
class Beside:
    """The figures of one of the reader's territories. others: code and name of what to choose."""

    name: str
    lines: list[Line]
    others: list[tuple[str, str]]


def beside(reader: object, asked: str, view: View, nation: Report) -> Beside | None:
    """Return the figures of a territory of the reader; None for who has none, or may not count."""
    if not isinstance(reader, User) or not reader.may(Permission.READ_FIGURES):
        return None
    held = [one for one in queries.own_territories(reader) if one.kind is not TerritoryKind.NATION]
    chosen = _chosen(asked, held)
    if chosen is None:
        return None
    question = replace(view.question(nation.question.year), territory=chosen, is_public=False)
    report = queries.report_for(reader, question, as_of=clock.now())
    language = get_language() or "fr"
    own, whole = _values(report), _values(nation)
    return Beside(
        name=queries.name_of(chosen, language),
        lines=[
            Line(words.label(one.indicator), own[one.id], whole[one.id])
            for one in report.figures
            if one.id in FIGURES
        ],
        others=[(str(one), queries.name_of(one, language)) for one in held[:MOST] if one != chosen],
    )


def _chosen(asked: str, held: list[Territory]) -> Territory | None:
    """Return the territory asked for where the reader holds it, else the first."""
    try:
        wanted = Territory.parse(asked)
    except BadTerritory:
        wanted = None
    return wanted if wanted in held else next(iter(held), None)


def _values(report: Report) -> dict[str, str]:
    return {one.id: words.value(one) for one in report.figures}
