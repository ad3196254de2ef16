import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import Incident, PartyTold
from vigie.incidents.rules.words import Tlp
from vigie.incidents.tests.factories import NOW, IncidentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def incident():
    return IncidentFactory(
        establishment__region="84",
        establishment__department="69",
        endangerment="proven",
        vector="Accès VPN sans second facteur",
        patients=3,
    )


@pytest.fixture
def desk(client):
    client.force_login(person("cert_analyst", nation="FR"))
    return client


def address(name, incident, *more):
    return reverse(f"incidents:{name}", args=[incident.pk, *more])


TOLD = {"outcome": "told", "means": "phone", "at": "2026-03-14T02:12", "proof": "Veille régionale"}


def test_the_file_says_whom_to_tell_why_and_since_when(desk, incident):
    page = desk.get(address("file", incident)).text
    assert "ARS Auvergne-Rhône-Alpes" in page
    assert "Direction générale de la santé" in page
    assert "un patient a été mis en danger" in page
    assert address("tell", incident, "ars_always") in page


def test_the_structure_sees_who_is_told_and_has_nothing_to_press(client, incident):
    client.force_login(person("rssi", incident.establishment))
    page = client.get(address("file", incident)).text
    assert "ARS Auvergne-Rhône-Alpes" in page
    assert address("tell", incident, "ars_always") not in page


def test_a_party_is_noted_from_the_page_of_the_file(desk, incident):
    url = address("tell", incident, "ars_always")
    assert 'enctype="multipart/form-data"' in desk.get(url).text
    answer = desk.post(url, TOLD)
    assert answer.status_code == 302
    told = PartyTold.objects.get()
    assert (told.party, told.means, told.proof) == ("ars", "phone", "Veille régionale")
    assert told.due_since == NOW
    assert "Veille régionale" in desk.get(address("file", incident)).text


def test_a_note_without_proof_is_told_at_its_field(desk, incident):
    answer = desk.post(address("tell", incident, "ars_always"), TOLD | {"proof": ""})
    assert answer.status_code == 422
    assert "Écrivez la preuve ou joignez une pièce." in answer.text


def test_a_file_is_proof_and_only_the_desk_downloads_it(desk, incident, client):
    proof = SimpleUploadedFile("accuse.txt", b"recu 12")
    desk.post(address("tell", incident, "ars_always"), TOLD | {"proof": "", "attachment": proof})
    kept = PartyTold.objects.get().attachment
    url = address("attachment", incident, kept.pk)
    assert b"".join(desk.get(url)) == b"recu 12"
    client.force_login(person("rssi", incident.establishment))
    assert client.get(url).status_code == 404


def test_a_task_that_the_file_does_not_have_is_not_there(desk, incident):
    assert desk.get(address("tell", incident, "anssi_ose")).status_code == 404
    assert desk.post(address("tell", incident, "invented"), TOLD).status_code == 404


def test_a_party_already_noted_leads_back_to_the_file(desk, incident):
    url = address("tell", incident, "ars_always")
    desk.post(url, TOLD)
    assert desk.post(url, TOLD).status_code == 302
    assert PartyTold.objects.count() == 1


def test_another_party_is_noted_with_its_reason(desk, incident):
    url = address("tell_other", incident)
    asked = {**TOLD, "party": "other"}
    assert desk.post(url, asked).status_code == 422
    answer = desk.post(url, {**asked, "party_name": "Préfecture", "reason": "Ordre public"})
    assert answer.status_code == 302
    assert PartyTold.objects.get().party_name == "Préfecture"


def test_a_note_is_taken_back_with_a_reason(desk, incident):
    desk.post(address("tell", incident, "ars_always"), TOLD)
    url = address("retract_told", incident, PartyTold.objects.get().pk)
    assert desk.post(url, {"reason": ""}).status_code == 422
    assert desk.post(url, {"reason": "Mauvais dossier"}).status_code == 302
    assert desk.post(url, {"reason": "Encore"}).status_code == 404
    assert PartyTold.objects.get().retraction == "Mauvais dossier"


def words_of(answer, tmp_path):
    path = tmp_path / "document.pdf"
    path.write_bytes(answer.content)
    reader = PdfReader(path)
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.split()).replace("\N{NO-BREAK SPACE}", " "), reader


def document(desk, incident, rule, language="fr"):
    return desk.get(address("party_document", incident, rule, language))


def test_a_document_tells_a_party_what_it_may_know_and_what_is_asked(desk, incident, tmp_path):
    answer = document(desk, incident, "fssi_always")
    assert answer["Content-Type"] == "application/pdf"
    text, reader = words_of(answer, tmp_path)
    assert "TLP:AMBER+STRICT" in text
    assert incident.reference in text
    assert "Accès VPN sans second facteur" in text
    assert "Prendre connaissance." in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    entry = Entry.objects.get(verb="party.document")
    assert entry.details == {"party": "fssi", "language": "fr"}


def test_the_health_directorate_reads_of_patients_and_not_of_the_way_in(desk, incident, tmp_path):
    text, _reader = words_of(document(desk, incident, "dgs_health"), tmp_path)
    assert "VPN" not in text
    assert incident.title not in text
    assert "3" in text


def test_no_document_names_the_people_to_call(desk, incident, tmp_path):
    for rule in ("ars_always", "fssi_always", "dgs_health"):
        text, _reader = words_of(document(desk, incident, rule), tmp_path)
        assert "Camille" not in text
        assert "01 99 00 12 34" not in text


def test_a_document_comes_in_english_too(desk, incident, tmp_path):
    text, reader = words_of(document(desk, incident, "ars_always", "en"), tmp_path)
    assert "What is asked of you" in text
    assert reader.trailer["/Root"]["/Lang"].startswith("en")


def test_a_red_file_is_told_by_voice_alone(desk, incident, tmp_path):
    Incident.objects.filter(pk=incident.pk).update(tlp=Tlp.RED)
    text, _reader = words_of(document(desk, incident, "fssi_always"), tmp_path)
    assert "VPN" not in text
    assert "de vive voix" in text


def test_a_language_nobody_wrote_is_not_there(desk, incident):
    assert document(desk, incident, "ars_always", "de").status_code == 404


def test_the_page_costs_a_bounded_number_of_queries(desk, incident, django_assert_max_num_queries):
    desk.post(address("tell", incident, "ars_always"), TOLD)
    with django_assert_max_num_queries(15):
        desk.get(address("file", incident))
