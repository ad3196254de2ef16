"""What programs may do with declarations: the same acts as the pages, told in JSON."""

from datetime import timedelta
from uuid import uuid4

import pytest

from vigie.accounts.operations import create_token
from vigie.accounts.rules import Permission
from vigie.audit.models import Event
from vigie.incidents.models import Declaration, Incident, Revision
from vigie.incidents.tests.factories import (
    NOW,
    PHONE,
    REQUIRED,
    EstablishmentFactory,
    IncidentFactory,
    person,
)
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
URL = "/api/v1/incidents"
FINESS = "010780054"  # its check digit is right


def bearer(user, *scopes):
    """Return the header of a token with these scopes, or with all that its owner holds."""
    held = scopes or {p for p in Permission if user.may(p)}
    now = clock.now()
    made = create_token(
        by=user, name="test", scopes=held, expires_at=now + timedelta(days=1), now=now
    )
    return {"Authorization": f"Bearer {made.secret}"}


@pytest.fixture
def hospital():
    return EstablishmentFactory(finess=FINESS)


@pytest.fixture
def officer(hospital):
    return person("rssi", hospital)


@pytest.fixture
def analyst():
    return person("cert_analyst", None)


def body(**changes):
    """Return a declaration as a program sends it."""
    whole = {
        "key": str(uuid4()),
        "establishment": FINESS,
        "facts": dict(REQUIRED),
        "declarant": {"name": "A. Martin", "phone": PHONE},
    }
    return whole | changes


def post(client, path, content, headers):
    return client.post(path, content, content_type="application/json", headers=headers)


def test_a_declaration_answers_201_and_is_there(client, officer):
    answer = post(client, URL, body(), bearer(officer))
    assert answer.status_code == 201
    incident = Incident.objects.get(pk=answer.json()["id"])
    assert incident.reference == answer.json()["reference"]
    assert incident.declaration.channel == "api"
    assert incident.declaration.declared_by == officer


def test_the_same_key_is_declared_once(client, officer):
    headers, content = bearer(officer), body()
    first = post(client, URL, content, headers)
    again = post(client, URL, content, headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert Declaration.objects.count() == 1


def test_the_key_of_somebody_else_opens_nothing(client, officer, hospital):
    content = body()
    post(client, URL, content, bearer(officer))
    other = person("rssi", hospital)
    assert post(client, URL, content, bearer(other)).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"facts": REQUIRED | {"noticed": "hier"}}, "facts.noticed"),
        ({"facts": REQUIRED | {"endangerment": "peut-être"}}, "facts.endangerment"),
        ({"facts": REQUIRED | {"unknown_field": 1}}, "facts.unknown_field"),
        ({"facts": REQUIRED | {"category": "nothing"}}, "facts.category"),
        ({"establishment": "010780055"}, "establishment"),  # wrong check digit
        ({"key": "not-a-uuid"}, "key"),
    ],
)
def test_a_wrong_field_is_named(client, officer, change, field):
    answer = post(client, URL, body(**change), bearer(officer))
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Declaration.objects.exists()


def test_missing_answers_are_named_in_the_order_of_the_form(client, officer):
    content = body(facts={"title": "Panne"}, declarant={"name": "A. Martin"})
    answer = post(client, URL, content, bearer(officer))
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [
        "description",
        "noticed",
        "support_requested",
        "phone",
    ]


def test_broken_json_is_a_problem_not_a_crash(client, officer):
    answer = client.post(URL, "{", content_type="application/json", headers=bearer(officer))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_without_a_token_nothing_is_said(client):
    answer = client.get(f"{URL}/1")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_file_elsewhere_is_not_there(client, officer):
    elsewhere = IncidentFactory(establishment=EstablishmentFactory(region="11", department="75"))
    headers = bearer(officer)
    assert client.get(f"{URL}/{elsewhere.pk}", headers=headers).status_code == 404
    assert client.get(f"{URL}/{elsewhere.pk}/revisions", headers=headers).status_code == 404
    listed = client.get(URL, headers=headers).json()
    assert [row["id"] for row in listed["items"]] == []


