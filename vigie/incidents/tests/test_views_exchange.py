import re
from uuid import uuid4

import pytest
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Attachment, Incident, Message, Qualification, ReadMark
from vigie.incidents.operations import follow, qualify
from vigie.incidents.operations.exchange import write_message
from vigie.incidents.operations.qualify import Decision
from vigie.incidents.rules.words import Origin, Status
from vigie.incidents.tests.factories import (
    NOW,
    EstablishmentFactory,
    IncidentFactory,
)

pytestmark = pytest.mark.django_db
RANSOMWARE = Decision(origin=Origin.MALICIOUS, category="ransomware", reason="Note de rançon")
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def incident():
    return IncidentFactory(endangerment="potential", title="Serveur chiffré <b>")


@pytest.fixture
def officer(incident):
    return person("rssi", incident.establishment)


def address(name, incident, *more):
    return reverse(f"incidents:{name}", args=[incident.pk, *more])


def again(incident):
    return Incident.objects.select_related("event", "assignee").get(pk=incident.pk)


def opened(incident):
    return Entry.objects.filter(target=f"incident:{incident.pk}", verb="incident.opened").count()


def plain(text):
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def qualified(incident, by):
    return qualify(by=by, incident=incident, decision=RANSOMWARE, version=1, now=NOW)


def write(by, incident, text="Bonjour", uploads=(), now=NOW):
    return write_message(
        by=by, incident=incident, text=text, key=uuid4(), now=now, uploads=uploads
    ).message


# exchanges


def test_writing_in_the_page(client, incident, officer):
    client.force_login(officer)
    given = {"text": "Voici la note", "idempotency_key": uuid4()}
    for _twice in range(2):
        answer = client.post(address("write", incident), given)
        assert answer.url == f"{address('file', incident)}#exchanges"
    assert Message.objects.get().text == "Voici la note"
    assert again(incident).waiting == "cert"


def test_a_message_says_what_is_wrong_with_it(client, incident, officer):
    client.force_login(officer)
    key = uuid4()
    empty = client.post(address("write", incident), {"text": " ", "idempotency_key": key})
    assert empty.status_code == 422
    assert "id_text_error" in empty.text
    assert f'value="{key}"' in empty.text


def test_a_refused_file_is_said_at_its_field(client, incident, officer, tmp_path):
    (tmp_path / "outil.exe").write_bytes(b"MZ\x90\x00\x03" + b"\x00" * 50)
    client.force_login(officer)
    with (tmp_path / "outil.exe").open("rb") as file:
        given = {"text": "Voici", "attachments": [file], "idempotency_key": uuid4()}
        answer = client.post(address("write", incident), given)
    assert answer.status_code == 422
    assert "id_attachments_error" in answer.text
    assert "Voici" in answer.text
    assert not Message.objects.exists()


def test_attachments_are_downloads_for_who_may_see_the_file(client, incident, officer, tmp_path):
    (tmp_path / "note.png").write_bytes(PNG)
    client.force_login(officer)
    with (tmp_path / "note.png").open("rb") as file:
        given = {"text": "", "attachments": [file], "idempotency_key": uuid4()}
        client.post(address("write", incident), given)
    attachment = Attachment.objects.get()
    url = address("attachment", incident, attachment.pk)
    answer = client.get(url)
    assert answer.getvalue() == PNG
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.filter(verb="attachment.downloaded").count() == 1
    other = IncidentFactory(establishment=incident.establishment)
    assert client.get(address("attachment", other, attachment.pk)).status_code == 404
    client.force_login(person("rssi", EstablishmentFactory()))
    assert client.get(url).status_code == 404


def test_reading_is_marked_by_a_post_alone(client, incident, officer, analyst):
    write(analyst, incident)
    client.force_login(officer)
    assert address("read", incident) in client.get(address("file", incident)).text
    assert client.get(address("read", incident)).status_code == 405
    assert client.post(address("read", incident)).status_code == 302
    marked = client.post(address("read", incident), headers={"HX-Request": "true"})
    assert marked.status_code == 204
    assert ReadMark.objects.filter(user=officer, from_desk=False).count() == 1
    assert address("read", incident) not in client.get(address("file", incident)).text


def test_a_silent_file_takes_no_message(client, incident, officer, analyst):
    follow.move(by=analyst, incident=incident, to=Status.REJECTED, version=1, now=NOW, reason="x")
    client.force_login(officer)
    assert address("write", incident) not in client.get(address("file", incident)).text
    answer = client.post(address("write", incident), {"text": "x", "idempotency_key": uuid4()})
    assert answer.status_code == 422


def test_the_whole_journal_names_people_and_pages(client, incident, officer, analyst):
    qualified(incident, analyst)
    client.force_login(officer)
    client.get(address("file", incident))
    text = plain(client.get(address("journal", incident)).text)
    assert "a qualifié l’incident" in text
    assert "a ouvert le dossier" in text
    assert analyst.full_name in text
    assert client.get(address("journal", incident), {"after": "x"}).status_code == 404


def test_a_decision_is_never_overwritten(client, incident, analyst):
    held = qualified(incident, analyst)
    client.force_login(analyst)
    given = {
        "version": held.version,
        "origin": "non_malicious",
        "category": "human_error",
        "severity": "",
        "major_confirmed": "",
        "rsit": "",
        "reason": "",
    }
    assert client.post(address("qualify", incident), given).status_code == 302
    assert list(Qualification.objects.order_by("id").values_list("category", flat=True)) == [
        "ransomware",
        "human_error",
    ]


@pytest.mark.parametrize(
    ("role", "title"),
    [
        ("cert_analyst", "Échanges avec la structure"),
        ("auditor", "Échanges entre la structure et le CERT"),
        ("national_steering", "Échanges entre la structure et le CERT"),
    ],
)
def test_who_only_reads_is_not_taken_for_the_structure(client, incident, officer, role, title):
    write(officer, incident)
    client.force_login(person(role, nation="FR"))
    page = client.get(address("file", incident)).content.decode()
    assert title in plain(page)
    assert "v-msg us" not in page
    client.force_login(officer)
    own = client.get(address("file", incident)).content.decode()
    assert "Échanges avec le CERT" in plain(own)
    assert "v-msg us" in own
