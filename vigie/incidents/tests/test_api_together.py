from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from vigie.accounts.operations import create_token
from vigie.accounts.rules import Permission
from vigie.accounts.tests.factories import person
from vigie.incidents.models import Message
from vigie.incidents.tests.factories import EstablishmentFactory, IncidentFactory
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


class Program:
    """A client with the token of a person, every scope of theirs."""

    def __init__(self, owner):
        now = clock.now()
        made = create_token(
            by=owner,
            name="essai",
            scopes=[permission for permission in Permission if owner.may(permission)],
            expires_at=now + timedelta(days=1),
            now=now,
        )
        self.headers = {"Authorization": f"Bearer {made.secret}"}

    def get(self, path, **query):
        return Client().get(f"{ROOT}{path}", query, headers=self.headers)

    def post(self, path, **body):
        return Client().post(
            f"{ROOT}{path}", body, content_type="application/json", headers=self.headers
        )


@pytest.fixture
def incident():
    return IncidentFactory(establishment=EstablishmentFactory(region="84", department="69"))


@pytest.fixture
def other():
    return IncidentFactory(establishment=EstablishmentFactory(region="11", department="75"))


@pytest.fixture
def analyst():
    return Program(person("cert_analyst", nation="FR"))


def test_observables_of_a_file_by_program(incident, other, analyst):
    officer = Program(person("rssi", incident.establishment))
    items = [{"value": "hxxps://evil[.]site/x"}, {"value": "LockBit 3.0", "sort": "strain"}]
    path = f"/incidents/{incident.pk}/observables"
    made = officer.post(path, items=items, note="Vu dans un message")
    assert made.status_code == 201
    assert {(one["sort"], one["value"], one["shown"]) for one in made.json()} == {
        ("url", "https://evil.site/x", "hxxps://evil[.]site/x"),
        ("strain", "LockBit", "LockBit"),
    }
    assert officer.post(path, items=items).json() == []
    analyst.post(f"/incidents/{other.pk}/observables", items=items[:1])

    def elsewhere(reader):
        return {one["value"]: one["elsewhere"] for one in reader.get(path).json()}

    assert elsewhere(officer) == {"https://evil.site/x": 0, "LockBit": 0}
    assert elsewhere(analyst) == {"https://evil.site/x": 1, "LockBit": 0}
    (seen,) = analyst.get("/observables", q="evil").json()
    assert seen["files"] == 2
    where = analyst.get(f"/observables/{seen['key']}").json()["seen_in"]
    assert {one["incident"] for one in where} == {incident.pk, other.pk}
    assert officer.get(f"/observables/{seen['key']}").json()["files"] == 1
    number = made.json()[0]["id"]
    assert officer.post(f"{path}/{number}/retire", reason="Fausse piste").status_code == 204
    assert officer.post(f"{path}/{number}/retire", reason="Encore").status_code == 422


@pytest.mark.parametrize(
    "items",
    [
        [{"value": "un mot"}],
        [{"value": "evil.site", "sort": "md5"}],
        [],
        [{"value": "evil.site", "more": 1}],
    ],
)
def test_what_is_no_observable_is_refused(incident, analyst, items):
    answer = analyst.post(f"/incidents/{incident.pk}/observables", items=items)
    assert answer.status_code == 422
    assert analyst.get("/observables").json() == []


def test_an_event_by_program(incident, other, analyst):
    group = {"incidents": [incident.pk], "title": "Panne", "reason": "Même hôte"}
    made = analyst.post("/events", **group).json()
    assert (made["files"], made["title"]) == (1, "Panne")
    path = f"/events/{made['id']}"
    assert analyst.post("/events", **group).status_code == 422  # it is in an event already
    assert len(analyst.get("/events").json()) == 1
    joined = analyst.post(f"{path}/incidents", incidents=[other.pk], reason="Aussi").json()
    assert {one["id"] for one in joined["incidents"]} == {incident.pk, other.pk}
    key = str(uuid4())
    for _twice in range(2):
        sent = analyst.post(f"{path}/messages", key=key, text="Correctif prêt.").json()
        assert sent["sent"] == 2
    assert Message.objects.count() == 2
    officer = Program(person("rssi", incident.establishment))
    seen = officer.get(path).json()
    assert (seen["files"], [one["id"] for one in seen["incidents"]]) == (1, [incident.pk])
    assert officer.post(f"{path}/close", reason="x").status_code == 403
    assert Program(person("rssi", EstablishmentFactory())).get(path).status_code == 404
    assert analyst.post(f"{path}/close", reason="Fini").json()["closed_at"]
    assert analyst.post(f"{path}/close", reason="Fini").status_code == 422
    assert analyst.get("/events", is_open="true").json() == []
    assert [one["id"] for one in analyst.get("/events", q="panne").json()] == [made["id"]]
    gone = analyst.post(f"{path}/incidents/{other.pk}/remove", reason="Autre cause")
    assert gone.status_code == 204
    assert analyst.post(f"{path}/incidents/{other.pk}/remove", reason="x").status_code == 404


def test_a_misspelt_filter_is_refused(analyst):
    for path in ("/observables", "/events"):
        assert analyst.get(path, kind="url").status_code == 422
        assert analyst.get(path, q="x").status_code == 200
