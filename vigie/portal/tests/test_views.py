"""The doors of the portal."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("route", ["about", "accessibility", "contacts"])
def test_anyone_reads_the_notices(client, route):
    answer = client.get(reverse(f"portal:{route}"))
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
