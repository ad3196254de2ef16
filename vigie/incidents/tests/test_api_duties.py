import pytest

from vigie.accounts.tests.factories import person
from vigie.audit.models import Event as Entry
from vigie.incidents.models import DutyAct
from vigie.incidents.operations import duties as acts
from vigie.incidents.tests.factories import IncidentFactory
from vigie.incidents.tests.test_api_together import Program
from vigie.incidents.tests.test_operations_duties import hospital
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
BREACH = {"noticed": "2026", "data_impacts": ["disclosed"], "data_types": ["health"]}


@pytest.fixture
def incident():
    return IncidentFactory(establishment=hospital(), now=clock.now(), **BREACH)


@pytest.fixture
def officer(incident):
    return Program(person("rssi", incident.establishment))


def path(incident, more=""):
    return f"/incidents/{incident.pk}/duties{more}"


def by_code(answer):
    return {duty["regime"]: duty for duty in answer.json()["duties"]}


def now():
    return clock.now().isoformat()


def test_duties_say_why_and_how_sure_they_are(incident, officer):
    found = by_code(officer.get(path(incident)))
    breach = found["RGPD33"]
    assert breach["standing"] == "applies"
    assert [fact["answer"] for fact in breach["because"]] == ["yes", "no"]
    assert (breach["certain"], found["EIGS"]["certain"]) == (True, False)
    first = breach["clocks"][0]
    assert (first["stage"], first["state"], first["assumed"]) == ("INIT", "running", True)
    assert first["recipients"] == ["CNIL, par son téléservice"]
    assert found["NIS2"]["begins"] is None
    assert found["OSE"]["standing"] == "not"
    assert Entry.objects.filter(verb="incident.opened", details__part="duties").exists()


def test_what_happens_to_a_duty_is_recorded_and_taken_back(incident, officer):
    sent = {"kind": "sent", "regime": "RGPD33", "stage": "INIT", "at": now()}
    made = officer.post(path(incident, "/records"), **sent, channel="portal", receipt="CNIL-9")
    assert made.status_code == 201
    clock_of = by_code(made)["RGPD33"]["clocks"][0]
    assert (clock_of["state"], clock_of["receipt"]) == ("done", "CNIL-9")
    number = made.json()["records"][0]["id"]
    back = officer.post(path(incident, f"/records/{number}/retraction"), reason="Erreur")
    assert by_code(back)["RGPD33"]["clocks"][0]["state"] == "running"
    assert [row["retracts"] for row in back.json()["records"]] == [None, number]
    again = officer.post(path(incident, f"/records/{number}/retraction"), reason="Erreur")
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "not_applicable", "regime": "RGPD33"}, "reason"),
        ({"kind": "sent", "regime": "RGPD33", "stage": "INIT"}, "channel"),
        ({"kind": "sent", "regime": "X", "stage": "Y", "channel": "mail"}, "regime"),
        ({"kind": "answer", "fact": "risk_unlikely", "answer": "yes"}, "reason"),
        ({"kind": "retracted", "reason": "x"}, "kind"),
        ({"kind": "aware", "regime": "RGPD33", "when": "now"}, "when"),
    ],
)
def test_what_does_not_hold_together_is_told_by_its_field(incident, officer, body, field):
    answer = officer.post(path(incident, "/records"), at=now(), **body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not DutyAct.objects.exists()


def test_a_program_of_another_house_finds_nothing(incident):
    stranger = Program(person("rssi", hospital()))
    assert stranger.get(path(incident)).status_code == 404
    acts.refresh_duties(clock.now())
    assert stranger.get("/due").json() == []


def test_the_desk_reads_and_does_not_record(incident):
    desk = Program(person("cert_analyst", nation="FR"))
    assert desk.get(path(incident)).status_code == 200
    asked = {"kind": "aware", "regime": "RGPD33", "at": now()}
    assert desk.post(path(incident, "/records"), **asked).status_code == 403


def test_what_is_due_is_listed_by_state(incident, officer):
    acts.refresh_duties(clock.now())
    every = officer.get("/due").json()
    assert every[0]["state"] == "without_delay"
    assert {row["reference"] for row in every} == {incident.reference}
    running = officer.get("/due", state="running").json()
    assert {row["stage"] for row in running} == {"INIT", "REGISTER"}
    assert officer.get("/due", state="lost").status_code == 422
    assert officer.get("/due", stage="INIT").status_code == 422
