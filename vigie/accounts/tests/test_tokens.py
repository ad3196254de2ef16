"""Programs at the door of the API."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI

from vigie.accounts import operations
from vigie.accounts.guards import BearerToken, PageSession
from vigie.accounts.models import ApiToken, User
from vigie.accounts.queries import may
from vigie.accounts.rules import Permission
from vigie.accounts.tests.factories import (
    PASSWORD,
    MembershipFactory,
    UserFactory,
    ago,
    ahead,
    person,
)
from vigie.audit.models import Event
from vigie.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
api = NinjaAPI(urls_namespace="accounts-tests", docs_url=None, openapi_url=None)


@api.api_operation(["GET", "POST"], "/held", auth=[BearerToken(), PageSession()])
def held(request: HttpRequest) -> list[str]:
    """Return what the caller may do."""
    return sorted(p for p in Permission if may(request.user, p))


urlpatterns = [path("api/tests/", api.urls)]
HELD = "/api/tests/held"


def token_of(user, *scopes, **changes):
    made = operations.create_token(
        by=user,
        name="Tableau",
        scopes=scopes or [Permission.READ_INCIDENTS],
        expires_at=ahead(days=30),
        now=clock.now(),
    )
    ApiToken.objects.filter(pk=made.token.pk).update(**changes)
    return made.secret


def call(client, secret, method="get"):
    return getattr(client, method)(HELD, headers={"Authorization": f"Bearer {secret}"})


def test_a_token_does_what_it_was_made_for_and_nothing_else(client):
    me = person("rssi")
    secret = token_of(me, Permission.READ_INCIDENTS, Permission.EXPORT)
    assert call(client, secret).json() == ["incidents.export", "incidents.read"]


def test_a_token_loses_what_its_owner_loses(client):
    me = person("rssi")
    secret = token_of(me, Permission.READ_INCIDENTS, Permission.DECLARE)
    me.memberships.update(role="dpo")
    assert call(client, secret).json() == ["incidents.read"]
    me.memberships.update(valid_to=ago(days=1))
    assert call(client, secret).json() == []


def test_a_token_gains_nothing_when_its_owner_does(client):
    me = person("declarant")
    secret = token_of(me, Permission.READ_INCIDENTS)
    MembershipFactory(user=me, role="cert_lead", nation="FR")
    assert call(client, secret).json() == ["incidents.read"]


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": ago(minutes=1)}, {"expires_at": ago(minutes=1), "created_at": ago(days=2)}],
    ids=["revoked", "over"],
)
def test_a_token_that_is_over_opens_nothing(client, change):
    assert call(client, token_of(person("rssi"), **change)).status_code == 401


def test_a_closed_account_has_no_tokens(client):
    me = person("rssi")
    secret = token_of(me)
    User.objects.update(is_active=False)
    assert call(client, secret).status_code == 401


@pytest.mark.parametrize("secret", ["", "x", "vig_", "vig_" + "A" * 43, "é" * 40, "vig_ a b"])
def test_a_made_up_token_opens_nothing(client, secret):
    token_of(person("rssi"))
    assert call(client, secret.encode().decode("latin-1")).status_code == 401


def test_what_the_database_holds_opens_nothing(client):
    token_of(person("rssi"))
    assert call(client, ApiToken.objects.get().token_hash).status_code == 401


def test_scopes_that_no_release_knows_open_nothing(client):
    secret = token_of(person("rssi"), scopes=["incidents.obliterate", "incidents.read"])
    assert call(client, secret).json() == ["incidents.read"]


def test_its_use_is_kept_once_a_day(client):
    secret = token_of(person("rssi"))
    for _ in range(3):
        call(client, secret)
    assert Event.objects.filter(verb="token.used").count() == 1
    assert ApiToken.objects.get().last_used_on == clock.now().date()


def test_a_call_costs_two_queries(client, django_assert_num_queries):
    secret = token_of(person("rssi"), last_used_on=clock.now().date())
    with django_assert_num_queries(2):
        call(client, secret)


def test_a_token_needs_no_csrf_token():
    secret = token_of(person("rssi"))
    assert call(Client(enforce_csrf_checks=True), secret, "post").status_code == 200


class TestPageSession:
    def test_a_page_may_read(self, client):
        client.force_login(person("declarant"))
        assert "incidents.declare" in client.get(HELD).json()

    def test_a_change_needs_the_csrf_token(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(UserFactory())
        assert client.post(HELD).status_code == 403

    def test_nobody_else_may(self, client):
        assert client.get(HELD).status_code == 401

    def test_a_password_alone_is_not_enough_where_more_is_asked(self):
        client = Client()
        client.force_login(person("rssi"))
        assert client.get(HELD).status_code == 403

    def test_a_token_that_is_over_does_not_fall_back_on_half_a_session(self):
        me = person("rssi")
        secret = token_of(me, revoked_at=ago(minutes=1))
        client = Client()
        client.force_login(me)
        assert call(client, secret).status_code == 403


def test_a_program_makes_no_tokens():
    """The way to a token leads through a page, a second factor and a fresh proof."""
    program = person("rssi")
    program.token_scopes = frozenset({Permission.READ_INCIDENTS})
    with pytest.raises(PermissionDenied):
        operations.create_token(
            by=program,
            name="x",
            scopes=[Permission.READ_INCIDENTS],
            expires_at=ahead(days=1),
            now=clock.now(),
        )


def test_the_password_is_no_token(client):
    assert call(client, PASSWORD).status_code == 401
