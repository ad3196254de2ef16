"""Fill the register of a demo instance: structures, groups, people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from vigie.accounts.models import Membership, User
from vigie.demo.rules import nation, people
from vigie.demo.rules.people import NewPerson
from vigie.establishments.models import (
    Designation,
    Establishment,
    Group,
    GroupMember,
    Site,
    Ward,
)
from vigie.establishments.operations import index_establishments
from vigie.establishments.rules import DesignationKind, GroupKind, TerritoryKind
from vigie.kernel.imports import Progress

BATCH = 500
SOURCE = "demo"
HOME_REGION = "75"
WARDS = (
    ("Urgences adultes", "URG"),
    ("Réanimation", "REA"),
    ("Laboratoire", "BIO"),
    ("Imagerie", "IMG"),
    ("Pharmacie", "PUI"),
    ("Maternité", "MAT"),
)


@dataclass(frozen=True, slots=True)
class Named:
    """The structures that people and stories of the demo refer to."""

    home: Establishment
    second: Establishment
    third: Establishment
    nursing_home: Establishment

    def __getitem__(self, name: str) -> Establishment:
        """Return one of them by its name in the rules."""
        found: Establishment = getattr(self, name)
        return found


def settle(dice: Random, progress: Progress) -> Named:
    """Store the structures of the nation and return those with a name in the stories."""
    planned = list(nation.structures(dice))
    progress.total(len(planned))
    for start in range(0, len(planned), BATCH):
        _store(planned[start : start + BATCH])
        progress.advance(len(planned[start : start + BATCH]))
    named = _named()
    _group(dice, named)
    for structure in (named.home, named.second, named.third):
        site = structure.sites.order_by("id")[0]
        Ward.objects.bulk_create(
            Ward(site=site, name=name, care_activity=code) for name, code in WARDS
        )
    return named


def _store(planned: list[nation.NewStructure]) -> None:
    rows = Establishment.objects.bulk_create(
        Establishment(
            finess=new.finess,
            name=new.name,
            structure_type=new.kind,
            legal_status=new.status,
            region=new.region,
            department=new.department,
            commune=new.commune,
            beds=new.beds,
            source=SOURCE,
        )
        for new in planned
    )
    Site.objects.bulk_create(
        Site(
            establishment=row,
            finess=site.finess,
            name=site.name,
            structure_type=new.kind,
            region=new.region,
            department=new.department,
            commune=site.commune,
            beds=site.beds,
            emergency_visits=site.emergency_visits,
            source=SOURCE,
        )
        for new, row in zip(planned, rows, strict=True)
        for site in new.sites
    )
    Designation.objects.bulk_create(
        Designation(establishment=row, kind=kind)
        for new, row in zip(planned, rows, strict=True)
        for kind in new.designations
    )
    index_establishments(row.pk for row in rows)


def _named() -> Named:
    hospitals = Establishment.objects.filter(structure_type="CH", region=HOME_REGION)
    operators = hospitals.filter(designations__kind=DesignationKind.OSE).order_by("-beds", "id")
    home = operators[0]
    near = hospitals.exclude(pk=home.pk).order_by("-beds", "id")[:2]
    elderly = Establishment.objects.filter(structure_type="EHPAD", region=HOME_REGION)
    return Named(home, near[0], near[1], elderly.order_by("-beds", "id")[0])


def _group(dice: Random, named: Named) -> None:
    """Form the groups: the first holds the named hospitals, the others public neighbours."""
    members: dict[str, list[Establishment]] = {}
    public = Establishment.objects.filter(structure_type__in=("CH", "CHU_CHR", "HL"))
    for row in public.order_by("department", "id"):
        members.setdefault(row.department, []).append(row)
    taken = {named.home.pk, named.second.pk, named.third.pk}
    teams = [[named.home, named.second, named.third]]
    for department in sorted(members):
        team = [row for row in members[department] if row.pk not in taken]
        if len(team) > 1 and len(teams) < nation.GROUPS:
            teams.append(team[: dice.randint(2, 8)])
    for rank, team in enumerate(teams, start=1):
        group = Group.objects.create(
            code=f"GHT-{rank:03d}", name=f"GHT {team[0].commune}", kind=GroupKind.GHT
        )
        GroupMember.objects.bulk_create(GroupMember(group=group, establishment=r) for r in team)


def employ(named: Named, now: datetime) -> dict[str, list[User]]:
    """Create the people with an account that opens, by role."""
    since = now - timedelta(days=400)
    password = make_password(people.PASSWORD)  # one hash for all: they share it, openly
    found: dict[str, list[User]] = {}
    for rank, new in enumerate(people.PEOPLE):
        user = User.objects.create(
            email=new.email,
            first_name=new.first,
            last_name=new.last,
            job=new.job,
            phone=people.phone(rank),
            password=password,
        )
        Membership.objects.bulk_create(_memberships(new, user, named, since))
        found.setdefault(new.role, []).append(user)
    return found


def _memberships(new: NewPerson, user: User, named: Named, since: datetime) -> list[Membership]:
    codes = {"region": HOME_REGION, "nation": "FR"}
    return [
        Membership(
            user=user,
            role=new.role,
            territory_kind=new.kind,
            territory_code=codes.get(place, ""),
            establishment=named[place] if new.kind is TerritoryKind.EJ else None,
            valid_from=since,
            given_by="system:demo",
        )
        for place in new.places
    ]


def local_officer(structure: Establishment, rank: int, now: datetime) -> User:
    """Return the officer of a structure that has a file; created without a password."""
    known = User.objects.filter(
        memberships__establishment=structure, memberships__role__in=("rssi", "director")
    ).order_by("id")
    if found := known.first():
        return found
    first, last = people.officer_name(rank)
    user = User.objects.create(
        email=f"{people.plain(first)}.{people.plain(last)}.{structure.pk}@{people.DOMAIN}",
        first_name=first,
        last_name=last,
        job="RSSI",
        phone=people.phone(100 + rank),
        password=make_password(None),
    )
    Membership.objects.create(
        user=user,
        role="rssi",
        territory_kind=TerritoryKind.EJ,
        establishment=structure,
        valid_from=now - timedelta(days=300),
        given_by="system:demo",
    )
    return user
