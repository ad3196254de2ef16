from datetime import timedelta

import pytest

from vigie.accounts.operations import create_token
from vigie.accounts.rules import Permission
from vigie.kernel import clock
from vigie.observatory.tests.factories import CountedFactory, EstablishmentFactory, reader

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/observatory/figures"


def asked(client, person, *, scopes=(Permission.READ_FIGURES,), **question):
    now = clock.now()
    token = create_token(
        by=person, name="test", scopes=set(scopes), expires_at=now + timedelta(days=1), now=now
    )
    return client.get(ADDRESS, question, headers={"Authorization": f"Bearer {token.secret}"})


def test_a_program_reads_the_figures_of_its_owner_s_territory(client):
    CountedFactory.create_batch(2, origin="malicious", establishment=EstablishmentFactory())
    CountedFactory(establishment=EstablishmentFactory(region="93", department="13"))
    answer = asked(client, reader("region", "84"), year=2024, territory="region:84")
    assert answer.status_code == 200
    found = {figure["id"]: figure for figure in answer.json()["figures"]}
    assert found["declarations"]["value"] == 2
    assert found["malicious_share"] == {
        "id": "malicious_share",
        "label": found["malicious_share"]["label"],
        "value": 100.0,
        "unit": "percent",
        "numerator": 2,
        "denominator": 2,
        "definition": found["malicious_share"]["definition"],
    }
    assert found["major"]["value"] is None
    assert answer.json()["left_out"] == {"without_year": 0, "rejected_or_duplicate": 0}


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({}, 422),
        ({"year": "deux"}, 422),
        ({"year": 1}, 422),
        ({"year": 2024, "axis": "x"}, 422),
        ({"year": 2024, "unit": "x"}, 422),
        ({"year": 2024, "territory": "planet:MARS"}, 422),
        ({"year": 2024, "type": "CIRQUE"}, 422),
        ({"year": 2024, "territory": "region:93"}, 404),
        ({"year": 2024, "territory": "region:99"}, 404),
        ({"year": 2024, "territory": "nation:FR"}, 404),
    ],
)
def test_a_bad_question_is_a_problem_and_another_s_territory_is_not_found(client, question, status):
    answer = asked(client, reader("region", "84"), **question)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_a_token_without_the_scope_is_refused(client):
    person = reader("region", "84")
    answer = asked(client, person, scopes=(Permission.READ_INCIDENTS,), year=2024)
    assert answer.status_code == 403


def test_without_a_token_nothing_is_told(client):
    assert client.get(ADDRESS, {"year": 2024}).status_code == 401
