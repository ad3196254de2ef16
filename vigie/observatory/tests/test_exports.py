import base64
import csv
import hashlib
import io
import json
import re

import pytest
from pypdf import PdfReader

from vigie.establishments.rules import Territory
from vigie.observatory import exports, queries
from vigie.observatory.rules.indicators import INDICATORS
from vigie.observatory.rules.question import Axis, Question, Unit
from vigie.observatory.tests.factories import (
    NOW,
    CountedFactory,
    EstablishmentFactory,
    EventFactory,
)

pytestmark = pytest.mark.django_db
KEYS = ["year", "axis", "unit", "as_of", "territory", "type", "figures", "left_out", "tables"]
TABLE_KEYS = ["title", "unit", "columns", "rows", "definition"]
FIGURE_KEYS = ["id", "label", "value", "unit", "numerator", "denominator", "definition"]


@pytest.fixture
def rows():
    CountedFactory.create_batch(2, origin="malicious", category="ransomware")
    CountedFactory(origin="non_malicious", category="human_error")
    CountedFactory(declared_year=None)


def written(suffix, language="fr", **asked):
    if "territory" in asked:
        asked["territory"] = Territory.parse(asked["territory"])
    report = queries.report_of_everything(Question(2024, **asked), as_of=NOW)
    return exports.write(report, suffix, language=language)


def figures(**asked):
    return {figure["id"]: figure for figure in json.loads(written("json", **asked))["figures"]}


# JSON


def test_json_keeps_the_contract(rows):
    content = json.loads(written("json", territory="region:84", axis=Axis.OCCURRED))
    assert list(content) == KEYS
    assert (content["year"], content["axis"], content["unit"]) == (2024, "occurred", "declarations")
    assert content["as_of"] == "2026-03-14T02:10:00+01:00"
    assert content["territory"] == "region:84"
    assert len(content["figures"]) == len(INDICATORS)
    assert list(content["tables"]) == [f"T{number:02d}" for number in range(1, 18)]
    assert all(list(table) == TABLE_KEYS for table in content["tables"].values())
    assert all(list(figure) == FIGURE_KEYS for figure in content["figures"])


def test_json_values_are_numbers_and_unknown_is_null(rows):
    found = figures()
    assert found["declarations"]["value"] == 3
    assert found["malicious_share"]["value"] == 200 / 3
    assert found["malicious_share"]["unit"] == "percent"
    assert (found["malicious_share"]["numerator"], found["malicious_share"]["denominator"]) == (
        2,
        3,
    )
    assert found["major"]["value"] is None
    assert json.loads(written("json"))["left_out"] == {
        "without_year": 1,
        "rejected_or_duplicate": 0,
    }
    assert json.loads(written("json"))["territory"] is None


def test_units_say_what_is_counted():
    CountedFactory(event=EventFactory(), category="ransomware")
    assert figures()["ransomware"]["unit"] == "declarations"
    found = figures(unit=Unit.EVENTS)
    assert found["ransomware"]["unit"] == "events"
    assert found["declarations"]["unit"] == "declarations"
    assert found["support_structures"]["unit"] == "structures"
    assert "tous les événements" in found["malicious_share"]["definition"]
    assert "toutes les déclarations" in figures()["malicious_share"]["definition"]


def test_what_is_hidden_from_the_public_is_null_and_marked(rows):
    found = figures(territory="region:84", is_public=True)
    assert found["ransomware"]["suppressed"] is True
    assert found["ransomware"]["value"] is None
    whole = figures(territory="nation:FR", is_public=True)
    assert whole["ransomware"]["suppressed"] is False
    assert whole["ransomware"]["value"] == 2


# CSV


def test_csv_holds_one_line_a_figure_with_its_question(rows):
    lines = list(csv.DictReader(io.StringIO(written("csv").decode())))
    by_id = {line["id"]: line for line in lines}
    assert len(by_id) == len(lines)
    assert [line["id"] for line in lines][: len(INDICATORS)] == [one.id for one in INDICATORS]
    assert by_id["T05.malicious.value"]["value"] == "2"
    assert float(by_id["T05.malicious.share"]["value"]) == 200 / 3
    assert by_id["T05.malicious.share"]["unit"] == "percent"
    assert by_id["T02.at_least_1.value"]["unit"] == "structures"
    assert by_id["declarations"]["value"] == "3"
    assert float(by_id["malicious_share"]["value"]) == 200 / 3
    assert by_id["major"]["value"] == ""
    assert {line["year"] for line in lines} == {"2024"}


# HTML


def test_html_stands_alone_and_runs_nothing(rows):
    text = written("html").decode()
    assert "<script" not in text
    assert not re.search(r"(src|href)=", text)
    assert "style=" not in text
    assert "default-src 'none'" in text.replace("&#x27;", "'")
    assert "66,7" in text


def test_html_escapes_the_names_of_structures():
    EstablishmentFactory(finess="690781810", name="<b>Hôpital</b> & fils")
    text = written("html", territory="ej:690781810").decode()
    assert "&lt;b&gt;Hôpital&lt;/b&gt; &amp; fils" in text
    assert "<b>Hôpital" not in text


def test_the_style_of_the_html_is_the_one_its_policy_names(rows):
    text = written("html").decode()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"sha256-{digest}" in text


# PDF


def test_pdf_holds_every_figure_with_its_definition(rows):
    read = PdfReader(io.BytesIO(written("pdf")))
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    assert "Observatoire des incidents de cybersécurité en santé, 2024" in text
    assert "66,7" in text
    assert "2 sur 3" in text
    assert "Rançongiciels" in text
    assert read.trailer["/Root"]["/Lang"].startswith("fr")


def test_pdf_of_the_same_report_is_the_same_bytes(rows):
    assert written("pdf") == written("pdf")


# both languages


@pytest.mark.parametrize("suffix", sorted(exports.FORMATS))
def test_every_format_speaks_both_languages(rows, suffix):
    french, english = written(suffix), written(suffix, language="en")
    if suffix == "pdf":
        french, english = (
            "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages).encode()
            for made in (french, english)
        )
    assert "Rançongiciels" in french.decode()
    assert "Rançongiciels" not in english.decode()
    assert "Ransomware" in english.decode()


def test_a_file_is_named_after_its_question():
    question = Question(2024, Territory.parse("region:84"), "CH")
    report = queries.report_of_everything(question, as_of=NOW)
    assert exports.file_name(report, "csv") == "observatory-2024-region-84-CH.csv"
