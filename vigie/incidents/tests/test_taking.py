from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.establishments.models import NationSetting
from vigie.establishments.operations import rebuild_search
from vigie.incidents import queries
from vigie.incidents.feeds.mail import NotMail
from vigie.incidents.models import Attachment, Contact, Incident, TakenFile, TakenMail
from vigie.incidents.operations import amend
from vigie.incidents.operations.declare import Incomplete
from vigie.incidents.operations.taking import (
    drop_mail,
    forget_stale_mails,
    open_by_desk,
    take_mail,
)
from vigie.incidents.rules.legal import Standing
from vigie.incidents.rules.words import Authority, Channel
from vigie.incidents.tests.factories import NOW, EstablishmentFactory, facts, submission
from vigie.kernel import vault

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent / "data" / "mail"


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def analyst():
    return person("cert_analyst", nation="FR")


@pytest.fixture
def desk(client, analyst):
    client.force_login(analyst)
    return client


@pytest.fixture
def place():
    return EstablishmentFactory(name="CH de Valmont", region="84", department="69")


def take(by, name="sound", *, key=None, now=NOW):
    raw = (DATA / f"{name}.eml").read_bytes()
    return take_mail(
        by=by, key=key or uuid4(), name=f"{name}.eml", pieces=[raw], now=now, expired=lambda: False
    )


def first_word(place, **more):
    told = submission(place, channel=Channel.PHONE, **more)
    object.__setattr__(told, "told_at", NOW - timedelta(minutes=5))
    return told


def test_a_call_opens_a_file_of_the_desk_that_the_structure_completes(analyst, place):
    opened = open_by_desk(by=analyst, submission=first_word(place), now=NOW)
    declaration = queries.declaration_of(opened.declared.incident)
    assert declaration.authority == Authority.CERT
    assert declaration.declared_by == analyst
    assert declaration.is_first_word
    officer = person("rssi", place)
    told = facts(endangerment="potential")
    amend(
        by=officer,
        incident=opened.declared.incident,
        facts=told,
        based_on=1,
        reason="",
        now=NOW,
    )
    declaration.refresh_from_db()
    assert not declaration.is_first_word


def test_what_the_desk_took_down_is_no_legal_declaration_even_where_vigie_is_the_portal(
    analyst, place
):
    NationSetting.objects.create(country="FR", portal="here", portal_name="Vigie")
    told = first_word(place, endangerment="proven")
    opened = open_by_desk(by=analyst, submission=told, now=NOW)
    declaration = queries.declaration_of(opened.declared.incident)
    understood = queries.understood(declaration, queries.facts_in_force(declaration))
    assert understood.standing is not Standing.DONE


def test_a_call_may_leave_answers_open_but_not_who_to_call_back(analyst, place):
    told = first_word(place, support_requested=None)
    assert open_by_desk(by=analyst, submission=told, now=NOW).declared.created
    with pytest.raises(Incomplete) as refused:
        open_by_desk(by=analyst, submission=first_word(place, phone=""), now=NOW)
    assert refused.value.fields == ["phone"]


def test_the_same_call_sent_twice_opens_one_file(analyst, place):
    told = first_word(place)
    first = open_by_desk(by=analyst, submission=told, now=NOW)
    again = open_by_desk(by=analyst, submission=told, now=NOW)
    assert not again.declared.created
    assert again.declared.incident == first.declared.incident


@pytest.mark.parametrize("role", ["rssi", "declarant"])
def test_only_the_desk_opens_files_for_others(place, role):
    with pytest.raises(PermissionDenied):
        open_by_desk(by=person(role, place), submission=first_word(place), now=NOW)


def test_a_mail_and_what_it_carries_are_kept_whole_and_encrypted(analyst):
    mail = take(analyst)
    original, carried = mail.files.order_by("id")
    assert b"".join(vault.read(original.stored_as)) == (DATA / "sound.eml").read_bytes()
    assert carried.name == "note.exe.bin"
    assert carried.media_type == "binary"
    assert b"MZ" not in vault.place(carried.stored_as).read_bytes()[:200]


def test_numbers_of_patients_are_masked_in_what_is_shown(analyst):
    assert "451" not in take(analyst, "nir").text


def test_the_same_mail_sent_twice_is_kept_once(analyst):
    key = uuid4()
    assert take(analyst, key=key) == take(analyst, key=key)
    assert TakenFile.objects.count() == 2
    with pytest.raises(PermissionDenied):
        take(person("cert_analyst", nation="FR"), key=key)


def test_what_is_no_mail_leaves_nothing_behind(analyst):
    with pytest.raises(NotMail):
        take_mail(
            by=analyst,
            key=uuid4(),
            name="x.msg",
            pieces=[b"\xd0\xcf\x11\xe0" + b"x" * 100],
            now=NOW,
            expired=lambda: False,
        )
    assert not TakenMail.objects.exists()
    assert not list(vault.tokens())


def test_a_mail_that_opened_a_file_belongs_to_it_and_to_the_desk_alone(analyst, place):
    mail = take(analyst)
    opened = open_by_desk(by=analyst, submission=first_word(place), now=NOW, mail=mail)
    assert opened.files == 2
    kept = Attachment.objects.filter(incident=opened.declared.incident)
    assert [file.for_desk for file in kept] == [True, True]
    assert not TakenFile.objects.exists()
    mail.refresh_from_db()
    assert (mail.incident, mail.text, mail.sender_address) == (opened.declared.incident, "", "")


