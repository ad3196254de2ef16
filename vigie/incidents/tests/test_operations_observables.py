from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Observable, Sighting
from vigie.incidents.operations import follow
from vigie.incidents.operations import observables as acts
from vigie.incidents.operations.exchange import SilentFile
from vigie.incidents.operations.observables import Seen, add_sightings, retire_sighting
from vigie.incidents.rules.observables import Named, Sort, named
from vigie.incidents.rules.words import SightingSource, Status, Tlp
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    at_once,
    later,
)

pytestmark = pytest.mark.django_db
EVIL = named(Sort.DOMAIN, "evil.site")
MAIL = named(Sort.EMAIL, "jean.dupont@evil.site")


@pytest.fixture
def incident():
    return IncidentFactory()


@pytest.fixture
def officer(incident):
    return person("rssi", incident.establishment)


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


def see(by, incident, *wanted, **more):
    seen = [Seen(one) if isinstance(one, Named) else one for one in wanted]
    return add_sightings(
        by=by, incident=incident, seen=seen, source=SightingSource.PASTED, now=NOW, **more
    )


def test_what_was_seen_is_kept_once_with_the_mark_of_the_file(incident, officer):
    see(officer, incident, EVIL, MAIL, EVIL, note="Numéro 1 84 12 76 451 089 46 vu")
    assert see(officer, incident, EVIL) == []
    rows = Sighting.objects.filter(incident=incident)
    assert {row.observable.value for row in rows} == {"evil.site", "jean.dupont@evil.site"}
    assert {row.tlp for row in rows} == {incident.tlp}
    assert all("089" not in row.note for row in rows)
    assert Observable.objects.get(value="evil.site").links


def test_one_observable_serves_every_file(incident, officer, analyst):
    other = IncidentFactory(establishment=EstablishmentFactory(region="11", department="75"))
    see(officer, incident, EVIL)
    see(analyst, other, EVIL, tlp=Tlp.RED)
    assert Observable.objects.filter(value="evil.site").count() == 1
    assert Sighting.objects.get(incident=other).tlp == Tlp.RED


def test_the_journal_holds_how_many_and_no_value(incident, officer):
    see(officer, incident, EVIL, MAIL)
    entry = Entry.objects.get(verb="observables.added")
    assert entry.details == {"count": 2, "kinds": {"domain": 1, "email": 1}}
    assert "evil" not in str(entry.details)


def test_nobody_writes_in_a_file_that_they_may_not_write_in(incident):
    for reader in (
        person("auditor", incident.establishment),
        person("rssi", EstablishmentFactory()),
        person("national_steering", nation="FR"),
    ):
        with pytest.raises(PermissionDenied):
            see(reader, incident, EVIL)
    assert not Observable.objects.exists()


def test_limits(incident, officer, monkeypatch):
    many = [named(Sort.IPV4, f"203.0.113.{n}") for n in range(1, 6)]
    monkeypatch.setattr(acts, "MOST_AT_ONCE", 4)
    with pytest.raises(acts.TooManyObservables):
        see(officer, incident, *many)
    monkeypatch.setattr(acts, "MOST_OF_FILE", 4)
    see(officer, incident, *many[:3])
    see(officer, incident, *many[:4])
    with pytest.raises(acts.TooManyObservables):
        see(officer, incident, many[4])
    assert Sighting.objects.count() == 4


def test_a_file_set_aside_takes_nothing_more(incident, officer, analyst):
    follow.move(
        by=analyst, incident=incident, to=Status.REJECTED, version=1, now=NOW, reason="Un essai"
    )
    with pytest.raises(SilentFile):
        see(officer, incident, EVIL)


def test_what_is_taken_back_stays_readable_and_can_be_seen_again(incident, officer):
    (sighting,) = see(officer, incident, EVIL)
    with pytest.raises(acts.BadRetirement):
        retire_sighting(by=officer, sighting=sighting, reason=" ", now=NOW)
    gone = retire_sighting(
        by=officer, sighting=sighting, reason="Site du prestataire", now=later(hours=1)
    )
    assert (gone.retired_by, gone.retired_at) == (officer, NOW + timedelta(hours=1))
    with pytest.raises(acts.BadRetirement) as again:
        retire_sighting(by=officer, sighting=sighting, reason="Encore", now=NOW)
    assert again.value.problem == "gone"
    assert len(see(officer, incident, EVIL)) == 1
    assert Sighting.objects.filter(incident=incident).count() == 2


def test_who_wrote_it_down_or_follows_the_file_takes_it_back(incident, officer, analyst):
    (of_desk,) = see(analyst, incident, EVIL)
    with pytest.raises(PermissionDenied):
        retire_sighting(by=officer, sighting=of_desk, reason="Non", now=NOW)
    (of_structure,) = see(officer, incident, MAIL)
    retire_sighting(by=analyst, sighting=of_structure, reason="Fausse piste", now=NOW)
    assert Sighting.objects.get(pk=of_desk.pk).retired_at is None


def test_the_database_refuses_half_a_retirement_and_a_second_sighting(incident, officer):
    (sighting,) = see(officer, incident, EVIL)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sighting.objects.filter(pk=sighting.pk).update(retired_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sighting.objects.create(
            incident=incident,
            observable=sighting.observable,
            tlp="RED",
            source="typed",
            by=officer,
            at=NOW,
        )


@pytest.mark.django_db(transaction=True)
def test_two_people_write_the_same_thing_at_once(incident, officer, analyst):
    other = IncidentFactory(establishment=incident.establishment, by=officer)
    outcomes = at_once(
        lambda: see(officer, incident, EVIL, MAIL),
        lambda: see(analyst, incident, MAIL, EVIL),
        lambda: see(analyst, other, EVIL, MAIL),
    )
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Observable.objects.count() == 2
    assert Sighting.objects.count() == 4
