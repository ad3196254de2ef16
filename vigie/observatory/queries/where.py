"""Turn a territory into a predicate over declarations, and say who may count in it."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.rules import Permission
from vigie.establishments.models import Establishment, Group, GroupMember, Site
from vigie.establishments.queries import territory_name
from vigie.establishments.rules import COUNTRY_SHAPE, Place, Territory, TerritoryKind
from vigie.reference import catalogue

Row = TypeVar("Row", bound=Model)


class UnknownTerritory(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The territory is well written, but nobody knows it here."""

    def __init__(self, territory: Territory) -> None:
        super().__init__(f"{territory}: no such territory")


def lies_in(territory: Territory, year: int) -> Q:
    """Return the predicate of the declarations that count in a territory.

    A declaration counts where its site lies, else at the seat of its structure; in a group when
    its structure belonged to the group at some time of the year.
    Raises UnknownTerritory.
    """
    kind = territory.kind
    place = place_of(territory)
    if kind is TerritoryKind.GROUP:
        members = GroupMember.objects.in_force(year).filter(group__code=territory.code)
        return Q(establishment__in=members.values("establishment"))
    if kind is TerritoryKind.ET:
        return Q(site=place.site_id)
    if kind is TerritoryKind.EJ:
        return Q(establishment=place.establishment_id)
    return Q(**{str(kind.replace("nation", "country")): territory.code})


def place_of(territory: Territory) -> Place:
    """Return where a territory lies. Raises UnknownTerritory."""
    code = territory.code
    if territory.kind is TerritoryKind.NATION and COUNTRY_SHAPE.fullmatch(code):
        return Place(code)
    if territory.kind in (TerritoryKind.REGION, TerritoryKind.DEPARTMENT):
        return _geography(territory)
    if territory.kind is TerritoryKind.EJ:
        return _coded(Establishment.objects.all(), territory).place
    if territory.kind is TerritoryKind.ET:
        return _coded(Site.objects.all(), territory).place
    found = Group.objects.filter(code=code).first()
    if territory.kind is not TerritoryKind.GROUP or found is None:
        raise UnknownTerritory(territory)
    return found.place


def _geography(territory: Territory) -> Place:
    for country in catalogue.countries():
        departments = catalogue.departments(country)
        if territory.kind is TerritoryKind.REGION and territory.code in catalogue.regions(country):
            return Place(country, territory.code)
        if territory.kind is TerritoryKind.DEPARTMENT and territory.code in departments:
            return Place(country, departments[territory.code].region, territory.code)
    raise UnknownTerritory(territory)


def _coded(rows: QuerySet[Row], territory: Territory) -> Row:
    """Return the row with a FINESS number, or with an own code such as id42."""
    own = territory.code.lower().removeprefix("id")
    if territory.code.lower().startswith("id") and own.isdecimal():
        found = rows.filter(pk=int(own), finess=None).first()
    else:
        found = rows.filter(finess=territory.code).first()
    if found is None:
        raise UnknownTerritory(territory)
    return found


def covers(reader: User, territory: Territory) -> bool:
    """Return whether the reader may count in the whole of a territory.

    Counting in a part of it would give figures under a wrong name. Raises UnknownTerritory.
    """
    place = place_of(territory)
    if reader.may(Permission.READ_FIGURES, at=place):
        return True
    if territory.kind is not TerritoryKind.GROUP:
        return False
    held = reader.memberships_with(Permission.READ_FIGURES)
    return any(membership.territory == territory for membership in held)


def own_territories(reader: User) -> list[Territory]:
    """Return the territories on which the reader may count."""
    held = reader.memberships_with(Permission.READ_FIGURES)
    return list(dict.fromkeys(membership.territory for membership in held))


def territories_of(reader: User) -> list[Territory]:
    """Return the territories to offer a reader: their own, then the parts of a nation or region."""
    own = own_territories(reader)
    parts = [part for territory in own for part in _parts(territory)]
    return list(dict.fromkeys([*own, *parts]))


def _parts(territory: Territory) -> list[Territory]:
    if territory.kind is TerritoryKind.NATION:
        regions = catalogue.regions(territory.code)
        return [Territory(TerritoryKind.REGION, code) for code in regions]
    if territory.kind is TerritoryKind.REGION:
        departments = catalogue.departments(_geography(territory).country)
        return [
            Territory(TerritoryKind.DEPARTMENT, code)
            for code, department in departments.items()
            if department.region == territory.code
        ]
    return []


def name_of(territory: Territory, language: str) -> str:
    """Return the name of a territory in a language, its code where none is known."""
    return territory_name(territory, language)
