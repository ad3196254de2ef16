"""What every page says of the instance and of the law, in one query."""

import pytest

from vigie.establishments import queries
from vigie.establishments.models import Instance, NationSetting
from vigie.establishments.tests.test_operations import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("portal", ["", "here", "elsewhere"])
def test_one_query_tells_what_two_do(demo, portal, django_assert_num_queries):
    Instance.objects.create(pk=1, is_demo=demo, created_at=NOW)
    NationSetting.objects.create(country="BE", portal="here")
    if portal:
        NationSetting.objects.create(
            country="FR", portal=portal, portal_name="Ailleurs", portal_url="https://x.example"
        )
    with django_assert_num_queries(1):
        found = queries.surround("FR")
    assert found == (demo, queries.legal_portal("FR"))


def test_a_new_instance_says_what_the_reference_does():
    assert queries.surround("FR") == (False, queries.legal_portal("FR"))
