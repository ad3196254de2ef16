"""The public face, as a visitor without an account reads it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from vigie.accounts.models import User
from vigie.observatory.operations import compute_snapshots, open_years_in_progress, publish
from vigie.observatory.tests.factories import (
    CountedFactory,
    EstablishmentFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 3, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=20)
MOST_QUERIES = 10


@pytest.fixture
def lead():
    return User.objects.get(pk=MembershipFactory(role="cert_lead", nation="FR").user.pk)


def declared(number, year, **columns):
    date = {"declared_year": year, "occurred_year": year, "declared": f"{year}-02-03"}
    return CountedFactory.create_batch(number, **(date | columns))


@pytest.fixture
def published(lead):
    declared(5, 2023, origin="malicious", endangerment="none")
    declared(8, 2024, origin="malicious", endangerment="potential")
    alone = EstablishmentFactory(region="94", department="2A")
    declared(1, 2024, establishment=alone, endangerment="proven", origin="non_malicious")
    for year in (2023, 2024):
        publish(year=year, note="", by=lead, now=NOW)


def page(client, address="/observatoire/", status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer


def text_of(answer):
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(plain.replace("\N{NO-BREAK SPACE}", " ").split())


def test_before_anything_is_published_it_says_so(client):
    assert "Rien n’est encore publié" in text_of(page(client))


def test_the_first_screen_answers_how_many_how_bad_better_or_worse(client, published):
    text = text_of(page(client))
    assert "En 2024, 9 structures de santé ont déclaré 9 incidents , soit 80 % de plus" in text
    assert "9 mises en danger" in text
    assert "dont avérées : 1" in text


def test_a_year_has_its_address(client, published):
    assert "En 2023, 5 structures" in text_of(page(client, "/observatoire/2023/"))
    page(client, "/observatoire/2019/", status=404)


def test_the_year_is_looked_at_in_other_ways(client, published):
    page(client, "/observatoire/2024/?unit=events&axis=occurred&providers=without")
    page(client, "/observatoire/2024/?unit=patients", status=404)


def test_a_region_of_one_structure_is_hidden(client, published):
    """T04 alone: the page also draws it, and neither may tell the number."""
    text = page(client).content.decode()
    regions = text[text.index('id="T04"') :]
    corsica = regions[regions.index("Corse") :]
    line = corsica[: corsica.index("</tr>")]
    assert "masqué" in line
    assert not re.search(r">\s*1\s*<", line)


def test_it_speaks_english_when_the_address_asks(client, published):
    answer = page(client, "/observatoire/2024/?lang=en")
    assert '<html lang="en"' in answer.content.decode()
    assert "In 2024, 9 structures in healthcare declared 9 incidents" in text_of(answer)


def test_no_cookie_is_set_and_it_may_be_kept_for_a_minute(client, published):
    answer = page(client)
    assert not answer.cookies
    assert "max-age=60" in answer["Cache-Control"]
    assert "public" in answer["Cache-Control"]


def test_for_who_is_signed_in_nobody_else_may_keep_it(client, published, lead):
    client.force_login(lead)
    assert "private" in page(client)["Cache-Control"]


def test_search_engines_may_read_it(client, published):
    assert 'name="robots" content="all"' in page(client).content.decode()


def test_a_bounded_number_of_queries(client, published, django_assert_max_num_queries):
    with django_assert_max_num_queries(MOST_QUERIES):
        page(client)


def test_an_old_revision_stays_as_it_was(client, published, lead):
    declared(1, 2024, origin="malicious")
    publish(year=2024, note="Reçue en retard.", by=lead, now=LATER)
    assert "10 structures" in text_of(page(client, "/observatoire/2024/"))
    assert "9 structures" in text_of(page(client, "/observatoire/2024/r/1/"))
    page(client, "/observatoire/2024/r/3/", status=404)


def test_a_year_in_progress_says_so_and_holds_no_breakdown(client, published, lead):
    declared(6, 2025)
    page(client, "/observatoire/2025/", status=404)
    open_years_in_progress(by=lead, is_open=True, now=LATER)
    compute_snapshots(LATER)
    answer = page(client, "/observatoire/2025/")
    assert "Chiffres provisoires" in text_of(answer)
    assert 'id="T04"' not in answer.content.decode()
    assert "En 2024" in text_of(page(client))  # what was published comes first


def test_method_and_open_data_tell_what_they_are(client, published):
    assert "moins de cinq structures" in text_of(page(client, "/observatoire/methode/"))
    assert "/observatoire/AAAA/T05.csv" in text_of(page(client, "/observatoire/donnees/"))


def test_an_officer_reads_their_own_beside_the_nation(client, published):
    own = EstablishmentFactory()
    declared(1, 2024, establishment=own, origin="malicious")
    officer = MembershipFactory(role="rssi", establishment=own).user
    client.force_login(officer)
    text = text_of(page(client, "/observatoire/2024/"))
    assert "Visible de vous seul" in text
    mine = text[text.index("Visible de vous seul") :]
    assert f"{own.name} 1 1 100,0 %" in mine  # what came after the publication: theirs, live
    assert "Nation 9 9 88,9 %" in mine


def test_nobody_reads_beside_what_they_may_not_count(client, published):
    own, other = EstablishmentFactory(), EstablishmentFactory()
    client.force_login(MembershipFactory(role="rssi", establishment=own).user)
    text = text_of(page(client, f"/observatoire/2024/?beside=ej:{other.finess}"))
    assert own.name in text
    assert other.name not in text


def test_visitors_read_nothing_beside(client, published):
    assert "Visible de vous seul" not in text_of(page(client))
