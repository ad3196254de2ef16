import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from vigie.observatory.tests.factories import (
    CountedFactory,
    EstablishmentFactory,
    EventFactory,
    reader,
)

pytestmark = pytest.mark.django_db
PAGE = "/observatory/"


@pytest.fixture
def signed(client):
    """Return a function that signs somebody in who reads figures on a territory."""

    def sign(kind="nation", code="FR", **row):
        client.force_login(reader(kind, code, **row))
        return client

    return sign


def shown(client, **asked):
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200
    return answer.text


def downloaded(client, **asked):
    answer = client.get(PAGE + "figures.json", asked)
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_the_page_shows_figures_with_definitions_beside_the_year_before(signed):
    CountedFactory.create_batch(3, origin="malicious")
    CountedFactory(origin="non_malicious")
    CountedFactory(declared_year=2023, origin="malicious")
    page = shown(signed(), year=2024)
    assert "Origine malveillante" in page
    assert "75,0" in page
    assert "3 sur 4" in page
    assert "sur toutes les déclarations de l’année" in page
    assert "100,0" in page
    assert "\N{MINUS SIGN}25,0" in page


def test_the_page_opens_on_the_last_year_with_declarations(signed):
    CountedFactory(declared_year=2022)
    assert "2022" in shown(signed())
    assert "Déclarations" in shown(signed())


def test_an_empty_year_says_so_and_offers_no_file(signed):
    CountedFactory()
    page = shown(signed(), year=1999)
    assert "Aucune déclaration cette année-là" in page
    assert "figures.pdf" not in page


def test_a_reader_sees_their_territory_alone(signed):
    CountedFactory.create_batch(2, establishment=EstablishmentFactory(region="84"))
    CountedFactory.create_batch(5, establishment=EstablishmentFactory(region="93"))
    client = signed("region", "84")
    assert downloaded(client, year=2024)["figures"][0]["value"] == 2
    assert downloaded(client, year=2024)["territory"] == "region:84"


@pytest.mark.parametrize("address", [PAGE, PAGE + "figures.json", PAGE + "figures.pdf"])
@pytest.mark.parametrize("territory", ["region:93", "nation:FR", "ej:690781810", "region:99"])
def test_a_territory_beyond_is_not_found_whether_it_exists_or_not(signed, address, territory):
    EstablishmentFactory(finess="690781810", region="93")
    answer = signed("region", "84").get(address, {"year": 2024, "territory": territory})
    assert answer.status_code == 404


def test_who_serves_many_territories_sees_them_together_or_one_by_one(signed):
    CountedFactory(establishment=EstablishmentFactory(region="84"))
    CountedFactory(establishment=EstablishmentFactory(region="93"))
    client = signed("region", "84")
    person = reader("region", "93")
    person.memberships.update(user=client.session["_auth_user_id"])
    together = downloaded(client, year=2024)
    assert together["figures"][0]["value"] == 2
    assert together["territory"] is None
    assert together["within"] == ["region:84", "region:93"]
    assert downloaded(client, year=2024, territory="region:93")["figures"][0]["value"] == 1
    assert "Tout mon périmètre" in shown(client)


@pytest.mark.parametrize(
    "asked",
    [
        {"year": "deux"},
        {"year": "99999"},
        {"axis": "sideways"},
        {"unit": "litres"},
        {"type": "CIRQUE"},
        {"territory": "planet:MARS"},
        {"territory": "region:"},
    ],
)
def test_a_question_that_makes_no_sense_is_told_at_its_field(signed, asked):
    answer = signed().get(PAGE, asked)
    assert answer.status_code == 422
    assert "v-field-bad" in answer.text


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("json", "application/json"),
        ("csv", "text/csv; charset=utf-8"),
        ("html", "text/html; charset=utf-8"),
        ("pdf", "application/pdf"),
    ],
)
def test_the_same_figures_are_taken_away_as_files(signed, suffix, media_type):
    CountedFactory()
    answer = signed().get(reverse("observatory:download", args=[suffix]), {"year": 2024})
    assert answer["Content-Type"] == media_type
    assert f'filename="observatory-2024-nation-FR.{suffix}"' in answer["Content-Disposition"]
    assert answer.content


def test_a_csv_of_the_page_holds_what_the_page_shows(signed):
    event = EventFactory()
    CountedFactory.create_batch(4, event=event)
    answer = signed().get(PAGE + "figures.csv", {"year": 2024, "unit": "events"})
    lines = csv.DictReader(io.StringIO(answer.content.decode()))
    assert {line["id"]: line["value"] for line in lines}["events"] == "1"


def test_a_format_that_does_not_exist_is_not_found(signed):
    assert signed().get(PAGE + "figures.exe", {"year": 2024}).status_code == 404


@pytest.mark.parametrize("address", [PAGE, PAGE + "figures.json"])
def test_who_may_not_read_figures_is_turned_away(client, address):
    person = reader("nation", "FR")
    person.memberships.update(role="declarant")
    client.force_login(person)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [PAGE, PAGE + "figures.json"])
def test_nobody_sees_figures_without_signing_in(client, address):
    assert client.get(address).status_code == 302


def test_the_page_speaks_english(client):
    CountedFactory(origin="malicious")
    person = reader("nation", "FR")
    person.language = "en"
    person.save()
    client.force_login(person)
    page = shown(client, year=2024)
    assert "Malicious origin" in page
    assert "Origine malveillante" not in page


def test_the_page_costs_the_same_queries_whatever_the_number_of_declarations(signed):
    CountedFactory()
    client = signed()
    with CaptureQueriesContext(connection) as few:
        shown(client, year=2024, unit="events")
    CountedFactory.create_batch(20, event=EventFactory())
    with CaptureQueriesContext(connection) as many:
        shown(client, year=2024, unit="events")
    assert len(few) == len(many) <= 15
