"""Nobody's data is ever mixed with invented data."""

from datetime import UTC, datetime

import pytest

from vigie.accounts.models import User
from vigie.demo.operations import NotEmpty, build
from vigie.establishments.models import Establishment, Instance

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_an_instance_that_holds_anything_is_left_alone():
    User.objects.create(email="first@example.org")
    with pytest.raises(NotEmpty):
        build(now=NOW)
    assert not Establishment.objects.exists()
    assert not Instance.objects.exists()
