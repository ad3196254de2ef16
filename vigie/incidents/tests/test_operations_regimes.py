"""From which day a regime binds, where its law has none yet."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.establishments.tests.factories import DesignationFactory
from vigie.incidents.operations import duties as acts
from vigie.incidents.rules.duties.reading import Standing
from vigie.incidents.tests.factories import NOW, IncidentFactory, later
from vigie.incidents.tests.test_operations_duties import hospital, kept, of

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident():
    return IncidentFactory(establishment=hospital())


@pytest.fixture
def officer(incident):
    return person("rssi", incident.establishment)


def test_an_administrator_sets_the_first_day_and_clocks_run_from_it(incident):
    lead = person("cert_lead", nation="FR")
    DesignationFactory(establishment=incident.establishment, kind="ee")
    acts.refresh_duties(NOW)
    acts.set_regime_start(
        by=lead,
        country="FR",
        regime="NIS2",
        starts_on=date(2026, 3, 1),
        source="Loi du 1er mars 2026",
        now=NOW,
    )
    acts.refresh_duties(NOW)
    assert kept(incident)["NIS2.EW"].phase == "to_check"  # nobody said that it is significant
    entry = Entry.objects.get(verb="regime.start_set")
    assert entry.details["starts_on"] == "2026-03-01"
    acts.set_regime_start(
        by=lead, country="FR", regime="NIS2", starts_on=None, source="", now=later(hours=1)
    )
    assert Entry.objects.get(verb="regime.start_removed").details["before"] == "2026-03-01"
    assert of(incident).duty("NIS2").standing is Standing.COMING


@pytest.mark.parametrize(("regime", "source"), [("RGPD33", "Loi"), ("NIS9", "Loi"), ("NIS2", " ")])
def test_a_first_day_needs_its_text_and_a_regime_that_waits_for_one(regime, source):
    lead = person("cert_lead", nation="FR")
    with pytest.raises(ValidationError):
        acts.set_regime_start(
            by=lead,
            country="FR",
            regime=regime,
            starts_on=date(2026, 3, 1),
            source=source,
            now=NOW,
        )


def test_nobody_below_the_nation_sets_a_first_day(incident, officer):
    with pytest.raises(PermissionDenied):
        acts.set_regime_start(
            by=officer,
            country="FR",
            regime="NIS2",
            starts_on=date(2026, 3, 1),
            source="Loi",
            now=NOW,
        )
