import html
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.incidents.models import Event, Incident, Message, SetAsideGroup
from vigie.incidents.operations import events
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.tests.factories import NOW, EstablishmentFactory, IncidentFactory
from vigie.inventory.models import Supplier

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def files():
    return [
        IncidentFactory(establishment=EstablishmentFactory(region=region, department=department))
        for region, department in (("84", "69"), ("84", "38"), ("11", "75"))
    ]


@pytest.fixture
def event(analyst, files):
    return events.group(
        by=analyst, incidents=files, into=NewEvent("Panne <b>"), reason="Même hôte", now=NOW
    )


def address(name, *args):
    return reverse(f"incidents:{name}", args=args)


def text_of(answer):
    return answer.content.decode()


def again(row):
    return type(row).objects.get(pk=row.pk)


def test_the_page_of_an_event(client, event, analyst, files):
    client.force_login(analyst)
    page = text_of(client.get(address("event", event.pk)))
    assert "Panne &lt;b&gt;" in page
    assert all(one.short_reference in page for one in files)
    assert "Écrire dans les 3 dossiers" in html.unescape(page).replace("\xa0", " ")


def test_a_hospital_sees_its_own_file_and_no_other(client, event, files):
    mine, *others = files
    client.force_login(person("rssi", mine.establishment))
    for url in (address("event", event.pk), address("events"), address("file", mine.pk)):
        page = text_of(client.get(url))
        for other in others:
            assert other.short_reference not in page
            assert other.establishment.name not in page
    page = text_of(client.get(address("event", event.pk)))
    assert mine.short_reference in page
    assert "Messages communs" not in page
    assert "Même hôte" not in text_of(client.get(address("events")))
    assert client.get(address("close_event", event.pk)).status_code == 403
    client.force_login(person("rssi", EstablishmentFactory()))
    assert client.get(address("event", event.pk)).status_code == 404


def test_one_word_to_all_from_the_page(client, event, analyst, files):
    client.force_login(analyst)
    given = {"text": "Correctif prêt.", "idempotency_key": uuid4()}
    for _twice in range(2):
        answer = client.post(address("write_event", event.pk), given)
        assert answer.url.endswith("#circulars")
    assert Message.objects.count() == 3
    assert "Correctif prêt." in text_of(client.get(address("event", event.pk)))
    assert "message commun" in text_of(client.get(address("file", files[0].pk)))
    client.force_login(person("rssi", files[0].establishment))
    page = text_of(client.get(address("file", files[0].pk)))
    assert "Correctif prêt." in page
    assert "message commun" not in page  # nothing tells that there are others


def test_an_empty_word_is_shown_again(client, event, analyst):
    client.force_login(analyst)
    answer = client.post(
        address("write_event", event.pk), {"text": " ", "idempotency_key": uuid4()}
    )
    assert answer.status_code == 422


def test_the_acts_on_an_event(client, event, analyst):
    Supplier.objects.create(name="Odalis", created_at=NOW)
    client.force_login(analyst)

    def post(name, **given):
        return client.post(address(f"{name}_event", event.pk), given).status_code

    assert post("rename", title="Panne d’Odalis", supplier="Inconnu") == 422
    assert post("rename", title="Panne d’Odalis", supplier="odalis") == 302
    assert (again(event).title, again(event).supplier.name) == ("Panne d’Odalis", "Odalis")
    assert post("close", reason="") == 422
    assert post("close", reason="Service rétabli") == 302
    assert post("close", reason="Encore") == 422
    assert again(event).closed_reason == "Service rétabli"
    stray = IncidentFactory()
    assert post("add", references=stray.reference, reason="Même cause") == 422
    assert post("reopen", reason="Rechute") == 302
    assert post("add", references="n’importe quoi", reason="x") == 422
    assert post("add", references=f"{stray.short_reference} 26-9999", reason="x") == 422
    assert post("add", references=stray.short_reference, reason="Même cause") == 302
    assert again(stray).event == event
    assert client.get(address("rename_event", event.pk)).status_code == 200


def test_likely_groups_from_the_offer_to_the_event(client, analyst, files):
    supplier = Supplier.objects.create(name="Odalis", created_at=NOW)
    Incident.objects.update(supplier=supplier)
    client.force_login(analyst)
    page = html.unescape(text_of(client.get(address("events"))))
    assert "Même prestataire : Odalis" in page.replace("\xa0", " ")
    numbers = [one.pk for one in files]
    form = text_of(client.get(address("group_files"), {"file": numbers, "reason": "Odalis"}))
    assert len(re.findall(r'name="file"[^>]*checked', form)) == 3
    assert 'value="Odalis"' in form  # the title that is proposed
    given = {"candidate": numbers, "file": numbers[:2], "title": "", "reason": "Même hôte"}
    assert client.post(address("group_files"), given).status_code == 422
    answer = client.post(address("group_files"), given | {"title": "Panne d’Odalis"})
    made = Event.objects.get()
    assert answer.url == address("event", made.pk)
    assert made.supplier == supplier
    assert [again(one).event for one in files] == [made, made, None]
    given = {"candidate": numbers[2:], "file": numbers[2:], "event": made.pk, "reason": "Aussi"}
    assert client.post(address("group_files"), given).status_code == 302
    assert again(files[2]).event == made


def test_an_offer_is_set_aside(client, analyst, files):
    Incident.objects.update(supplier=Supplier.objects.create(name="Odalis", created_at=NOW))
    client.force_login(analyst)
    page = text_of(client.get(address("events")))
    basis = re.search(r'name="basis" value="([^"]*)"', page)[1]
    given = {"file": [one.pk for one in files], "basis": html.unescape(basis)}
    assert client.post(address("set_aside_group"), given).status_code == 302
    assert "Groupes probables" not in text_of(client.get(address("events")))
    for wrong in ({"basis": "rien"}, {"file": []}, {"file": ["x"]}):
        assert client.post(address("set_aside_group"), given | wrong).status_code == 404
    assert SetAsideGroup.objects.count() == 1


def test_files_that_one_does_not_follow_are_not_grouped(client, event, files):
    client.force_login(person("cert_analyst", region="93"))
    assert client.get(address("group_files"), {"file": [files[0].pk]}).status_code == 404
    assert client.get(address("group_files"), {"file": ["x", ""]}).status_code == 404


def test_the_list_is_asked_by_its_address(client, event, analyst):
    client.force_login(analyst)
    for query, there in (
        ({}, True),
        ({"q": "panne"}, True),
        ({"q": event.reference}, True),
        ({"q": "autre"}, False),
        ({"state": "closed"}, False),
        ({"state": "all"}, True),
        ({"state": "<nonsense>"}, True),
        ({"q": "EV-2026-99999999999999999999"}, False),
        ({"q": "x" * 300}, True),
    ):
        page = text_of(client.get(address("events"), query))
        assert (event.reference in page) is there, query


def test_an_event_of_a_hundred_costs_as_many_queries_as_one_of_three(client, event, analyst, files):
    client.force_login(analyst)

    def cost():
        costs = []
        for url in (address("event", event.pk), address("events")):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            costs.append(len(captured))
        return costs

    few = cost()
    officer = person("rssi", files[0].establishment)
    many = [IncidentFactory(establishment=files[0].establishment, by=officer) for _n in range(97)]
    events.group(by=analyst, incidents=many, into=event, reason="x", now=NOW)
    assert cost() == few
    assert max(few) <= 15
