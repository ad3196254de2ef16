"""People, roles and tokens for tests."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from vigie.accounts.models import Delegation, Membership, User
from vigie.accounts.rules import ROLES
from vigie.establishments.rules import TerritoryKind
from vigie.establishments.tests.factories import EstablishmentFactory, SiteFactory

PASSWORD = "une phrase assez longue"  # noqa: S105 - opens nothing outside tests


def ago(**length):
    """Return a moment before now; roles count by the clock of the database."""
    return timezone.now() - timedelta(**length)  # noqa: TID251


def ahead(**length):
    """Return a moment after now."""
    return timezone.now() + timedelta(**length)  # noqa: TID251


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@exemple.fr")
    first_name = "Claire"
    last_name = factory.Sequence(lambda n: f"Morel{n}")

    @factory.post_generation
    def password(self, create, extracted, **_):
        self.set_password(extracted or PASSWORD)
        self.save()


class MembershipFactory(DjangoModelFactory):
    """A role: on an establishment of its own, unless nation, region, department, site or group."""

    class Meta:
        model = Membership

    class Params:
        nation = None
        region = None
        department = None

    user = factory.SubFactory(UserFactory)
    role = "rssi"
    valid_from = factory.LazyFunction(lambda: ago(days=30))
    given_by = "system:cli"
    site = None
    group = None
    territory_code = factory.LazyAttribute(lambda o: o.nation or o.region or o.department or "")

    @factory.lazy_attribute
    def territory_kind(self):
        for kind in ("nation", "region", "department", "group"):
            if getattr(self, kind):
                return TerritoryKind(kind)
        return TerritoryKind.ET if self.site else TerritoryKind.EJ

    @factory.lazy_attribute
    def establishment(self):
        return EstablishmentFactory() if self.territory_kind is TerritoryKind.EJ else None


class DelegationFactory(DjangoModelFactory):
    class Meta:
        model = Delegation

    establishment = factory.SubFactory(EstablishmentFactory)
    by = factory.SubFactory(UserFactory)
    to = factory.SubFactory(UserFactory)
    valid_from = factory.LazyFunction(lambda: ago(days=1))
    valid_to = factory.LazyFunction(lambda: ahead(days=30))


def again(user):
    """Return the person as the next request would read them, without what was cached."""
    return User.objects.get(pk=user.pk)


def person(role, establishment=None, **territory):
    """Return somebody with one role, on the widest territory that it is given on by default."""
    if establishment is not None:
        territory["establishment"] = establishment
    if not territory:
        kinds = ROLES[role].territories
        if TerritoryKind.NATION in kinds:
            territory = {"nation": "FR"}
        elif TerritoryKind.REGION in kinds:
            territory = {"region": "84"}
    return MembershipFactory(role=role, **territory).user


__all__ = ["EstablishmentFactory", "SiteFactory"]
