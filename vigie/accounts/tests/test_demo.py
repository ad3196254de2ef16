import pytest
from django.contrib.auth.hashers import make_password

from vigie.accounts import queries
from vigie.accounts.models import User
from vigie.accounts.tests.factories import MembershipFactory, UserFactory, ago, person
from vigie.establishments.models import Instance
from vigie.kernel import clock

pytestmark = pytest.mark.django_db
PLAY = "/account/play/"


@pytest.fixture
def demo():
    return Instance.objects.create(pk=1, is_demo=True, created_at=clock.now())


def play(client, who, **extra):
    return client.post(PLAY, {"person": who.pk}, **{"headers": {"host": "localhost"}, **extra})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_one_click_signs_in_as_somebody_invented(client, demo):
    who = person("rssi")
    assert play(client, who).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(who.pk)


def test_another_click_changes_who_one_is(client, demo):
    play(client, person("rssi"))
    other = person("cert_lead")
    play(client, other)
    assert client.session["_auth_user_id"] == str(other.pk)


def test_a_real_instance_has_no_such_door(client):
    assert play(client, person("rssi")).status_code == 404
    Instance.objects.create(pk=1, is_demo=False, created_at=clock.now())
    assert play(client, person("rssi")).status_code == 404
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "extra",
    [
        {"REMOTE_ADDR": "192.0.2.1"},
        {"REMOTE_ADDR": "not an address"},
        {"headers": {"host": "localhost", "x-forwarded-for": "127.0.0.1"}},
        {"headers": {"host": "localhost", "forwarded": "for=127.0.0.1"}},
        {"headers": {"host": "localhost", "x-real-ip": "127.0.0.1"}},
        {"headers": {"host": "vigie.ch.example"}},
    ],
    ids=str,
)
def test_the_door_opens_on_this_machine_alone(client, demo, settings, extra):
    settings.ALLOWED_HOSTS = ["*"]
    assert play(client, person("rssi"), **extra).status_code == 404
    assert not is_signed_in(client)
    page = client.get("/account/sign-in/", **{"headers": {"host": "localhost"}, **extra})
    assert PLAY not in page.text


def test_it_takes_a_post(client, demo):
    assert client.get(f"{PLAY}?person={person('rssi').pk}").status_code == 405


@pytest.mark.parametrize("who", ["", "x", "0", "-1", "999999", str(2**70)])
def test_nobody_is_nobody(client, demo, who):
    answer = client.post(PLAY, {"person": who}, headers={"host": "localhost"})
    assert answer.status_code == 404


def test_a_closed_account_stays_closed(client, demo):
    assert play(client, person("rssi", None)).status_code == 302
    client.logout()
    User.objects.update(is_active=False)
    assert play(client, User.objects.get()).status_code == 404


def test_the_page_shows_people_by_role_with_what_it_does(client, demo):
    MembershipFactory(role="rssi", user__first_name="Hugo", user__last_name="Perrin")
    person("cert_lead")
    page = client.get("/account/sign-in/", headers={"host": "localhost"})
    assert "Hugo Perrin" in page.text
    assert "Responsable de la sécurité (RSSI)" in page.text
    assert page.text.index("Hugo Perrin") < page.text.index("Responsable du CERT")


def test_only_people_who_may_sign_in_are_shown(demo):
    shown = person("rssi")
    MembershipFactory(user__is_active=False)
    MembershipFactory(valid_to=ago(days=1))
    hidden = MembershipFactory().user
    User.objects.filter(pk=hidden.pk).update(password=make_password(None))
    UserFactory()
    assert [[p.pk for p in group.people] for group in queries.demo_people()] == [[shown.pk]]


def test_nobody_is_shown_elsewhere():
    person("rssi")
    assert queries.demo_people() == []


def test_listing_them_costs_three_queries_however_many(demo, django_assert_num_queries):
    for _ in range(5):
        person("rssi")
    with django_assert_num_queries(2):
        for group in queries.demo_people():
            assert [p.memberships_shown[0].territory_name for p in group.people]
