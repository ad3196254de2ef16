"""Read drafts, and where a person may declare."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from vigie.accounts.models import User
from vigie.accounts.queries import scope_of, within
from vigie.accounts.rules import Permission
from vigie.establishments.models import Establishment, Site
from vigie.establishments.queries import search, search_sites
from vigie.establishments.rules import Place, TerritoryKind
from vigie.incidents.models import Declaration, Draft

SHOWN = 60  # structures that a list of choices holds; beyond, the person searches
FOUND = 12  # structures that a search offers
OWN = "pk"


@dataclass(frozen=True, slots=True)
class Structure:
    """Where a declaration counts: an establishment as a whole, or one of its sites."""

    establishment: Establishment
    site: Site | None = None

    @property
    def code(self) -> str:
        """Return the value of the choice in forms: ej:12 or et:34."""
        if self.site is None:
            return f"ej:{self.establishment.pk}"
        return f"et:{self.site.pk}"

    @property
    def place(self) -> Place:
        """Return where it lies."""
        return (self.site or self.establishment).place

    @property
    def name(self) -> str:
        """Return the name of the place."""
        return (self.site or self.establishment).name

    @property
    def commune(self) -> str:
        """Return the town of the place, "" where unknown."""
        return (self.site or self.establishment).commune


def establishments_to_declare(person: User) -> QuerySet[Establishment]:
    """Return the establishments for which the person may declare as a whole."""
    mine = within(person, Permission.DECLARE, establishment=OWN, site="")
    return Establishment.objects.in_force().filter(mine)


def sites_to_declare(person: User) -> QuerySet[Site]:
    """Return the sites for which the person may declare."""
    mine = within(person, Permission.DECLARE, site=OWN)
    return Site.objects.in_force().filter(mine).select_related("establishment")


def structures(person: User) -> list[Structure]:
    """Return where the person may declare, each establishment before its sites.

    Empty when they are more than SHOWN: then the person searches. Costs two SQL queries.
    """
    whole = list(establishments_to_declare(person).order_by("name", "id")[: SHOWN + 1])
    if len(whole) > SHOWN:
        return []
    parts = list(sites_to_declare(person).order_by("name", "id")[: SHOWN + 1])
    if len(whole) + len(parts) > SHOWN:
        parts = [site for site in parts if site.establishment not in whole]
    found = [Structure(establishment) for establishment in whole]
    found += [Structure(site.establishment, site) for site in parts]
    order = {code: number for number, code in enumerate(_order(whole, parts))}
    return sorted(found, key=lambda one: (order[one.establishment.pk], one.site is not None))


def _order(whole: list[Establishment], parts: list[Site]) -> list[int]:
    return list(dict.fromkeys([row.pk for row in whole] + [s.establishment_id for s in parts]))


def search_structures(person: User, text: str) -> list[Structure]:
    """Return where the person may declare that a text means, by name, town or FINESS number."""
    whole = search(text, among=establishments_to_declare(person), limit=FOUND)
    parts = search_sites(text, among=sites_to_declare(person), limit=FOUND)
    found = [Structure(establishment) for establishment in whole]
    return found + [Structure(site.establishment, site) for site in parts]


def structure_of(person: User, code: str) -> Structure | None:
    """Return the structure of a choice, None when it is no place where the person may declare."""
    kind, _, number = code.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 17):
        return None
    if kind == "ej":
        whole = establishments_to_declare(person).filter(pk=int(number)).first()
        return Structure(whole) if whole else None
    if kind == "et":
        part = sites_to_declare(person).filter(pk=int(number)).first()
        return Structure(part.establishment, part) if part else None
    return None


def usual_structure(person: User, among: list[Structure]) -> Structure | None:
    """Return the structure to propose: the only one, or the one that the person looks at."""
    if len({one.establishment.pk for one in among}) == 1:
        return among[0]
    scope = scope_of(person)
    if scope is None or scope.territory.kind not in (TerritoryKind.EJ, TerritoryKind.ET):
        return None
    wanted = f"{scope.territory.kind}:{scope.row}"
    return next((one for one in among if one.code == wanted), None)


def draft_of(person: User, key: UUID) -> Draft | None:
    """Return the person's own draft of a key, if it was begun and not sent."""
    return person.drafts.select_related("establishment", "site").filter(key=key).first()


def declared_with(person: User, key: UUID) -> Declaration | None:
    """Return what the person declared with a key, if it was sent."""
    rows = Declaration.objects.select_related("incident", "establishment", "site")
    return rows.filter(key=key, declared_by=person).first()