def test_declaring_for_another_hospital_is_refused(client, officer):
    EstablishmentFactory(finess="010780062")
    answer = post(client, URL, body(establishment="010780062"), bearer(officer))
    assert answer.status_code == 403
    assert not Declaration.objects.exists()


def test_opening_a_file_is_journalled(client, officer, hospital):
    incident = IncidentFactory(establishment=hospital)
    client.get(f"{URL}/{incident.pk}", headers=bearer(officer))
    opened = Event.objects.get(verb="incident.opened")
    assert opened.target == f"incident:{incident.pk}"
    assert opened.actor == officer.journal_name


def test_a_file_tells_facts_and_what_follows_from_them(client, officer, hospital):
    incident = IncidentFactory(establishment=hospital, endangerment="potential")
    whole = client.get(f"{URL}/{incident.pk}", headers=bearer(officer)).json()
    assert whole["facts"]["endangerment"] == "potential"
    assert whole["assessment"]["duty"] == "must"
    care = next(f for f in whole["assessment"]["findings"] if f["criterion"] == "care")
    assert care == {
        "criterion": "care",
        "answer": "yes",
        "because": ["endangerment_potential"],
    }


def test_amending_the_same_field_twice_keeps_both(client, officer, hospital):
    incident = IncidentFactory(establishment=hospital)
    headers, path = bearer(officer), f"{URL}/{incident.pk}/revisions"
    first = {"facts": REQUIRED | {"title": "Premier"}, "based_on": 1}
    second = {"facts": REQUIRED | {"title": "Second"}, "based_on": 1}
    assert post(client, path, first, headers).status_code == 201
    answer = post(client, path, second, headers)
    assert answer.status_code == 409
    titles = {r.number: r.facts["title"] for r in Revision.objects.order_by("number")}
    assert titles == {1: REQUIRED["title"], 2: "Premier", 3: "Second"}
    assert client.get(f"{path}/3", headers=headers).json()["standing"] == "set_aside"
    assert Incident.objects.get(pk=incident.pk).title == "Premier"


def test_only_the_desk_qualifies(client, officer, analyst, hospital):
    incident = IncidentFactory(establishment=hospital)
    path = f"{URL}/{incident.pk}/qualifications"
    decision = {"version": 1, "origin": "malicious", "category": "ransomware"}
    assert post(client, path, decision, bearer(officer)).status_code == 403
    answer = post(client, path, decision, bearer(analyst))
    assert answer.status_code == 200
    assert answer.json()["incident"]["status"] == "qualified"
    assert post(client, path, decision, bearer(analyst)).status_code == 409  # stale version


def test_an_overridden_severity_needs_a_reason(client, analyst, hospital):
    incident = IncidentFactory(establishment=hospital)
    decision = {"version": 1, "origin": "malicious", "category": "ransomware", "severity": 4}
    answer = post(client, f"{URL}/{incident.pk}/qualifications", decision, bearer(analyst))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "reason"


def test_a_masked_number_is_told(client, officer):
    number = "1 84 12 76 451 089 46"
    content = body(facts=REQUIRED | {"description": f"Patient {number} concerné."})
    answer = post(client, URL, content, bearer(officer))
    assert answer.json()["masked"] == 1
    stored = Incident.objects.get(pk=answer.json()["id"]).declaration.revisions.get()
    assert number not in stored.facts["description"]


def test_the_list_is_paged_and_capped(client, analyst, hospital):
    for hours in range(3):
        IncidentFactory(establishment=hospital, now=NOW + timedelta(hours=hours))
    headers = bearer(analyst)
    first = client.get(f"{URL}?limit=2", headers=headers).json()
    rest = client.get(f"{URL}?limit=2&after={first['next']}", headers=headers).json()
    ids = [row["id"] for row in first["items"] + rest["items"]]
    newest_first = list(Incident.objects.order_by("-declared_at").values_list("pk", flat=True))
    assert ids == newest_first
    assert rest["next"] is None
    assert client.get(f"{URL}?limit=201", headers=headers).status_code == 422
