from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vigie.accounts.models import User
from vigie.accounts.tests.factories import person
from vigie.incidents.models import Incident
from vigie.incidents.operations import events
from vigie.incidents.operations.circulars import write_to_members
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.operations.exchange import mark_read
from vigie.incidents.operations.observables import Seen, add_sightings
from vigie.incidents.queries import events as queries
from vigie.incidents.queries.likely import offers
from vigie.incidents.rules.likeness import Basis
from vigie.incidents.rules.observables import Sort, named
from vigie.incidents.rules.words import SightingSource
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    UserFactory,
    later,
)
from vigie.inventory.models import Supplier

pytestmark = pytest.mark.django_db
EVIL = named(Sort.DOMAIN, "evil.site")


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


def hospital(region="84", department="69"):
    return EstablishmentFactory(region=region, department=department)


@pytest.fixture
def files():
    stopped = [{"kind": "interruption", "activity": "BIO", "start": "2026-03-14T01:00+01:00"}]
    slowed = [
        {
            "kind": "degraded",
            "activity": "BIO",
            "start": "2026-03-14T01:00+01:00",
            "end": "2026-03-14T02:00+01:00",
        },
        {"kind": "degraded", "activity": "URG", "start": "2026-03-14T01:00+01:00"},
    ]
    return [
        IncidentFactory(
            establishment=hospital(),
            endangerment="proven",
            structure_impact="degraded",
            care_interrupted=True,
            episodes=stopped,
        ),
        IncidentFactory(
            establishment=hospital("84", "38"),
            endangerment="potential",
            structure_impact="degraded",
            episodes=slowed,
        ),
        IncidentFactory(establishment=hospital("11", "75")),
    ]


@pytest.fixture
def event(analyst, files):
    return group(analyst, files, "Panne")


def group(by, incidents, title):
    return events.group(
        by=by, incidents=incidents, into=NewEvent(title), reason="Même hôte", now=NOW
    )


def see(by, incident, *wanted):
    seen = [Seen(one) for one in wanted]
    add_sightings(by=by, incident=incident, seen=seen, source=SightingSource.TYPED, now=NOW)


def test_an_event_is_what_the_reader_may_see_of_it(event, analyst, files):
    whole = queries.one_event(analyst, event.pk)
    assert (set(whole.members), whole.impact.files, whole.impact.regions) == (set(files), 3, 2)
    assert (whole.at_desk, whole.leads) == (True, True)
    region = queries.one_event(person("cert_analyst", region="84"), event.pk)
    assert (set(region.members), region.impact.files) == (set(files[:2]), 2)
    assert (region.at_desk, region.leads) == (True, False)
    hospital_sees = queries.one_event(person("rssi", files[2].establishment), event.pk)
    assert (hospital_sees.members, hospital_sees.impact.files) == ([files[2]], 1)
    assert (hospital_sees.at_desk, hospital_sees.circulars) == (False, [])
    for stranger in (
        person("rssi", EstablishmentFactory()),
        person("cert_analyst", nation="BE"),
        person("administrator", nation="FR"),
        UserFactory(),
    ):
        assert queries.one_event(stranger, event.pk) is None
        assert list(queries.listed(stranger)) == []


def test_the_harm_to_care_is_summed(event, analyst, files):
    impact = queries.one_event(analyst, event.pk).impact
    assert (impact.proven, impact.potential, impact.interrupted) == (1, 1, 1)
    told = {
        one.activity: (one.files, one.stopped, one.degraded, one.ongoing) for one in impact.care
    }
    assert told == {"BIO": (2, 1, 1, 1), "URG": (1, 0, 1, 1)}
    alone = queries.one_event(person("rssi", files[2].establishment), event.pk).impact
    assert (alone.proven, alone.care) == (0, [])


def test_what_two_files_share_is_shown_to_who_sees_both(event, analyst, files):
    for incident in files[:2]:
        see(analyst, incident, EVIL, named(Sort.IPV4, "10.0.0.1"))
    see(analyst, files[2], named(Sort.DOMAIN, "seul.site"))
    shared = queries.one_event(analyst, event.pk).shared
    assert [(row.value, files) for row, files in shared] == [("evil.site", 2)]
    officer = person("rssi", files[0].establishment)
    assert queries.one_event(officer, event.pk).shared == []


