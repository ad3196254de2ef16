"""Write the facts in force into the rows that lists and statistics read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from vigie.establishments.models import Establishment
from vigie.establishments.rules import fold
from vigie.incidents.models import Declaration, Episode, Incident
from vigie.incidents.rules import facts as facts_rules
from vigie.incidents.rules import follow, legal, projection
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.projection import Ruling
from vigie.inventory.models import Application, Supplier
from vigie.kernel import nir
from vigie.kernel.partial import PartialDate, Precision


class UnknownInInventory(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The facts name an application or a supplier that is not there; .field names which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field}: not in the inventory of this structure")
        self.field = field


@dataclass(frozen=True, slots=True)
class Masked:
    """Facts without social-security numbers, and how many were masked."""

    facts: Facts
    count: int


def zone() -> ZoneInfo:
    """Return the nation's time zone, in which days and years are counted."""
    return ZoneInfo(settings.TIME_ZONE)


def mask(facts: Facts) -> Masked:
    """Return the facts with every social-security number in a free text masked."""
    count = 0
    clean: dict[str, Any] = {}
    for name in facts_rules.FREE_TEXTS:
        clean[name], found = nir.mask(getattr(facts, name))
        count += found
    episodes = []
    for episode in facts.episodes:
        note, found = nir.mask(episode.note)
        episodes.append(episode.model_copy(update={"note": note}))
        count += found
    return Masked(facts.model_copy(update={**clean, "episodes": episodes}), count)


def check_inventory(facts: Facts, establishment: Establishment) -> None:
    """Raise UnknownInInventory unless the named supplier and applications are there."""
    if facts.supplier is not None and not Supplier.objects.filter(pk=facts.supplier).exists():
        raise UnknownInInventory("supplier")
    wanted = set(facts.applications)
    if not wanted:
        return
    own = Application.objects.filter(establishment=establishment, pk__in=wanted)
    if own.count() != len(wanted):
        raise UnknownInInventory("applications")


def project(
    facts: Facts, ruling: Ruling, declared: PartialDate | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of the declaration and those of the incident, from the facts in force."""
    assessment = legal.assess(facts)
    columns = projection.columns(facts, ruling, declared=declared, zone=zone())
    columns["severity"] = assessment.severity
    shared = ("origin", "category", "endangerment", "structure_impact", "severity")
    file = {name: columns[name] for name in shared}
    file["title"] = facts.title
    file["danger_rank"] = follow.DANGER_RANK[columns["endangerment"]]
    if facts.supplier is not None:  # else the desk's own finding stays
        file["supplier_id"] = facts.supplier
    return columns, file


def episodes_of(declaration: Declaration, facts: Facts) -> list[Episode]:
    """Return the rows of the dated episodes, not yet saved."""
    return [
        Episode(
            declaration=declaration,
            kind=episode.kind,
            activity=episode.activity,
            start=episode.start,
            end=episode.end,
            started_at=_moment(episode.start),
            ended_at=_moment(episode.end),
            note=episode.note,
        )
        for episode in facts.episodes
    ]


def _moment(text: str) -> datetime | None:
    """Return the moment where the date has a time; a duration needs both ends to the minute."""
    found = PartialDate.parse(text) if text else None
    if found is None or found.precision is not Precision.MINUTE:
        return None
    return found.start(zone())


def search_text(incident: Incident, facts: Facts) -> str:
    """Return what full-text search reads: names and words, folded."""
    applications = (
        Application.objects.filter(pk__in=facts.applications) if facts.applications else ()
    )
    parts = (
        incident.establishment.name,
        incident.site.name if incident.site else "",
        facts.title,
        facts.description,
        facts.systems,
        facts.supplier_name,
        facts.category.replace("_", " "),
        facts.measures_taken,
        facts.vector,
        facts.claim,
        *(application.name for application in applications),
    )
    return fold(" ".join(part for part in parts if part))


def days_apart(facts: Facts, declared: PartialDate | None) -> bool:
    """Return whether the declaration surely came before the occurrence."""
    if not facts.occurred or declared is None:
        return False
    return declared.surely_before(PartialDate.parse(facts.occurred), zone())
