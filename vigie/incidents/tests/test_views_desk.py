import csv
import io
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Handover, Incident, SavedView
from vigie.incidents.operations import events, steps
from vigie.incidents.operations.events import NewEvent
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
    later,
)

pytestmark = pytest.mark.django_db
QUEUE, LIST, EXPORT = (reverse(f"incidents:{name}") for name in ("queue", "list", "export"))
MOST_QUERIES = 15
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


def plain(text):
    return " ".join(re.sub(r"<[^>]*>", " ", text).split()).replace("\N{NO-BREAK SPACE}", " ")


def table(answer):
    """Return the rows of a CSV answer as dictionaries."""
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


# who may enter


@pytest.mark.parametrize(
    ("role", "territory"),
    [("rssi", {}), ("ars_officer", {"region": "84"}), ("auditor", {"nation": "FR"})],
)
def test_the_queue_and_its_hand_overs_are_the_desks(client, role, territory):
    at = territory or {"establishment": EstablishmentFactory()}
    client.force_login(person(role, **at))
    for name in ("queue", "handovers"):
        assert client.get(reverse(f"incidents:{name}")).status_code == 403
    assert client.get(LIST).status_code == 200


def test_who_reads_no_incident_has_no_list(client):
    client.force_login(person("administrator", nation="FR"))
    for address in (QUEUE, LIST, EXPORT):
        assert client.get(address).status_code == 403


def test_nobody_enters_without_signing_in(client):
    for address in (QUEUE, LIST, EXPORT):
        assert client.get(address).status_code == 302


# the queue


def test_the_queue_shows_what_waits_for_whom_since_when(client, analyst):
    grave = IncidentFactory(
        establishment=EstablishmentFactory(name="CH de Valmont", department="40"),
        title="Biologie à l’arrêt",
        endangerment="proven",
    )
    client.force_login(analyst)
    text = plain(client.get(QUEUE).text)
    for words in (
        "Danger avéré · 1 dossier",
        grave.short_reference,
        "CH de Valmont (40)",
        "Biologie à l’arrêt",
        "Qualifier",
        "CERT ·",
        "non affecté",
        "1 action en retard",
        "1 attend le CERT",
    ):
        assert words in text, words


def test_an_empty_queue_says_what_would_be_there(client, analyst):
    client.force_login(analyst)
    assert "Aucun dossier ouvert : une déclaration reçue" in plain(client.get(QUEUE).text)
    assert "ne répond à ces filtres" in plain(client.get(QUEUE, {"q": "rien"}).text)


def test_chips_count_and_keep_the_other_filters_in_the_address(client, analyst):
    IncidentFactory(establishment=EstablishmentFactory(region="84"), endangerment="potential")
    IncidentFactory(establishment=EstablishmentFactory(region="84"), endangerment="none")
    IncidentFactory(establishment=EstablishmentFactory(region="11"), endangerment="proven")
    client.force_login(analyst)
    page = client.get(QUEUE, {"region": "84"})
    chips = dict(re.findall(r'class="v-chip"\s+href="([^"]*)".*?<b>\s*(\d+)', page.text, re.DOTALL))
    assert chips["?region=84"] == "2"
    assert chips["?region=84&amp;show=danger"] == "1"
    assert len(page.context["queue"].rows) == 2
    assert 'aria-current="true"' in page.text


def test_htmx_gets_the_queue_that_stands_in_the_page(client, analyst):
    incidents = [IncidentFactory() for _number in range(2)]
    events.group(by=analyst, incidents=incidents, into=NewEvent("e"), reason="r", now=NOW)
    client.force_login(analyst)
    page = TOKEN.sub("", client.get(QUEUE).text)
    fragment = TOKEN.sub("", client.get(QUEUE, headers={"HX-Request": "true"}).text)
    assert "<html" not in fragment
    assert fragment.strip() in page


def test_an_event_stands_folded_and_opens_on_demand(client, analyst):
    members = [IncidentFactory(title=f"Panne {number}") for number in range(3)]
    event = events.group(
        by=analyst, incidents=members, into=NewEvent("Hébergeur coupé"), reason="r", now=NOW
    )
    client.force_login(analyst)
    folded = plain(client.get(QUEUE).text)
    assert f"{event.reference} Hébergeur coupé · 3 dossiers, 1 région" in folded
    assert "Panne 0" not in folded
    assert "3 dossiers ouverts, dont 3 dans un événement, compté une fois" in folded
    unfolded = plain(client.get(QUEUE, {"unfold": event.pk}).text)
    assert all(member.title in unfolded for member in members)


