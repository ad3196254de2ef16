"""What the tests of the register share: a few structures, people signed in, short calls."""

import pytest
from django.urls import reverse

from vigie.accounts.tests.factories import person
from vigie.establishments.tests.factories import (
    DesignationFactory,
    EstablishmentFactory,
    GroupMemberFactory,
    SiteFactory,
    WardFactory,
)


@pytest.fixture
def lyon():
    return EstablishmentFactory(name="Centre hospitalier de Lyon", beds=300)


@pytest.fixture
def rennes():
    return EstablishmentFactory(
        name="Clinique de Rennes", region="53", department="35", commune="Rennes", beds=900
    )


@pytest.fixture
def sign(client, demo):
    """Sign somebody in with a role: sign("rssi", establishment) or sign("auditor", region="84")."""

    def signed(role, establishment=None, **territory):
        user = person(role, establishment, **territory)
        client.force_login(user)
        return user

    return signed


@pytest.fixture
def whole(lyon):
    """An establishment with one of everything, by what addresses call them."""
    ward = WardFactory(site=SiteFactory(establishment=lyon))
    return {
        "place": lyon.pk,
        "site": ward.site_id,
        "ward": ward.pk,
        "member": GroupMemberFactory(establishment=lyon).pk,
        "designation": DesignationFactory(establishment=lyon).pk,
    }


def page(client, route, *args, **query):
    return client.get(reverse(f"portal:{route}", args=args), query)


def post(client, route, *args, **said):
    return client.post(reverse(f"portal:{route}", args=args), said)
