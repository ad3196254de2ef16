import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.establishments.tests.factories import DesignationFactory
from vigie.incidents.models import DutyAct, Incident
from vigie.incidents.operations import amend
from vigie.incidents.operations import duties as acts
from vigie.incidents.rules.duties.record import Act, ActKind, Channel
from vigie.incidents.tests.factories import IncidentFactory, facts
from vigie.incidents.tests.test_operations_duties import hospital
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15
SAID = {
    "endangerment": "potential",
    "data_impacts": ["disclosed"],
    "data_types": ["health"],
    "origin": "malicious",
    "noticed": "2026",  # so that what is known counts from the declaration
}


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def incident():
    """A file declared just now, so that pages can say what is left."""
    return IncidentFactory(establishment=hospital(), now=clock.now(), **SAID)


@pytest.fixture
def officer(incident):
    return person("rssi", incident.establishment)


def address(incident, name="duties", *more):
    return reverse(f"incidents:{name}", args=[incident.pk, *more])


def words(page):
    text = re.sub(r"<[^>]*>", " ", page.text.split('id="contenu"')[1].split("</main>")[0])
    return " ".join(unescape(text).replace("\N{NO-BREAK SPACE}", " ").split())


def record(by, incident, kind, regime="", stage="", **more):
    now = clock.now()
    act = Act(ActKind(kind), now, regime, stage, **more)
    return acts.record_duty(by=by, incident=incident, act=act, now=now)


# the page


def test_the_page_says_what_is_due_why_and_what_the_text_is(client, incident, officer):
    client.force_login(officer)
    text = words(client.get(address(incident)))
    for said in (
        "Déclaration au CERT Santé",
        "sans délai",
        "objectif de Vigie, sans valeur légale",
        "CNIL, notification initiale 71 h 59",
        "un risque pour les personnes ne peut pas être écarté",
        "heure supposée, à noter",
        "non validé par un juriste",
        "Ce qui est à vérifier n’est jamais compté en retard.",
        "Aucun délai ne court. Le texte national n’est pas paru",
        "Plainte recommandé",
        "la structure n’est pas inscrite comme opérateur d’importance vitale (OIV)",
    ):
        assert said in text, said
    order = [text.index(title) for title in ("À faire maintenant", "En cours", "À vérifier")]
    assert order == sorted(order)


def test_the_page_speaks_english(client, incident, officer):
    officer.language = "en"
    officer.save()
    client.force_login(officer)
    text = words(client.get(address(incident)))
    assert "CNIL, initial notification" in text
    assert "a risk to people cannot be ruled out" in text
    assert "Aucun" not in text


def test_the_file_shows_its_clocks_in_order(client, incident, officer):
    client.force_login(officer)
    text = words(client.get(address(incident, "file")))
    block = text[text.index("Échéances légales") :]
    titles = ["Déclaration au CERT Santé", "CNIL, notification initiale", "NIS 2 à venir"]
    places = [block.index(title) for title in titles]
    assert places == sorted(places)
    record(officer, incident, "sent", "CSP", "SIGNALEMENT", channel=Channel.PORTAL, receipt="P-1")
    text = words(client.get(address(incident, "file")))
    block = text[text.index("Échéances légales") :]
    places = [block.index(title) for title in ["CNIL, notification initiale", "reçu P-1"]]
    assert places == sorted(places)


def test_looking_is_written_in_the_journal(client, incident, officer):
    client.force_login(officer)
    client.get(address(incident))
    assert Entry.objects.get(verb="incident.opened").details["part"] == "duties"


@pytest.mark.parametrize("role", ["auditor", "national_steering", "cert_analyst"])
def test_who_may_not_record_reads_without_any_act(client, incident, role):
    client.force_login(person(role, nation="FR"))
    page = client.get(address(incident))
    assert page.status_code == 200
    for name in ("duty_sent", "duty_close"):
        assert address(incident, name, "RGPD33", "INIT") not in page.text


def test_a_stranger_finds_nothing(client, incident):
    client.force_login(person("rssi", hospital()))
    assert client.get(address(incident)).status_code == 404
    assert client.get(address(incident, "duty_aware", "RGPD33")).status_code == 404


def test_pages_ask_as_little_however_much_was_recorded(client, incident, officer):
    for kind in ("ose", "oiv", "ee"):
        DesignationFactory(establishment=incident.establishment, kind=kind)
    for _again in range(4):
        record(officer, incident, "aware", "RGPD33")
    record(officer, incident, "sent", "RGPD33", "INIT", channel=Channel.PORTAL)
    told = facts(**SAID | {"title": "Autre"})
    held = Incident.objects.get(pk=incident.pk)
    amend(by=officer, incident=held, facts=told, based_on=1, reason="", now=clock.now())
    analyst = person("cert_analyst", nation="FR")
    for reader in (officer, analyst):
        client.force_login(reader)
        for url in (address(incident), address(incident, "file")):
            client.get(url)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            assert len(asked) <= MOST_QUERIES, "\n".join(q["sql"] for q in asked)


# acts


def sent(**more):
    at = clock.now().astimezone().isoformat(timespec="minutes")[:16]
    return {"at": at, "sender": "me", "channel": "portal", "receipt": "CNIL-1"} | more


def test_a_sending_is_noted_and_its_clock_stops(client, incident, officer):
    client.force_login(officer)
    url = address(incident, "duty_sent", "RGPD33", "INIT")
    assert "Noter l’envoi" in client.get(url).text
    answer = client.post(url, sent())
    assert (answer.status_code, answer.url) == (302, address(incident))
    assert "reçu CNIL-1" in words(client.get(address(incident)))


