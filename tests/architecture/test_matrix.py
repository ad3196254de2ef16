"""Nobody where they do not belong: every address and every operation of the API, tried as everyone.

Routes are found by themselves; what an address names comes from matrix_objects.py. Each try is
taken back before the next.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from conftest import ReadOnlyGetClient
from tests.architecture import matrix_objects as objects
from tests.architecture import matrix_observatory as observatory
from tests.architecture import matrix_reports as reports
from vigie.accounts.models import User

# That both databases read rights alike is tested apart.
pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
SIGN_IN = "/account/sign-in/"
# Pages that anyone on the network may open. A new one is a decision: write it down here.
OPEN_PAGES = {
    "health",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "accounts:play",
    "accounts:invited",
    "accounts:invitation",
    "incidents:blank_paper",
    "incidents:blank_pdf",
    "portal:preferences",
    "portal:about",
    "portal:accessibility",
    "portal:contacts",
    "portal:take_link",
    "portal:calling",
    "observatory:public",
    "observatory:method",
    "observatory:open_data",
    "observatory:feed",
    "observatory:series",
    "observatory:dictionary",
    "observatory:year",
    "observatory:archive",
    "observatory:paper",
    "observatory:edition",
    "observatory:table",
    "observatory:revision",
    "observatory:revision_archive",
    "observatory:revision_edition",
    "observatory:revision_table",
    "reports:start",
    "reports:place",
    "reports:short_link",
    "reports:follow",
}
# The API's own addresses: its schema, and its root, which leads nowhere.
OPEN_API = {"openapi-json", "api-root"}


@dataclass(frozen=True)
class Route:
    """One address of the site."""

    name: str
    door: Any
    view: str
    arguments: frozenset[str]


def routes(patterns: Any = None, space: str = "") -> Iterator[Route]:
    """Yield every address of the site, those of the API apart."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        if not isinstance(found, URLPattern):
            inner = f"{space}{found.namespace}:" if found.namespace else space
            yield from routes(found.url_patterns, inner)
        elif not is_api(found):
            names = frozenset(found.pattern.converters or found.pattern.regex.groupindex)
            view = f"{found.callback.__module__}.{found.callback.__qualname__}"
            door = getattr(found.callback, "door", None)
            yield Route(f"{space}{found.name or found.pattern}", door, view, names)


def is_api(found: URLPattern) -> bool:
    """Return whether an address is the API's; it is walked by its schema."""
    module = getattr(found.callback, "__module__", "")
    return module.startswith("ninja") or found.name in OPEN_API


ROUTES = sorted(routes(), key=lambda route: route.name)
PAGES = [route for route in ROUTES if route.door != "open_to_all"]


def test_every_view_has_a_door():
    assert len(ROUTES) > 100
    assert not [f"{route.name}: {route.view}" for route in ROUTES if route.door is None]


def test_only_listed_pages_are_open():
    assert {route.name for route in ROUTES if route.door == "open_to_all"} == OPEN_PAGES


@pytest.fixture(scope="module", autouse=True)
def quiet():
    """Refusals are what is wanted here; their traces would fill the screen."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """People of every role and the objects of the addresses, until the module is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        yield objects.World()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def targets(world):
    return {**objects.pages(world), **reports.pages(world), **observatory.pages(world)}


@pytest.fixture(scope="module")
def clients(world):
    """A browser of each person, signed in with a second factor."""
    found = {}
    for who, user in world.people.items():
        found[who] = ReadOnlyGetClient()
        found[who].force_login(user)
    return found


def status_of(client: Any, method: str, address: str, **data: Any) -> tuple[int, str]:
    """Return the status and where it leads; whatever it did is undone."""
    with transaction.atomic():
        answer = getattr(Client, method)(client, address, **data)
        answer.getvalue()  # what is streamed fails here, if it does
        transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", "")


def target_of(route: Route, targets: dict[str, objects.Target]) -> objects.Target:
    target = targets.get(route.name)
    if target is None and route.arguments:
        pytest.fail(f"{route.name} names {set(route.arguments)}: say which in matrix_objects.py")
    return target or objects.Target()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_stranger_is_led_to_sign_in(route, world, targets):
    address = reverse(route.name, kwargs=target_of(route, targets).kwargs)
    for method in ("get", "post"):
        status, leads_to = status_of(Client(), method, address)
        assert status < 500
        if route.door == "open_to_all":
            assert "?next=" not in leads_to
        else:
            assert (status, leads_to.split("?")[0]) == (302, SIGN_IN), method


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_everyone_meets_the_door_that_their_rights_open(route, world, clients, targets):
    target = target_of(route, targets)
    address = reverse(route.name, kwargs=target.kwargs)
    wrong = []
    for (role, side), user in people_to_try(route, target, world):
        expected = expectation(user, route, target, world)
        answers = [status_of(clients[role, side], m, address) for m in expected.methods]
        if not expected.fits(answers):
            wrong.append(f"{role} at {side}: {answers}, not {expected}")
    assert not wrong, "\n".join(wrong)


def people_to_try(route: Route, target: objects.Target, world: objects.World) -> list[Any]:
    """Return whom an address is tried as: a territory plays no part where it names nothing."""
    everyone = list(world.people.items())
    if route.arguments or target.seen_by is not None:
        return everyone
    here = [(who, user) for who, user in everyone if who[1] == objects.HOME]
    return here[::3] if route.door == "signed_in" else here


@dataclass(frozen=True)
class Expected:
    """How one person should be answered by one address."""

    seen: bool
    refused: frozenset[int]  # how the address says no
    absent: bool = False  # it may also say that there is nothing to do
    posts: bool = True
    methods: tuple[str, ...] = ("get", "post")

    def fits(self, answers: list[tuple[int, str]]) -> bool:
        """Return whether the answers are as they should be."""
        statuses = {status for status, _ in answers}
        led_away = any(to.split("?")[0] == SIGN_IN for _, to in answers)
        if led_away or max(statuses) >= 500 or statuses == {405}:
            return False
        if not self.seen:
            return statuses <= self.refused
        refused = {403} if self.absent else {403, 404}
        looked = statuses if self.posts else {answers[0][0]}
        return not looked & refused


def expectation(user: User, route: Route, target: objects.Target, world: objects.World) -> Expected:
    """Return how somebody should be answered.

    Whoever passes the door, and may not know of the object, hears that there is none.
    """
    passes = route.door == "signed_in" or user.may(route.door)
    if not passes:  # turned away before the address is read: one method tells
        return Expected(False, frozenset({403}), methods=("get",))
    knows = target.known_to is not None and target.known_to(user)
    refused = frozenset({403, 404, 405} if knows or not route.arguments else {404, 405})
    posts = target.posted_by is None or target.posted_by(user)
    return Expected(sees(user, route, target, world), refused, target.may_be_absent, posts)


def sees(user: User, route: Route, target: objects.Target, world: objects.World) -> bool:
    """Return whether a person should get an answer."""
    if target.seen_by is not None:
        return target.seen_by(user)
    if route.door == "signed_in":
        return True
    return user.may(route.door, at=world.site.place if route.arguments else None)
