import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vigie.accounts.models import User
from vigie.accounts.tests.factories import person
from vigie.incidents.models import Sighting
from vigie.incidents.operations import follow
from vigie.incidents.operations.observables import Seen, add_sightings, retire_sighting
from vigie.incidents.queries import observables as queries
from vigie.incidents.queries import search
from vigie.incidents.queries.file import one_file
from vigie.incidents.queries.search import Filters
from vigie.incidents.rules.observables import Sort, named
from vigie.incidents.rules.words import SightingSource, Status
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    UserFactory,
    later,
)

pytestmark = pytest.mark.django_db
EVIL = named(Sort.DOMAIN, "evil.site")
GATE = named(Sort.IPV4, "10.0.0.254")


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def files():
    """Return three files of three hospitals in two regions."""
    regions = [("84", "69"), ("84", "38"), ("11", "75")]
    return [
        IncidentFactory(establishment=EstablishmentFactory(region=region, department=department))
        for region, department in regions
    ]


def see(by, incident, *wanted, own=False):
    return add_sightings(
        by=by,
        incident=incident,
        seen=[Seen(one, is_own=own) for one in wanted],
        source=SightingSource.PASTED,
        now=NOW,
    )


def elsewhere(reader, incident):
    rows = queries.of_file(User.objects.get(pk=reader.pk), incident)
    return {row.observable.value: row.elsewhere for row in rows}


def test_elsewhere_counts_only_what_the_reader_may_see(analyst, files):
    for incident in files:
        see(analyst, incident, EVIL)
    first = files[0]
    assert elsewhere(analyst, first) == {"evil.site": 2}
    assert elsewhere(person("ars_officer", region="84"), first) == {"evil.site": 1}
    assert elsewhere(person("rssi", first.establishment), first) == {"evil.site": 0}


def test_a_hospital_never_learns_that_another_has_it(analyst, files):
    mine, other, _third = files
    officer = person("rssi", mine.establishment)
    see(analyst, other, EVIL)
    key = Sighting.objects.get(incident=other).observable.key
    assert queries.one_observable(officer, key) is None
    assert list(queries.listed(officer)) == []
    see(officer, mine, EVIL)
    found = queries.one_observable(officer, key)
    assert (found.files, [row.incident for row in found.sightings]) == (1, [mine])
    assert [row["files"] for row in queries.listed(officer)] == [1]
    # A new one has no number from which the age of another could be told.
    see(officer, mine, named(Sort.DOMAIN, "autre.site"))
    keys = {str(row["key"]) for row in queries.listed(officer)}
    assert all(len(one) == 36 for one in keys)


def test_files_set_aside_and_what_is_their_own_do_not_count(analyst, files):
    first, second, third = files
    see(analyst, first, EVIL)
    see(analyst, second, EVIL, own=True)
    see(analyst, third, EVIL)
    follow.move(
        by=analyst, incident=third, to=Status.REJECTED, version=1, now=NOW, reason="Un essai"
    )
    assert elsewhere(analyst, first) == {"evil.site": 0}


def test_what_was_taken_back_counts_no_more(analyst, files):
    first, second, _third = files
    see(analyst, first, EVIL)
    (gone,) = see(analyst, second, EVIL)
    assert elsewhere(analyst, first) == {"evil.site": 1}
    retire_sighting(by=analyst, sighting=gone, reason="Fausse piste", now=NOW)
    assert elsewhere(analyst, first) == {"evil.site": 0}
    assert queries.one_observable(person("rssi", second.establishment), gone.observable.key) is None
    assert list(queries.retired_of(second)) == [gone]


def test_noise_says_nothing_more(analyst, files):
    for incident in files:
        see(analyst, incident, GATE, EVIL, named(Sort.ACCOUNT, "admin"))
    said = {
        row.observable.value: queries.says_more(row) for row in queries.of_file(analyst, files[0])
    }
    assert said == {"10.0.0.254": False, "evil.site": True, "admin": False}
    assert [row.observable.value for row in queries.beside_file(analyst, files[0])] == ["evil.site"]


def test_the_list_is_of_what_the_reader_sees(analyst, files):
    see(analyst, files[0], EVIL, GATE)
    see(analyst, files[2], EVIL)
    told = {row["value"]: row["files"] for row in queries.listed(analyst)}
    assert told == {"evil.site": 2, "10.0.0.254": 1}
    assert [row["value"] for row in queries.listed(analyst, sort=Sort.IPV4)] == ["10.0.0.254"]
    for question in ("evil[.]site", "EVIL", "vil.si"):
        assert [row["value"] for row in queries.listed(analyst, text=question)] == ["evil.site"]
    assert list(queries.listed(analyst, text="rien")) == []
    region = person("ars_officer", region="11")
    assert {row["value"]: row["files"] for row in queries.listed(region)} == {"evil.site": 1}
    for nobody in (UserFactory(), person("administrator", nation="FR")):
        assert list(queries.listed(nobody)) == []


# the search of files


def asked(reader, text):
    rows = search.matching(
        search.listed(reader), Filters(text=text), reader=reader, now=later(hours=1)
    )
    return set(search.found(rows, "newest", None, 200))


def test_files_are_found_by_what_was_seen_in_them(analyst, files):
    first, second, third = files
    see(analyst, first, EVIL, named(Sort.STRAIN, "LockBit"))
    see(analyst, second, named(Sort.URL, "https://evil.site/x"))
    told = IncidentFactory(description="Le domaine evil.site revient.")
    (gone,) = see(analyst, third, EVIL)
    retire_sighting(by=analyst, sighting=gone, reason="Fausse piste", now=NOW)
    assert asked(analyst, "evil[.]site") == {first, told}
    assert asked(analyst, "hxxps://evil[.]site/x") == {second}
    assert asked(analyst, "lockbit 3.0") == {first}
    assert asked(person("rssi", second.establishment), "evil[.]site") == set()
    assert asked(person("rssi", first.establishment), "evil.site") == {first}


# what a file itself says


def test_the_structures_own_hosts_come_from_whom_to_call(files):
    incident = files[0]
    contact = incident.declaration.contacts.get(part="declarant")
    contact.email = "rssi@ch-valmont.example"
    contact.save()
    assert queries.own_hosts(incident) == {"ch-valmont.example"}
    contact.email = "rssi.valmont@gmail.com"
    contact.save()
    assert queries.own_hosts(incident) == frozenset()


def test_the_texts_of_a_file(analyst):
    incident = IncidentFactory(vector="lien evil.site", claim="LockBit")
    texts = " ".join(queries.texts_of(incident))
    assert "evil.site" in texts
    assert "LockBit" in texts


# cost


def cost(read):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        read()
    return len(captured)


def test_many_observables_cost_as_many_queries_as_few(analyst, files):
    first, second, _third = files

    def read():
        reader = User.objects.get(pk=analyst.pk)
        one_file(reader, first.pk)
        list(queries.of_file(reader, first))
        list(queries.listed(reader)[:200])
        queries.one_observable(reader, key)

    see(analyst, first, EVIL)
    key = Sighting.objects.get().observable.key
    few = cost(read)
    many = [named(Sort.IPV4, f"203.0.113.{n}") for n in range(200)]
    see(analyst, first, *many)
    see(analyst, second, *many, EVIL)
    assert cost(read) == few
