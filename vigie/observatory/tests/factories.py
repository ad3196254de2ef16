"""Declarations as the observatory reads them: rows with their statistic columns."""

from datetime import UTC, datetime
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from vigie.accounts.models import User
from vigie.incidents.models import Declaration, Event, Incident
from vigie.incidents.operations.counted import count_anew
from vigie.incidents.tests.factories import EstablishmentFactory, MembershipFactory, SiteFactory

NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

__all__ = [
    "NOW",
    "CountedFactory",
    "EstablishmentFactory",
    "EventFactory",
    "MembershipFactory",
    "SiteFactory",
    "reader",
]


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    title = factory.Sequence(lambda n: f"Panne de l’hébergeur {n}")
    started_at = NOW


class CountedFactory(DjangoModelFactory):
    """A declaration of 2024 about which nobody answered anything; give the columns that count.

    activities: care activities, each of which lived through an episode of degraded mode.
    known_from: since when it is counted.
    """

    class Meta:
        model = Declaration

    establishment = factory.SubFactory(EstablishmentFactory)
    site = None
    key = factory.LazyFunction(uuid4)
    channel = "import"
    authority = "import"
    declared_year = 2024
    occurred_year = 2024
    kind = "incident"
    endangerment = "unknown"
    structure_impact = "unknown"
    source_key = None
    activities = ()
    known_from = LONG_AGO

    @classmethod
    def _create(cls, model_class, *args, establishment, site, activities, known_from, **columns):
        place = site.place if site else establishment.place
        where = {
            "establishment": establishment,
            "site": site,
            "country": place.country,
            "region": place.region,
            "department": place.department,
        }
        incident = Incident.objects.create(
            **where,
            title="Incident",
            declared_at=NOW,
            status="closed",
            is_open=False,
            endangerment=columns["endangerment"],
            danger_rank=0,
            structure_impact=columns["structure_impact"],
            severity=0,
            event=columns.get("event"),
        )
        made = super()._create(model_class, *args, incident=incident, **where, **columns)
        for activity in activities:
            made.episodes.create(kind="degraded", activity=activity)
        count_anew(incident, known_from)
        return made


def reader(kind, code="", **row):
    """Return somebody who reads figures on a territory: a code of geography, or a row."""
    person = MembershipFactory(
        role="auditor",
        territory_kind=kind,
        territory_code=code,
        **({"establishment": None} | row),
    ).user
    return User.objects.get(pk=person.pk)
