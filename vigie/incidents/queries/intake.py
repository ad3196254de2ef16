"""Read the files that people bring, what became of their rows, and the mappers of a nation."""

from dataclasses import dataclass, fields

from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery

from vigie.accounts.models import User
from vigie.accounts.queries import within
from vigie.accounts.rules import Permission
from vigie.establishments.rules import TerritoryKind
from vigie.incidents.models import Incident, Intake, IntakeRow, Mapper
from vigie.incidents.queries.files import visible_incidents

ELSEWHERE = {"region": "", "department": "", "establishment": "", "site": ""}


@dataclass(frozen=True, slots=True)
class Fates:
    """How many rows of a file had each fate."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    left_out: int = 0

    @property
    def shown(self) -> list[tuple[str, int]]:
        """Return the fates that some rows had, with their numbers."""
        return [(f.name, n) for f in fields(self) if (n := int(getattr(self, f.name)))]

    @property
    def read(self) -> int:
        """Return how many records were settled, one way or the other."""
        return self.created + self.updated + self.unchanged + self.refused


def nation_of(person: User) -> str:
    """Return the nation into which a person may bring files, empty for none."""
    held = person.memberships_with(Permission.IMPORT_DECLARATIONS)
    codes = [m.territory_code for m in held if m.territory_kind == TerritoryKind.NATION]
    return codes[0] if codes else ""


def visible_intakes(reader: User) -> QuerySet[Intake]:
    """Return the files brought into the reader's nations, the newest first."""
    own = within(reader, Permission.IMPORT_DECLARATIONS, **ELSEWHERE)
    return Intake.objects.filter(own).select_related("by").order_by("-at", "-id")


def visible_mappers(reader: User) -> QuerySet[Mapper]:
    """Return the mappers in use of the reader's nations, their last versions, by name."""
    own = within(reader, Permission.IMPORT_DECLARATIONS, **ELSEWHERE)
    return in_use().filter(own).select_related("by").order_by("name", "id")


def in_use() -> QuerySet[Mapper]:
    """Return the last version of every mapper that nobody retired."""
    same = Mapper.objects.filter(country=OuterRef("country"), name=OuterRef("name"))
    last = same.order_by("-version").values("version")[:1]
    return Mapper.objects.filter(version=Subquery(last), retired_at=None)


def mapper_named(name: str, country: str) -> Mapper | None:
    """Return the last version of a mapper of a nation, None where there is none in use."""
    return in_use().filter(name=name, country=country).first()


def last_version(name: str, country: str) -> int:
    """Return the number of the last version of a mapper, retired or not; 0 before the first."""
    rows = Mapper.objects.filter(name=name, country=country)
    return int(rows.aggregate(last=Max("version"))["last"] or 0)


def fates(intake: Intake) -> Fates:
    """Return how many rows had each fate."""
    rows = IntakeRow.objects.filter(intake=intake).order_by()
    return Fates(**{row["fate"]: row["n"] for row in rows.values("fate").annotate(n=Count("id"))})


def rows_of(intake: Intake, fate: str = "", *, doubtful: bool = False) -> QuerySet[IntakeRow]:
    """Return the rows of a file in its order: of one fate, or those taken with a doubt."""
    rows = IntakeRow.objects.filter(intake=intake)
    if fate:
        rows = rows.filter(fate=fate)
    if doubtful:
        rows = rows.exclude(fate="refused").exclude(problems=[])
    return rows.order_by("line")


def files_of(reader: User, source: str, rows: list[IntakeRow]) -> dict[str, Incident]:
    """Return the files of rows that the reader may open, by the rows' keys."""
    keys = [row.source_key for row in rows if row.source_key]
    found = visible_incidents(reader).filter(
        declaration__source=source, declaration__source_key__in=keys
    )
    named = found.annotate(brought_key=F("declaration__source_key")).order_by("id")
    return {str(incident.brought_key): incident for incident in named}
