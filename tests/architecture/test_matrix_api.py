"""Nobody where they do not belong, for programs: every operation of the API, tried as everyone."""

import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from config.api import api
from tests.architecture import matrix_calls, matrix_objects
from vigie.accounts.models import ApiToken, User
from vigie.accounts.rules import Permission, fingerprint
from vigie.accounts.tests.factories import again, ago, ahead
from vigie.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
ROOT = "/api/v1"
OPEN = set()  # operations that need no token; the schema itself is one of the open pages
REFUSED = {403, 404}
# The domain may still say no to somebody who may ask: it does not fit the state of the file.
ANSWERED = {200, 201, 204, 409, 422}


def operations() -> list[str]:
    """Return every operation of the schema, such as « GET /incidents/{pk} »."""
    paths = api.get_openapi_schema()["paths"]
    return sorted(
        f"{method.upper()} {path.removeprefix(ROOT)}" for path in paths for method in paths[path]
    )


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield matrix_objects.World()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def calls(world):
    return matrix_calls.calls(world)


@pytest.fixture(scope="module")
def secrets(world):
    """A token of each person for everything they may do."""
    return {
        who: token_for(user, f"vig_{number}")
        for number, (who, user) in enumerate(world.people.items())
    }


def token_for(user: User, secret: str) -> str:
    ApiToken.objects.create(
        user=user,
        name="Essai",
        token_hash=fingerprint(secret),
        hint=secret[:8],
        scopes=sorted(Permission),
        created_at=ago(days=1),
        expires_at=ahead(days=1),
        last_used_on=clock.now().date(),
    )
    return secret


def call_of(operation: str, calls: dict[str, matrix_calls.Call]) -> matrix_calls.Call:
    if operation not in calls:
        pytest.fail(f"{operation}: say how to call it in matrix_calls.py")
    return calls[operation]


def status_of(operation: str, call: matrix_calls.Call, secret: str = "") -> int:
    """Return the status of an answer."""
    return answer_to(operation, call, secret)[0]


def answer_to(operation: str, call: matrix_calls.Call, secret: str) -> tuple[int, bytes]:
    """Return the status and the content; whatever it did is undone."""
    method, _, path = operation.partition(" ")
    address = ROOT + re.sub(r"{(\w+)}", lambda gap: str(call.names[gap[1]]), path)
    asked: dict[str, Any] = {"headers": {"Authorization": f"Bearer {secret}"} if secret else {}}
    if call.files:
        asked["data"] = call.files()
    elif call.body:
        asked |= {"data": call.body(), "content_type": "application/json"}
    with transaction.atomic():
        answer = getattr(Client(), method.lower())(address, query_params=call.query, **asked)
        content = answer.getvalue()
        transaction.set_rollback(True)
    return answer.status_code, content


@pytest.mark.parametrize("operation", operations())
def test_a_stranger_is_asked_for_a_token(operation, calls):
    call = call_of(operation, calls)
    assert (status_of(operation, call) == 401) is (operation not in OPEN)
    assert status_of(operation, call, "vig_made-up") == 401


@pytest.mark.parametrize("operation", operations())
def test_every_program_gets_what_its_owner_may(operation, world, calls, secrets):
    call = call_of(operation, calls)
    wrong = []
    for who, user in world.people.items():
        seen = call.seen_by(again(user))
        knows = call.known_to is not None and call.known_to(again(user))
        allowed = ANSWERED if seen else (REFUSED if knows or not call.names else {404})
        status = status_of(operation, call, secrets[who])
        if status not in allowed:
            wrong.append(f"{' at '.join(who)}: {status}, not {sorted(allowed)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("operation", operations())
def test_a_token_without_scopes_tells_nothing_of_any_file(operation, world, calls):
    secret = token_for(world.people["cert_lead", matrix_objects.HOME], f"vig_{operation}")
    ApiToken.objects.filter(token_hash=fingerprint(secret)).update(scopes=[])
    call = call_of(operation, calls)
    status, content = answer_to(operation, call, secret)
    assert status in REFUSED or call.seen_by is matrix_calls.everybody
    assert world.incident.title.encode() not in content
