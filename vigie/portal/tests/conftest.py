"""People at the door of the portal."""

import pytest

from vigie.establishments.models import Instance
from vigie.incidents.tests.factories import NOW, EstablishmentFactory, person
from vigie.portal.tests.register import lyon, rennes, sign, whole

__all__ = ["lyon", "rennes", "sign", "whole"]


@pytest.fixture
def hospital(db):
    return EstablishmentFactory(name="Centre hospitalier de Valmont")


@pytest.fixture
def demo(db):
    """A demonstration instance: it does not force a second factor."""
    return Instance.objects.create(pk=1, is_demo=True, created_at=NOW)


@pytest.fixture
def officer(client, demo, hospital):
    """A security officer, signed in."""
    officer = person("rssi", hospital)
    client.force_login(officer)
    return officer


@pytest.fixture
def analyst(client, demo):
    """An analyst of the CERT, signed in."""
    analyst = person("cert_analyst", None)
    client.force_login(analyst)
    return analyst
