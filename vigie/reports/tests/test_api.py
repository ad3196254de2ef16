"""The REST doors of those who handle reports."""

import uuid

import pytest

from vigie.accounts import operations as accounts
from vigie.accounts.rules import Permission
from vigie.accounts.tests.factories import ahead
from vigie.incidents.models import Draft
from vigie.kernel import clock
from vigie.reports.tests.factories import (
    IncidentFactory,
    MembershipFactory,
    ReportFactory,
    SiteFactory,
    person,
)

pytestmark = pytest.mark.django_db
P = Permission
SCOPES = [P.READ_REPORTS, P.HANDLE_REPORTS, P.DECLARE, P.READ_INCIDENTS]


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def officer(site):
    return person("rssi", site.establishment)


@pytest.fixture
def report(site):
    return ReportFactory(site=site, text="Écran bleu", phone="2417", danger="yes")


@pytest.fixture
def call(client):
    """Call the API as somebody: call(user, "get", "/1")."""

    def made(user, method, path="", body=None):
        scopes = [scope for scope in SCOPES if user.may(scope)]
        token = accounts.create_token(
            by=user, name="Essai", scopes=scopes, expires_at=ahead(days=1), now=clock.now()
        )
        return getattr(client, method)(
            f"/api/v1/reports{path}",
            **({"data": body, "content_type": "application/json"} if body is not None else {}),
            headers={"authorization": f"Bearer {token.secret}"},
        )

    return made


def test_a_program_lists_what_waits_and_reads_one(call, officer, report):
    page = call(officer, "get").json()
    assert (page["total"], page["items"][0]["reference"]) == (1, report.reference)
    assert page["items"][0]["state"] == "waiting"
    assert "caller" not in page["items"][0]
    one = call(officer, "get", f"/{report.pk}").json()
    assert one["caller"] == {"name": "", "phone": "2417"}
    assert (one["text"], one["danger"]) == ("Écran bleu", "yes")


def test_whom_to_call_back_is_for_those_who_handle_reports(call, site, report):
    auditor = MembershipFactory(role="auditor", establishment=site.establishment).user
    assert call(auditor, "get", f"/{report.pk}").json()["caller"] is None


def test_a_program_answers_once(call, officer, report):
    body = {"key": str(uuid.uuid4()), "text": "J’arrive."}
    first, again = (call(officer, "post", f"/{report.pk}/answers", body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert report.words.count() == 1
    assert call(officer, "get", f"/{report.pk}").json()["seen_at"]


def test_a_program_rejects_and_takes_back(call, officer, report):
    refused = call(officer, "post", f"/{report.pk}/rejection", {"reason": " "})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"field": "reason", "reason": "is empty"}]
    done = call(officer, "post", f"/{report.pk}/rejection", {"reason": "Panne connue"})
    assert (done.json()["state"], done.json()["reason"]) == ("rejected", "Panne connue")
    assert call(officer, "get", "?state=settled").json()["total"] == 1
    again = call(officer, "post", f"/{report.pk}/rejection", {"reason": "Encore"})
    assert again.status_code == 409
    back = call(officer, "post", f"/{report.pk}/reopening", {"reason": "Erreur"})
    assert back.json()["state"] == "waiting"


def test_a_program_attaches(call, officer, site, report):
    elsewhere = IncidentFactory()
    body = {"incident": elsewhere.pk}
    assert call(officer, "post", f"/{report.pk}/attachment", body).status_code == 404
    file = IncidentFactory(establishment=site.establishment, by=officer)
    done = call(officer, "post", f"/{report.pk}/attachment", {"incident": file.pk}).json()
    assert (done["state"], done["incident"]) == ("attached", file.pk)


def test_a_program_begins_a_declaration(call, officer, report):
    made = call(officer, "post", f"/{report.pk}/draft", {})
    assert made.status_code == 201
    assert Draft.objects.get(by=officer).key == uuid.UUID(made.json()["key"])


def test_others_find_nothing(call, report):
    stranger = person("rssi")
    assert call(stranger, "get").json() == {"items": [], "total": 0}
    assert call(stranger, "get", f"/{report.pk}").status_code == 404
