"""The API against its own contract: no server error, no answer outside the schema."""

from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from config.wsgi import application
from vigie.accounts.operations import create_token
from vigie.accounts.rules import Permission
from vigie.incidents.tests.factories import EstablishmentFactory, IncidentFactory, person
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def token(db):
    hospital = EstablishmentFactory(finess="010780054")
    IncidentFactory(establishment=hospital)
    lead, now = person("cert_lead", None), clock.now()
    held = [permission for permission in Permission if lead.may(permission)]
    made = create_token(
        by=lead, name="contract", scopes=held, expires_at=now + timedelta(days=1), now=now
    )
    return made.secret


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_every_answer_is_as_the_contract_says(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
