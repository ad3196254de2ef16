"""Read which establishments and sites a territory holds, at which time."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from vigie.establishments.models import Establishment, Group, GroupMember, Site
from vigie.establishments.rules import Territory, TerritoryKind
from vigie.reference import catalogue

GEOGRAPHY = {
    TerritoryKind.NATION: "country",
    TerritoryKind.REGION: "region",
    TerritoryKind.DEPARTMENT: "department",
}


def sites_of(territory: Territory | None, *, year: int | None = None) -> QuerySet[Site]:
    """Return the sites of a territory (all with None) in force in a year, or today."""
    sites = Site.objects.in_force(year).filter(
        establishment__in=Establishment.objects.in_force(year)
    )
    if territory is None:
        return sites
    if territory.kind in GEOGRAPHY:
        return sites.filter(**{GEOGRAPHY[territory.kind]: territory.code})
    if territory.kind == TerritoryKind.ET:
        return sites.filter(coded(territory.code, ""))
    if territory.kind == TerritoryKind.EJ:
        return sites.filter(coded(territory.code, "establishment__"))
    return sites.filter(establishment__in=_members(territory.code, year))


def establishments_of(
    territory: Territory | None, *, year: int | None = None
) -> QuerySet[Establishment]:
    """Return the establishments with a site in the territory, or their seat if they have none.

    In force in a year, or today. An establishment of many regions counts in each of them.
    """
    rows = Establishment.objects.in_force(year)
    if territory is None:
        return rows
    if territory.kind == TerritoryKind.GROUP:
        return rows.filter(pk__in=_members(territory.code, year))
    if territory.kind == TerritoryKind.EJ:
        return rows.filter(coded(territory.code, ""))
    inside = Exists(sites_of(territory, year=year).filter(establishment=OuterRef("pk")))
    if territory.kind == TerritoryKind.ET:
        return rows.filter(inside)
    no_site = ~Exists(Site.objects.in_force(year).filter(establishment=OuterRef("pk")))
    seat = Q(**{GEOGRAPHY[territory.kind]: territory.code})
    return rows.filter(Q(inside) | (seat & Q(no_site)))


def population(territory: Territory | None, *, year: int) -> int:
    """Return how many establishments a territory had in a year: the denominator of its figures."""
    return establishments_of(territory, year=year).count()


def territory_name(territory: Territory, language: str = "fr") -> str:
    """Return the name of a territory, its code where none is known."""
    if territory.kind == TerritoryKind.NATION:
        country = catalogue.countries().get(territory.code)
        return country.title.in_(language) if country else territory.code
    if territory.kind == TerritoryKind.REGION:
        region = catalogue.regions().get(territory.code)
        return region.title.in_(language) if region else territory.code
    if territory.kind == TerritoryKind.DEPARTMENT:
        department = catalogue.departments().get(territory.code)
        return department.title.in_(language) if department else territory.code
    return _structure_name(territory)


def _structure_name(territory: Territory) -> str:
    if territory.kind == TerritoryKind.GROUP:
        row: object = Group.objects.filter(code=territory.code).first()
    elif territory.kind == TerritoryKind.EJ:
        row = Establishment.objects.filter(coded(territory.code, "")).first()
    else:
        row = Site.objects.filter(coded(territory.code, "")).first()
    return str(row or territory.code)


def _members(group: str, year: int | None) -> QuerySet[GroupMember, Any]:
    members = GroupMember.objects.in_force(year).filter(group__code=group)
    return members.values("establishment")


def coded(code: str, path: str = "") -> Q:
    """Return the rows with a FINESS number, or with an own code such as id42."""
    own = code.lower().removeprefix("id")
    if code.lower().startswith("id") and own.isdecimal():
        return Q(**{f"{path}pk": int(own), f"{path}finess": None})
    return Q(**{f"{path}finess": code})
