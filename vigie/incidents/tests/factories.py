"""Rows for tests. Files and declarations come into being as in life: through `declare`."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import factory
from django.db import connection

from vigie.accounts.tests.factories import (
    DelegationFactory,
    MembershipFactory,
    UserFactory,
    person,
)
from vigie.establishments.tests.factories import EstablishmentFactory, SiteFactory
from vigie.incidents.models import Declaration, Incident
from vigie.incidents.operations.declare import Person, Submission, declare
from vigie.incidents.rules.facts import Facts
from vigie.incidents.rules.words import Channel

NOW = datetime(2026, 3, 14, 1, 10, tzinfo=UTC)  # 02:10 in Paris
PHONE = "01 99 00 12 34"  # of a block that ARCEP keeps for fiction
REQUIRED = {
    "title": "Serveur de fichiers chiffré",
    "description": "Les dossiers partagés ne s’ouvrent plus.",
    "noticed": "2026-03-14T02:00+01:00",
    "endangerment": "none",
    "structure_impact": "none",
    "support_requested": False,
}


def facts(**answers):
    """Return what a structure says: the required answers, and those given."""
    return Facts.model_validate(REQUIRED | answers)


def submission(establishment, *, key=None, site=None, channel=Channel.PAGE, phone=PHONE, **answers):
    """Return a declaration about to be sent."""
    return Submission(
        key=key or uuid4(),
        establishment=establishment,
        site=site,
        facts=facts(**answers),
        declarant=Person(name="Camille Personne", job="RSSI", phone=phone),
        channel=channel,
    )


class IncidentFactory(factory.Factory):
    """A file, opened by declaring: IncidentFactory(establishment=…, endangerment="proven").

    by: who declares, else a new security officer of the establishment. now: when. Everything
    else but site, key and channel is an answer of the declaration.
    """

    class Meta:
        model = Incident

    establishment = factory.SubFactory(EstablishmentFactory)
    by = None
    now = NOW

    @classmethod
    def _create(cls, model_class, *args, establishment, by, now, **asked):
        by = by or person("rssi", establishment)
        return declare(by=by, submission=submission(establishment, **asked), now=now).incident


class DeclarationFactory(IncidentFactory):
    """As IncidentFactory; returns the declaration."""

    @classmethod
    def _create(cls, model_class, *args, **asked):
        incident = super()._create(model_class, *args, **asked)
        return Declaration.objects.select_related("incident").get(incident=incident)


def later(**delay):
    """Return a moment after NOW: later(hours=2)."""
    return NOW + timedelta(**delay)


def at_once(*acts):
    """Run acts in threads that start together; return what each gave or raised."""
    start, outcomes = Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            start.wait()
            outcomes[number] = act()
        except Exception as reason:  # noqa: BLE001 - handed to the test
            outcomes[number] = reason
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


__all__ = [
    "NOW",
    "PHONE",
    "REQUIRED",
    "DeclarationFactory",
    "DelegationFactory",
    "EstablishmentFactory",
    "IncidentFactory",
    "MembershipFactory",
    "SiteFactory",
    "UserFactory",
    "at_once",
    "facts",
    "later",
    "person",
    "submission",
]
