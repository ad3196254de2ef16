"""Who sees which place of the menu, and where a page lies."""

import pytest

from vigie.accounts.rules import ROLES, Permission
from vigie.portal.rules import MENU, Entry, current_place


def labels(role):
    return [entry.label for entry in MENU if entry.is_open_to(ROLES[role].permissions)]


def test_everyone_finds_what_waits_for_them():
    assert all(labels(role)[0] == "À faire" for role in ROLES)


def test_the_queue_is_the_desk_s():
    assert {role for role in ROLES if "File" in labels(role)} == {"cert_analyst", "cert_lead"}


def test_those_who_may_not_declare_are_not_invited_to():
    for role, it in ROLES.items():
        assert ("Déclarer" in labels(role)) is (Permission.DECLARE in it.permissions)


def test_an_entry_without_permission_is_open_to_all():
    assert Entry("Ici", "portal:home").is_open_to(frozenset())


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", 0),
        ("/incidents/", 1),
        ("/incidents/42/", 1),
        ("/incidents/queue/", 2),
        ("/incidents/queue/handover/", 2),
        ("/about/", None),
    ],
)
def test_a_page_lies_in_the_place_whose_address_begins_its_own(path, place):
    assert current_place(path, ["/", "/incidents/", "/incidents/queue/"]) == place
