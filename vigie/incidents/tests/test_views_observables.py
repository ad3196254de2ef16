import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Sighting
from vigie.incidents.operations.observables import Seen, add_sightings
from vigie.incidents.rules.observables import Sort, named
from vigie.incidents.rules.words import SightingSource
from vigie.incidents.tests.factories import NOW, EstablishmentFactory, IncidentFactory

pytestmark = pytest.mark.django_db
EVIL = named(Sort.DOMAIN, "evil.site")
PASTED = "Lien hxxps://evil[.]site/x depuis 203.0.113.9, passerelle 10.0.0.254, LockBit."


@pytest.fixture
def incident():
    return IncidentFactory(vector="domaine autre[.]site", title="Serveur <b>chiffré</b>")


@pytest.fixture
def officer(incident):
    return person("rssi", incident.establishment)


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


def address(name, incident, *more):
    return reverse(f"incidents:{name}", args=[incident.pk, *more])


def see(by, incident, *wanted):
    seen = [Seen(one) for one in wanted]
    return add_sightings(by=by, incident=incident, seen=seen, source=SightingSource.TYPED, now=NOW)


def ticked(answer):
    """Return the lines that a page proposes to keep."""
    boxes = re.findall(r'<input[^>]*name="item"[^>]*>', answer.content.decode())
    values = [html.unescape(re.search(r'value="([^"]*)"', box)[1]) for box in boxes]
    return dict(zip(values, ["checked" in box for box in boxes], strict=True))


def held(incident):
    rows = Sighting.objects.filter(incident=incident, retired_at=None)
    return {row.observable.value: row for row in rows.select_related("observable")}


def test_from_a_pasted_text_to_the_file(client, incident, officer):
    client.force_login(officer)
    found = client.post(address("find_observables", incident), {"text": PASTED})
    assert ticked(found) == {
        "ipv4|203.0.113.9": True,
        "ipv4|10.0.0.254": False,  # noise is proposed, not ticked
        "domain|evil.site": True,
        "url|https://evil.site/x": True,
        "strain|LockBit": True,
    }
    assert held(incident) == {}
    sent = {
        "item": ["ipv4|203.0.113.9", "domain|evil.site"],
        "own": ["ipv4|203.0.113.9"],
        "tlp": "GREEN",
        "note": "En-tête du message",
        "source": "pasted",
    }
    answer = client.post(address("add_observables", incident), sent)
    assert answer.url == address("observables_of", incident)
    rows = held(incident)
    assert {value: (row.tlp, row.is_own, row.source) for value, row in rows.items()} == {
        "203.0.113.9": ("GREEN", True, "pasted"),
        "evil.site": ("GREEN", False, "pasted"),
    }


def test_the_files_own_texts_are_read_on_request(client, incident, analyst):
    client.force_login(analyst)
    found = client.post(address("find_observables", incident), {"whole_file": "on"})
    assert list(ticked(found)) == ["domain|autre.site"]
    assert 'name="source" value="file"' in found.content.decode()


def test_a_text_without_anything_says_so(client, incident, officer):
    client.force_login(officer)
    for text in ("Rien ici.", ""):
        answer = client.post(address("find_observables", incident), {"text": text})
        assert answer.status_code == 422
    assert (
        "Rien de reconnu"
        in client.post(address("find_observables", incident), {"text": "Rien."}).content.decode()
    )


def test_lines_that_were_tampered_with_are_refused(client, incident, officer):
    client.force_login(officer)
    for item in ("domain|pas un domaine", "mot|x", "ipv4|<script>", "url|javascript://x.fr/a"):
        answer = client.post(
            address("add_observables", incident), {"item": [item], "tlp": "RED", "source": "pasted"}
        )
        assert answer.status_code == 422
    answer = client.post(address("add_observables", incident), {"tlp": "RED", "source": "pasted"})
    assert answer.status_code == 422
    assert held(incident) == {}


def test_one_value_typed_by_hand(client, incident, officer):
    client.force_login(officer)
    for sort, value in (("", "evil[.]site"), ("account", "CH\\dupont"), ("group", "LockBit 3.0")):
        given = {"sort": sort, "value": value, "tlp": "AMBER"}
        assert client.post(address("type_observable", incident), given).status_code == 302
    assert set(held(incident)) == {"evil.site", "ch\\dupont", "LockBit"}
    for sort, value in (("", "un mot"), ("md5", "evil.site")):
        given = {"sort": sort, "value": value, "tlp": "AMBER"}
        assert client.post(address("type_observable", incident), given).status_code == 422