@pytest.mark.django_db(transaction=True)
def test_a_mail_dropped_or_left_too_long_is_forgotten_with_its_files(analyst):
    drop_mail(by=analyst, mail=take(analyst), now=NOW)
    take(analyst)
    assert forget_stale_mails(NOW + timedelta(days=6)) == 0
    assert forget_stale_mails(NOW + timedelta(days=8)) == 1
    assert not TakenMail.objects.exists()
    assert not list(vault.tokens())


def test_nobody_drops_the_mail_of_another(analyst):
    with pytest.raises(PermissionDenied):
        drop_mail(by=person("cert_analyst", nation="FR"), mail=take(analyst), now=NOW)


def answers(place, **more):
    return {
        "key": str(uuid4()),
        "structure": f"ej:{place.pk}",
        "told_at": "2026-03-14T02:05",
        "title": "PACS arrêté",
        "description": "Les images ne s’ouvrent plus.",
        "endangerment": "potential",
        "structure_impact": "degraded",
        "support_requested": "",
        "name": "A. Garde",
        "job": "Cadre de nuit",
        "phone": "01 99 00 12 34",
        "email": "",
        **more,
    }


def test_the_form_of_a_call_opens_the_file(desk, analyst, place):
    answer = desk.post(reverse("incidents:call"), answers(place))
    incident = Incident.objects.get()
    assert answer["Location"] == reverse("incidents:file", args=[incident.pk])
    assert (incident.establishment, incident.endangerment) == (place, "potential")
    contact = Contact.objects.get()
    assert (contact.name, contact.job) == ("A. Garde", "Cadre de nuit")
    page = desk.get(answer["Location"]).text
    assert "Pris au téléphone par" in page
    assert "ne remplace pas la déclaration de la structure" in page


def test_the_structure_reads_that_it_must_complete(client, analyst, place):
    opened = open_by_desk(by=analyst, submission=first_word(place), now=NOW)
    client.force_login(person("rssi", place))
    page = client.get(reverse("incidents:file", args=[opened.declared.incident.pk])).text
    assert "À compléter par la structure." in page


def test_the_structure_is_searched_without_scripts(desk, place):
    rebuild_search()
    told = answers(place, structure="", structure_q="Valmont", go="find")
    page = desk.post(reverse("incidents:call"), told)
    assert page.status_code == 200
    assert f'value="ej:{place.pk}"' in page.text
    assert "Les images ne s’ouvrent plus." in page.text


@pytest.mark.parametrize(
    ("missing", "field"),
    [("structure", "structure"), ("title", "title"), ("phone", "phone"), ("told_at", "told_at")],
)
def test_what_is_missing_is_told_at_its_field(desk, place, missing, field):
    answer = desk.post(reverse("incidents:call"), answers(place, **{missing: ""}))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


def test_a_structure_of_another_nation_cannot_be_chosen(desk):
    abroad = EstablishmentFactory(country="BE", region="", department="")
    assert desk.post(reverse("incidents:call"), answers(abroad)).status_code == 422


def upload(name):
    raw = (DATA / f"{name}.eml").read_bytes()
    return {"mail": SimpleUploadedFile(f"{name}.eml", raw), "key": str(uuid4())}


def test_a_mail_fills_the_form_and_opens_the_file(desk, place):
    answer = desk.post(reverse("incidents:call_mail"), upload("sound"))
    page = desk.get(answer["Location"])
    assert "Serveur chiffré à Valmont" in page.text
    assert "dsi@ch-valmont.example" in page.text
    assert "note.exe" in page.text
    key = str(TakenMail.objects.get().key)
    told = answers(place, key=key, phone="", email="dsi@ch-valmont.example")
    sent = desk.post(answer["Location"], told)
    assert sent.status_code == 302
    page = desk.get(sent["Location"]).text
    assert "Reçu par courriel par" in page
    assert "sound.eml" in page
    assert desk.get(answer["Location"])["Location"] == sent["Location"]


@pytest.mark.parametrize("name", [path.stem for path in sorted(DATA.glob("*.eml"))])
def test_no_broken_mail_stops_the_desk(desk, name):
    answer = desk.post(reverse("incidents:call_mail"), upload(name))
    assert answer.status_code == 302
    assert desk.get(answer["Location"]).status_code == 200


def test_a_file_that_is_no_mail_is_told_at_its_field(desk):
    told = {"mail": SimpleUploadedFile("x.pdf", b"%PDF-1.7 x"), "key": str(uuid4())}
    answer = desk.post(reverse("incidents:call_mail"), told)
    assert answer.status_code == 422
    assert "Ce n’est pas un courriel au format .eml." in answer.text


def test_the_mail_of_a_colleague_is_not_there(desk):
    mail = take(person("cert_analyst", nation="FR"))
    for name in ("taken", "drop_mail"):
        url = reverse(f"incidents:{name}", args=[mail.key])
        assert desk.post(url, {"title": "x"}).status_code == 404


def test_a_mail_is_dropped_from_its_page(desk, analyst):
    mail = take(analyst)
    desk.post(reverse("incidents:drop_mail", args=[mail.key]))
    assert not TakenMail.objects.exists()
