"""Open data: stable addresses, files that programs read, hashes that prove."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from defusedxml.ElementTree import fromstring
from pypdf import PdfReader

from vigie.accounts.models import User
from vigie.observatory.operations import publish
from vigie.observatory.rules.indicators import INDICATORS
from vigie.observatory.rules.tables import TABLES
from vigie.observatory.tests.factories import CountedFactory, MembershipFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 3, 9, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def lead():
    return User.objects.get(pk=MembershipFactory(role="cert_lead", nation="FR").user.pk)


@pytest.fixture
def publication(lead):
    CountedFactory.create_batch(4, declared="2024-02-03", origin="non_malicious")
    CountedFactory.create_batch(6, declared="2024-05-03", origin="malicious")
    return publish(year=2024, note="", by=lead, now=NOW)


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def got(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content


def test_a_table_as_csv(client, publication):
    found = {one["code"]: one for one in rows(got(client, "/observatoire/2024/T05.csv"))}
    assert found["malicious"]["value"] == "6"
    assert found["malicious"]["share"] == "60.0"
    assert found["malicious"]["suppressed"] == "false"


def test_a_hidden_line_tells_no_number(client, publication):
    found = {one["code"]: one for one in rows(got(client, "/observatoire/2024/T01.csv"))}
    assert found["02"]["suppressed"] == "true"
    assert found["02"]["value"] == ""


def test_the_same_table_as_json_says_where_it_comes_from(client, publication):
    found = json.loads(got(client, "/observatoire/2024/T05.json"))
    assert found["id"] == "T05"
    assert found["revision"] == 1
    assert found["sha256"] == publication.sha256
    assert found["licence"].startswith("Licence Ouverte")
    place = found["columns"].index("value")
    assert {row[0]: row[place] for row in found["rows"]}["malicious"] == 6


def test_the_figures_as_csv(client, publication):
    found = {one["code"]: one for one in rows(got(client, "/observatoire/2024/figures.csv"))}
    assert found["declarations"]["value"] == "10"
    assert found["malicious_share"]["unit"] == "percent"


@pytest.mark.parametrize(
    "address", ["2024/T99.csv", "2024/T05.xlsx", "2023/T05.csv", "2024/r/2/T05.csv", "series.xml"]
)
def test_what_is_not_there(client, publication, address):
    got(client, f"/observatoire/{address}", status=404)


def test_an_edition_is_given_to_the_byte(client, publication):
    content = got(client, "/observatoire/2024/edition.json")
    assert hashlib.sha256(content).hexdigest() == publication.sha256


def test_all_tables_in_one_archive_the_same_bytes_twice(client, publication):
    content = got(client, "/observatoire/2024/tableaux.zip")
    assert got(client, "/observatoire/2024/tableaux.zip") == content
    packed = zipfile.ZipFile(io.BytesIO(content))
    names = set(packed.namelist())
    assert {f"{one.id}.csv" for one in TABLES} <= names
    assert {"figures.csv", "dictionary.csv", "edition.json"} <= names
    assert rows(packed.read("T05.csv")) == rows(got(client, "/observatoire/2024/T05.csv"))


def test_the_dictionary_explains_every_figure_table_and_column(client, publication):
    found = rows(got(client, "/observatoire/dictionnaire.csv"))
    told = {(one["kind"], one["id"]) for one in found}
    assert {("figure", one.id) for one in INDICATORS} <= told
    assert {("table", one.id) for one in TABLES} <= told
    columns = set()
    for table in TABLES:
        lines = rows(got(client, f"/observatoire/2024/{table.id}.csv"))
        columns |= set(lines[0]) if lines else set()
    assert {("column", name) for name in columns - {"code", "label"}} <= told
    assert all(one["label"] for one in found)


def test_every_year_in_one_file(client, publication, lead):
    CountedFactory.create_batch(5, declared_year=2023, declared="2023-02-03")
    publish(year=2023, note="", by=lead, now=NOW)
    found = rows(got(client, "/observatoire/series.csv"))
    told = {(one["year"], one["code"]): one["value"] for one in found}
    assert told["2023", "declarations"] == "5"
    assert told["2024", "declarations"] == "10"


def test_the_feed_tells_of_publications_and_corrections(client, publication, lead):
    CountedFactory(declared="2024-02-04")
    publish(year=2024, note="Reçue en retard.", by=lead, now=NOW + timedelta(days=1))
    feed = fromstring(got(client, "/observatoire/publications.atom"))
    entries = feed.findall(f"{ATOM}entry")
    titles = [one.findtext(f"{ATOM}title") for one in entries]
    assert titles == ["Chiffres de 2024, révision 2", "Chiffres de 2024"]
    assert "Reçue en retard." in entries[0].findtext(f"{ATOM}summary")
    links = [one.find(f"{ATOM}link").get("href") for one in entries]
    assert links[1].endswith("/observatoire/2024/r/1/")


def test_labels_follow_the_language(client, publication):
    found = rows(got(client, "/observatoire/2024/figures.csv?lang=en"))
    assert {one["code"]: one["label"] for one in found}["declarations"] == "Declarations"


def test_the_report_is_a_pdf_that_bears_the_hash_of_its_edition(client, publication):
    read = PdfReader(io.BytesIO(got(client, "/observatoire/2024/rapport.pdf")))
    assert publication.sha256 in read.pages[0].extract_text()  # the hash of what was published