@pytest.mark.parametrize(
    ("name", "more", "posted", "said"),
    [
        ("duty_sent", ["CSP", "SIGNALEMENT"], sent(receipt=""), "Ce champ est obligatoire"),
        ("duty_sent", ["RGPD33", "INIT"], sent(at="2040-01-01T10:00"), "à venir"),
        ("duty_sent", ["RGPD33", "INIT"], sent(sender="somebody"), "Dites qui l’a envoyée"),
        ("duty_close", ["RGPD33", "INIT"], {"kind": "stopped"}, "Ce champ est obligatoire"),
        ("duty_answer", ["risk_unlikely"], {"answer": "yes"}, "Dites pourquoi"),
        ("duty_aware", ["RGPD33"], {"at": ""}, "Ce champ est obligatoire"),
    ],
)
def test_what_lacks_something_is_told_at_its_field(
    client, incident, officer, name, more, posted, said
):
    client.force_login(officer)
    answer = client.post(address(incident, name, *more), posted)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not DutyAct.objects.exists()


def test_a_stage_is_closed_with_a_reason_that_stays_in_sight(client, incident, officer):
    client.force_login(officer)
    posted = {"kind": "not_applicable", "reason": "Données chiffrées par nous"}
    client.post(address(incident, "duty_close", "RGPD33", "INIT"), posted)
    text = words(client.get(address(incident)))
    assert f"Données chiffrées par nous ({officer.short_name}" in text
    act = DutyAct.objects.get()
    assert (act.regime, act.stage) == ("RGPD33", "INIT")
    client.post(address(incident, "duty_close", "RGPD34", "PERSONS"), posted | {"whole": "on"})
    assert DutyAct.objects.get(regime="RGPD34").stage == ""


def test_a_question_is_answered_and_says_who_did(client, incident, officer):
    client.force_login(officer)
    url = address(incident, "duty_answer", "cyber_insurance")
    client.post(url, {"answer": "yes"})
    text = words(client.get(address(incident)))
    assert f"Un contrat d’assurance cyber est à activer. Dit par {officer.short_name}" in text
    assert "Plainte recommandé" not in text


def test_only_questions_that_change_something_are_asked(client, incident, officer):
    client.force_login(officer)
    page = client.get(address(incident))
    assert address(incident, "duty_answer", "vital_system_touched") not in page.text
    assert client.get(address(incident, "duty_answer", "vital_system_touched")).status_code == 404
    assert client.get(address(incident, "duty_answer", "malicious")).status_code == 404


def test_a_record_is_taken_back_once(client, incident, officer):
    client.force_login(officer)
    wrong = record(officer, incident, "sent", "RGPD33", "INIT", channel=Channel.MAIL)
    url = address(incident, "retract_duty", wrong.pk)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Mauvais dossier"}).status_code == 302
    assert client.get(url).status_code == 404
    assert "<s>" in client.get(address(incident)).text


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("duty_aware", ["NOTHING"]),
        ("duty_sent", ["RGPD33", "NOTHING"]),
        ("duty_event", ["RGPD33", "INIT"]),
        ("retract_duty", [999]),
    ],
)
def test_what_the_law_does_not_know_is_not_there(client, incident, officer, name, more):
    client.force_login(officer)
    assert client.get(address(incident, name, *more)).status_code == 404


def test_htmx_gets_the_form_alone(client, incident, officer):
    client.force_login(officer)
    headers = {"HX-Request": "true", "HX-Target": "act"}
    page = client.get(address(incident, "duty_aware", "RGPD33"), headers=headers)
    assert "<h1" not in page.text
    assert "connaissance de la violation de données" in page.text


def test_a_file_of_the_past_has_no_clock(client, incident, officer):
    Incident.objects.filter(pk=incident.pk).update(status="rejected", is_open=False)
    client.force_login(officer)
    assert "aucune échéance ne court" in words(client.get(address(incident)))
    assert client.get(address(incident, "duty_aware", "RGPD33")).status_code == 404
    assert 'id="duties"' not in client.get(address(incident, "file")).text


# what is due everywhere


def test_what_is_due_is_listed_the_most_pressing_first(client, incident, officer):
    other = IncidentFactory(now=clock.now(), **SAID | {"noticed": "2020-01-01"})
    elsewhere = IncidentFactory(
        establishment=incident.establishment, now=clock.now(), **SAID | {"noticed": "2026-01-01"}
    )
    acts.refresh_duties(clock.now())
    client.force_login(officer)
    text = words(client.get(reverse("incidents:due")))
    assert other.reference not in text
    late, hurried = text.index("en retard"), text.index("sans délai")
    assert late < hurried
    assert elsewhere.reference in text
    soon = words(client.get(reverse("incidents:due"), {"state": "late"}))
    assert incident.reference not in soon
    assert "CNIL, notification initiale" in soon
    checked = words(client.get(reverse("incidents:due"), {"state": "to_check"}))
    assert "en retard de" not in checked


def test_the_list_asks_as_little_for_many_files(client, incident, officer):
    for _again in range(6):
        IncidentFactory(establishment=incident.establishment, now=clock.now(), **SAID)
    acts.refresh_duties(clock.now())
    client.force_login(officer)
    url = reverse("incidents:due")
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    assert len(asked) <= MOST_QUERIES


def test_a_closed_file_stays_in_the_list_for_a_month(client, incident, officer):
    acts.refresh_duties(clock.now())
    now = clock.now()
    Incident.objects.filter(pk=incident.pk).update(status="closed", is_open=False, closed_at=now)
    client.force_login(officer)
    assert incident.reference in words(client.get(reverse("incidents:due")))
    long_ago = now.replace(year=now.year - 1)
    Incident.objects.filter(pk=incident.pk).update(closed_at=long_ago)
    assert incident.reference not in words(client.get(reverse("incidents:due")))
