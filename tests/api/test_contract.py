"""The API against its own contract: no server error, no answer outside the schema."""

from datetime import timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.wsgi import application
from vigie.accounts.operations import create_token
from vigie.accounts.rules import Permission
from vigie.incidents.tests.factories import EstablishmentFactory, IncidentFactory, person
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture(autouse=True)
def one_connection():
    """Let requests use the test's own connection, as Django's test client does."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


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
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"},
        # Some rules are more than a schema can say: a check digit, a real date, who may act.
        excluded_checks=[positive_data_acceptance],
    )