def filled(count, analyst):
    """Fill the desk with files, a third of them in an event."""
    structure = EstablishmentFactory()
    files = [
        IncidentFactory(
            establishment=structure,
            by=analyst,
            endangerment=["none", "potential", "proven"][number % 3],
            now=later(minutes=-number),
        )
        for number in range(count)
    ]
    for number, incident in enumerate(files):
        if number % 2:
            steps.assign(by=analyst, incident=incident, to=analyst, version=1, now=NOW)
    events.group(by=analyst, incidents=files[: count // 3], into=NewEvent("e"), reason="r", now=NOW)


def queries_of(client, address):
    client.get(address)  # whatever is read once a process
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in caught.captured_queries]


@pytest.mark.parametrize(
    "address",
    [
        QUEUE,
        f"{QUEUE}?show=mine&region=84",
        f"{QUEUE}?q=serveur",
        LIST,
        f"{LIST}?q=serveur&status=open&order=danger",
        f"{LIST}?danger=any&severity=1&type=CH&since=2020-01-01&size=200",
    ],
)
def test_a_page_asks_the_same_of_the_database_whatever_the_number_of_rows(client, analyst, address):
    client.force_login(analyst)
    filled(12, analyst)
    few = queries_of(client, address)
    filled(24, analyst)
    many = queries_of(client, address)
    assert len(many) == len(few)
    assert len(many) <= MOST_QUERIES, "\n".join(many)


def test_rights_are_a_condition_never_a_list_of_rows(client, analyst):
    client.force_login(analyst)
    filled(9, analyst)
    longest = max(len(sql) for sql in queries_of(client, LIST))
    filled(30, analyst)
    assert max(len(sql) for sql in queries_of(client, LIST)) == longest


# the list


def test_the_list_is_for_everyone_their_own(client, analyst):
    here = IncidentFactory()
    there = IncidentFactory()
    client.force_login(person("rssi", here.establishment))
    page = client.get(LIST)
    assert list(page.context["rows"]) == [here]
    assert there.title in page.text  # the same words, its own file
    assert there.short_reference not in page.text
    assert "1 dossier répond à ces critères" in plain(page.text)
    assert "Analyste" not in page.text


def test_pages_of_the_list_lead_on_and_back(client, analyst):
    client.force_login(analyst)
    for number in range(30):
        IncidentFactory(establishment=EstablishmentFactory(), now=later(minutes=-number))
    first = client.get(LIST, {"q": "serveur"})
    assert (len(first.context["rows"]), "Page précédente" in first.text) == (25, False)
    assert "25 sur 30" in plain(first.text)
    second = client.get(LIST + first.context["pages"].next_url)
    assert len(second.context["rows"]) == 5
    assert second.context["form"].right["q"] == "serveur"
    back = client.get(LIST + second.context["pages"].previous_url)
    assert list(back.context["rows"]) == list(first.context["rows"])
    assert len(client.get(LIST, {"size": "5000"}).context["rows"]) == 25
    assert len(client.get(LIST, {"size": "50"}).context["rows"]) == 30


def test_htmx_gets_the_list_that_stands_in_the_page(client, analyst):
    IncidentFactory()
    client.force_login(analyst)
    page = TOKEN.sub("", client.get(LIST).text)
    fragment = TOKEN.sub("", client.get(LIST, headers={"HX-Request": "true"}).text)
    assert "<html" not in fragment
    assert fragment.strip() in page


@pytest.mark.parametrize(
    "query",
    [
        "after=%00",
        "after=" + "A" * 400,
        "since=31/02/2026",
        "supplier=99999999999999999999",
        "q=%00",
    ],
)
def test_nonsense_in_the_address_shows_the_list(client, analyst, query):
    IncidentFactory()
    client.force_login(analyst)
    assert client.get(f"{LIST}?{query}").status_code == 200
    assert client.get(f"{QUEUE}?{query}").status_code == 200


# CSV


def test_the_table_holds_what_the_list_shows_and_no_name_of_a_person(client, analyst):
    incident = IncidentFactory(
        establishment=EstablishmentFactory(name="CH de Valmont", finess="010780054"),
        title='=HYPERLINK("http://exemple.fr")',
        endangerment="proven",
    )
    steps.assign(by=analyst, incident=incident, to=analyst, version=1, now=NOW)
    IncidentFactory(endangerment="none")
    client.force_login(analyst)
    answer = client.get(EXPORT, {"danger": "proven"})
    assert answer["Content-Disposition"].startswith("attachment;")
    (row,) = table(answer)
    assert row["Référence"] == incident.reference
    assert row["Déclaré le"] == "2026-03-14T02:10+01:00"
    assert (row["Structure"], row["FINESS EJ"]) == ("CH de Valmont", "010780054")
    assert row["Titre"] == "'" + incident.title  # no cell computes
    assert row["Mise en danger"] == "Avérée"
    assert analyst.last_name not in "".join(row.values())


def test_the_table_respects_rights_and_is_journalled_without_the_words_typed(client):
    here, _there = IncidentFactory(), IncidentFactory()
    officer = person("rssi", here.establishment)
    client.force_login(officer)
    rows = table(client.get(EXPORT, {"q": "serveur", "status": "open"}))
    assert [row["Référence"] for row in rows] == [here.reference]
    entry = Entry.objects.get(verb="incidents.exported")
    assert (entry.actor, entry.details) == (officer.journal_name, {"query": "status=open"})


def test_who_may_not_take_files_along_has_no_table(client):
    incident = IncidentFactory()
    client.force_login(person("grades_officer", region=incident.region))
    assert client.get(EXPORT).status_code == 403
    assert EXPORT not in client.get(LIST).text


# views


def test_a_view_keeps_the_filters_and_forgets_the_place(client, analyst):
    client.force_login(analyst)
    given = {"name": "Nuit", "page": "queue", "query": "region=84&show=late&after=xyz&evil=1"}
    answer = client.post(reverse("incidents:save_view"), given)
    assert answer.url == f"{QUEUE}?region=84&show=late"
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Nuit", "region=84&show=late")
    assert f"{QUEUE}?region=84&amp;show=late" in client.get(QUEUE).text
    assert "Nuit" not in client.get(LIST).text
    other = person("cert_analyst", nation="FR")
    client.force_login(other)
    assert client.post(reverse("incidents:drop_view", args=[view.pk])).status_code == 404
    client.force_login(analyst)
    assert client.post(reverse("incidents:drop_view", args=[view.pk])).url == QUEUE
    assert not SavedView.objects.exists()


def test_a_view_needs_a_name(client, analyst):
    client.force_login(analyst)
    given = {"name": " ", "page": "list", "query": ""}
    answer = client.post(reverse("incidents:save_view"), given, follow=True)
    assert "Donnez un nom à la vue" in answer.text
    assert not SavedView.objects.exists()


# hand-overs


def test_a_hand_over_is_written_and_read_with_its_figures(client, analyst):
    IncidentFactory(endangerment="proven", title="Biologie à l’arrêt")
    client.force_login(analyst)
    address = reverse("incidents:handovers")
    assert "Relève de" in plain(client.get(address).text)
    key = uuid4()
    answer = client.post(address, {"text": "Rappeler à 6 h", "idempotency_key": key})
    note = Handover.objects.get()
    assert answer.url == reverse("incidents:handover", args=[note.pk])
    Incident.objects.update(is_open=False, status="closed", next_action="")
    text = plain(client.get(answer.url).text)
    for words in ("Rappeler à 6 h", "Dossiers ouverts 1", "Biologie à l’arrêt", analyst.full_name):
        assert words in text, words
    client.post(address, {"text": "Rappeler à 6 h", "idempotency_key": key})
    assert Handover.objects.count() == 1


def test_an_empty_hand_over_says_so_at_its_field(client, analyst):
    client.force_login(analyst)
    answer = client.post(reverse("incidents:handovers"), {"text": "", "idempotency_key": uuid4()})
    assert answer.status_code == 422
    assert "id_text_error" in answer.text


def test_a_hand_over_of_another_desk_is_not_there(client, analyst):
    client.force_login(analyst)
    client.post(reverse("incidents:handovers"), {"text": "x", "idempotency_key": uuid4()})
    client.force_login(person("cert_analyst", region="84"))
    address = reverse("incidents:handover", args=[Handover.objects.get().pk])
    assert client.get(address).status_code == 404
