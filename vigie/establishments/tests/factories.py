from dataclasses import dataclass

import factory

from vigie.establishments import rules
from vigie.establishments.models import (
    Designation,
    Duty,
    Establishment,
    Group,
    GroupMember,
    Rota,
    Site,
    Ward,
)
from vigie.establishments.rules import Place


@dataclass(frozen=True)
class Somebody:
    """An actor who holds permissions in one region, or everywhere in the nation."""

    permissions: frozenset[str] = frozenset(
        {"establishments.manage", "reference.manage", "rota.manage", "calls.answer"}
    )
    region: str = ""
    journal_name: str = "user:1"

    def may(self, permission: str, *, at: Place) -> bool:
        here = not self.region or at.region == self.region
        return permission in self.permissions and here


def finess(first_eight: str) -> str:
    """Return a valid FINESS number."""
    return first_eight + rules.finess_check_digit(first_eight)


class EstablishmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Establishment

    finess = factory.Sequence(lambda n: finess(f"69{n:06d}"))
    name = factory.Sequence(lambda n: f"Centre hospitalier {n}")
    structure_type = "CH"
    legal_status = "public"
    region = "84"
    department = "69"
    commune = "Lyon"


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site

    establishment = factory.SubFactory(EstablishmentFactory)
    finess = factory.Sequence(lambda n: finess(f"69{n + 500_000:06d}"))
    name = factory.Sequence(lambda n: f"Site {n}")
    structure_type = "CH"
    region = "84"
    department = "69"
    commune = "Lyon"


class WardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Ward

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"Service {n}")
    care_activity = "URG"


class GroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Group

    code = factory.Sequence(lambda n: f"GHT{n}")
    name = factory.Sequence(lambda n: f"Groupement {n}")
    kind = "ght"


class GroupMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = GroupMember

    group = factory.SubFactory(GroupFactory)
    establishment = factory.SubFactory(EstablishmentFactory)


class DesignationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Designation

    establishment = factory.SubFactory(EstablishmentFactory)
    kind = "ose"


class RotaFactory(factory.django.DjangoModelFactory):
    """The rota of an establishment; of a geography with establishment=None and its codes."""

    class Meta:
        model = Rota

    kind = "ej"
    establishment = factory.SubFactory(EstablishmentFactory)


class DutyFactory(factory.django.DjangoModelFactory):
    """Somebody on call from `starts_at` to `ends_at`, which every test says."""

    class Meta:
        model = Duty

    rota = factory.SubFactory(RotaFactory)
    level = 1
    function = "RSSI d’astreinte"
    name = factory.Sequence(lambda n: f"Camille Exemple {n}")
    phone = factory.Sequence(lambda n: f"01 99 00 {n // 100 % 100:02d} {n % 100:02d}")
    email = factory.Sequence(lambda n: f"astreinte{n}@ch.example")
    kept_until = factory.LazyAttribute(lambda duty: duty.ends_at.date().replace(year=2099))