def test_what_was_written_to_all_and_who_read_it(event, analyst, files):
    write_to_members(by=analyst, event=event, text="Correctif", key=uuid4(), now=NOW)
    officer = person("rssi", files[0].establishment)
    mark_read(by=officer, incident=files[0], now=later(minutes=5))
    (word,) = queries.one_event(analyst, event.pk).circulars
    assert (word.text, word.sent, word.read_by) == ("Correctif", 3, 1)
    (part,) = queries.one_event(person("cert_analyst", region="11"), event.pk).circulars
    assert (part.sent, part.read_by) == (1, 0)


def test_the_list_of_events(event, analyst, files):
    calm = group(analyst, [IncidentFactory(), IncidentFactory()], "Hameçonnage")
    rows = list(queries.listed(analyst))
    assert [row["event"] for row in rows] == [event.pk, calm.pk]
    assert (rows[0]["files"], rows[0]["regions"], rows[0]["proven"]) == (3, 2, 1)
    for question in ("panne", event.reference, "PAN"):
        assert [row["event"] for row in queries.listed(analyst, text=question)] == [event.pk]
    events.close(by=analyst, event=calm, reason="Fini", now=NOW)
    assert [row["event"] for row in queries.listed(analyst)] == [event.pk]
    assert [row["event"] for row in queries.listed(analyst, state="closed")] == [calm.pk]
    assert len(queries.listed(analyst, state="")) == 2
    region = person("ars_officer", region="11")
    assert [row["files"] for row in queries.listed(region)] == [1]


def test_a_desk_is_offered_only_events_of_which_it_follows_a_file(event, analyst):
    other = group(analyst, [IncidentFactory(establishment=hospital("93", "13"))], "Sud")
    assert list(queries.open_events(person("cert_analyst", region="93"))) == [other]
    assert set(queries.open_events(analyst)) == {event, other}


# likely groups


@pytest.fixture
def odalis():
    return Supplier.objects.create(name="Odalis", created_at=NOW)


def behind(supplier, *files):
    Incident.objects.filter(pk__in=[one.pk for one in files]).update(supplier=supplier)


def test_files_behind_one_supplier_are_offered_with_the_reason(analyst, files, odalis):
    behind(odalis, *files)
    (offer,) = offers(analyst)
    assert (offer.likely.basis, offer.supplier, set(offer.files)) == (
        Basis.SUPPLIER,
        odalis,
        set(files),
    )
    (part,) = offers(person("cert_analyst", region="84"))
    assert set(part.files) == set(files[:2])
    assert offers(person("rssi", files[0].establishment)) == []


def test_files_that_share_a_rare_thing_are_offered_and_may_join(analyst, files):
    for incident in files:
        see(analyst, incident, named(Sort.CVE, "CVE-2024-3400"), named(Sort.IPV4, "8.8.8.8"))
    assert offers(analyst) == []
    see(analyst, files[0], EVIL)
    see(analyst, files[1], EVIL)
    (offer,) = offers(analyst)
    assert [row.value for row in offer.observables] == ["evil.site"]
    made = group(analyst, files[:2], "Portail")
    assert offers(analyst) == []
    see(analyst, files[2], EVIL)
    (offer,) = offers(analyst)
    assert (offer.event, offer.files) == (made, [files[2]])


def test_what_was_set_aside_is_not_offered_again(analyst, files, odalis):
    behind(odalis, *files[:2])
    (offer,) = offers(analyst)
    events.set_aside(by=analyst, basis=offer.likely.key, incidents=offer.files, now=NOW)
    assert offers(analyst) == []
    behind(odalis, files[2])
    assert len(offers(analyst)) == 1


# cost


def test_a_hundred_files_cost_as_many_queries_as_three(event, analyst, files, odalis):
    def read():
        reader = User.objects.get(pk=analyst.pk)
        found = queries.one_event(reader, event.pk)
        list(queries.listed(reader))
        return found, offers(reader)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            read()
        return len(captured)

    for incident in files[:2]:
        see(analyst, incident, EVIL)
    write_to_members(by=analyst, event=event, text="Un", key=uuid4(), now=NOW)
    behind(odalis, IncidentFactory(), IncidentFactory())
    few = cost()
    officer = person("rssi", files[0].establishment)
    many = [IncidentFactory(establishment=files[0].establishment, by=officer) for _n in range(100)]
    events.group(by=analyst, incidents=many[:97], into=event, reason="x", now=NOW)
    for incident in many[:20]:
        see(analyst, incident, EVIL)
    behind(odalis, *many[97:])
    write_to_members(by=analyst, event=event, text="Deux", key=uuid4(), now=NOW)
    found, offered = read()
    assert (found.impact.files, len(found.members), len(offered)) == (100, 100, 1)
    assert cost() == few <= 22
