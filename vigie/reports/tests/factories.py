"""Rows for tests. Reports come into being as in life: through `receive`."""

from datetime import UTC, datetime, timedelta

import factory

from vigie.accounts.tests.factories import MembershipFactory, again, person
from vigie.establishments.tests.factories import EstablishmentFactory, SiteFactory, WardFactory
from vigie.incidents.tests.factories import IncidentFactory
from vigie.reports.models import Report, ShortLink
from vigie.reports.operations import new_key, receive
from vigie.reports.queries import Whereabouts
from vigie.reports.rules import Told

NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)  # 02:10 in Paris
NIR = "1 84 12 76 451 089 46"  # invented, with a valid key


class ShortLinkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ShortLink

    code = factory.Sequence(lambda n: f"BCDF{'23456789'[n // 8 % 8]}{'23456789'[n % 8]}GH")
    site = factory.SubFactory(SiteFactory)
    ward = None
    created_at = NOW


class ReportFactory(factory.Factory):
    """A report, received: ReportFactory(site=…, danger="yes"). Other names are answers."""

    class Meta:
        model = Report

    site = factory.SubFactory(SiteFactory)
    now = NOW

    @classmethod
    def _create(cls, model_class, *args, site, now, marks=(), ward=None, link=None, **asked):
        return send(site, now=now, marks=marks, ward=ward, link=link, **asked).report


def send(site, *, key=None, now=NOW, marks=(), ward=None, link=None, **asked):
    """Send a report from a site; return its receipt."""
    told = Told(**{"danger": "no", "device": "no", "picture": "software", **asked})
    where = Whereabouts(site.establishment, site, ward, link)
    return receive(
        where=where, told=told, key=key or new_key(), language="fr", marks=marks, now=now
    )


def later(**delay):
    """Return a moment after NOW."""
    return NOW + timedelta(**delay)


__all__ = [
    "NIR",
    "NOW",
    "EstablishmentFactory",
    "IncidentFactory",
    "MembershipFactory",
    "ReportFactory",
    "ShortLinkFactory",
    "SiteFactory",
    "WardFactory",
    "again",
    "later",
    "person",
    "send",
]