def test_pages_never_show_a_value_as_it_is(client, incident, analyst):
    see(analyst, incident, EVIL, named(Sort.URL, "https://evil.site/x"))
    client.force_login(analyst)
    key = held(incident)["evil.site"].observable.key
    for url in (
        address("observables_of", incident),
        address("file", incident),
        reverse("incidents:observables"),
        reverse("incidents:observable", args=[key]),
    ):
        text = client.get(url).content.decode()
        assert "evil[.]site" in text, url
        assert "evil.site" not in text, url


def test_where_else_it_was_seen(client, incident, officer, analyst):
    other = IncidentFactory(establishment=EstablishmentFactory(region="11", department="75"))
    for one in (incident, other):
        see(analyst, one, EVIL)
    page = reverse("incidents:observable", args=[held(incident)["evil.site"].observable.key])
    client.force_login(analyst)
    assert "aussi dans 1 dossier" in client.get(address("file", incident)).content.decode()
    assert other.short_reference in client.get(page).content.decode()
    client.force_login(officer)
    assert "aussi dans" not in client.get(address("file", incident)).content.decode()
    seen = client.get(page).content.decode()
    assert other.short_reference not in seen
    assert "Vu dans 1 dossier" in seen


def test_a_stranger_finds_nothing(client, incident, analyst):
    (sighting,) = see(analyst, incident, EVIL)
    client.force_login(person("rssi", EstablishmentFactory()))
    for url in (
        address("observables_of", incident),
        address("observables_csv_of", incident),
        address("retire_observable", incident, sighting.pk),
        reverse("incidents:observable", args=[sighting.observable.key]),
    ):
        assert client.get(url).status_code == 404, url
    for name in ("find_observables", "add_observables", "type_observable"):
        assert client.post(address(name, incident), {"text": PASTED}).status_code == 404
    listed = client.get(reverse("incidents:observables")).content.decode()
    assert "evil" not in listed


def test_who_reads_only_writes_nothing(client, incident, analyst):
    see(analyst, incident, EVIL)
    client.force_login(person("auditor", incident.establishment))
    page = client.get(address("observables_of", incident))
    assert page.status_code == 200
    assert "Chercher dans le texte" not in page.content.decode()
    assert client.post(address("find_observables", incident), {"text": PASTED}).status_code == 403
    assert client.get(address("observables_csv_of", incident)).status_code == 403


def test_taking_one_back(client, incident, officer, analyst):
    (sighting,) = see(officer, incident, EVIL)
    (of_desk,) = see(analyst, incident, named(Sort.DOMAIN, "autre.site"))
    client.force_login(officer)
    assert client.get(address("retire_observable", incident, of_desk.pk)).status_code == 403
    url = address("retire_observable", incident, sighting.pk)
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Site du prestataire"}).status_code == 302
    assert client.post(url, {"reason": "Encore"}).status_code == 302
    page = client.get(address("observables_of", incident)).content.decode()
    assert "Site du prestataire" in page
    assert "Encore" not in page


def test_the_tables_to_take_along_are_defanged_and_of_what_may_leave(client, incident, analyst):
    other = IncidentFactory(establishment=EstablishmentFactory(region="11", department="75"))
    see(analyst, incident, EVIL, named(Sort.ACCOUNT, "=cmd|calc"))
    see(analyst, other, named(Sort.IPV4, "203.0.113.9"))
    client.force_login(person("director", incident.establishment))
    for url in (address("observables_csv_of", incident), reverse("incidents:observables_csv")):
        table = b"".join(client.get(url).streaming_content).decode()
        assert "evil[.]site" in table
        assert "evil.site" not in table
        assert "'=cmd|calc" in table
        assert "203" not in table
    assert Entry.objects.filter(verb="observables.exported").count() == 2


def test_five_hundred_observables_cost_as_many_queries_as_two(client, incident, analyst):
    client.force_login(analyst)
    url = address("observables_of", incident)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    see(analyst, incident, EVIL, named(Sort.IPV4, "203.0.113.9"))
    few = cost()
    for start in (0, 250):
        see(
            analyst,
            incident,
            *(
                named(Sort.IPV4, f"198.51.{n // 250}.{n % 250 + 1}")
                for n in range(start, start + 250)
            ),
        )
    assert cost() == few <= 15
    assert client.get(url).content.decode().count('data-copy="#o') == 502
