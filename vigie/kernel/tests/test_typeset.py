import io
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from vigie.kernel import typeset

NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
LETTER = "kernel/tests/data/letter.typ"
DATA = {
    "text": "Le service d’imagerie travaille sur papier. #set text(red) *Ni gras ni rouge.* $x$",
    "rows": [["02:10", "Premier appel"], ["02:25", "Réseau coupé"]],
}


def made(data=DATA, now=NOW, language="fr"):
    return typeset.pdf(LETTER, data, title="Déclaration n° 42", language=language, now=now)


@pytest.fixture(scope="module")
def read():
    return PdfReader(io.BytesIO(made()))


def test_the_document_holds_its_data_as_text(read):
    text = " ".join(read.pages[0].extract_text().split())
    assert "Déclaration n° 42" in text
    assert "Réseau coupé" in text
    assert "page 1 sur 1" in text


def test_what_people_typed_is_never_markup(read):
    text = " ".join(read.pages[0].extract_text().split())
    assert "#set text(red) *Ni gras ni rouge.* $x$" in text


def test_the_document_is_accessible(read):
    root = read.trailer["/Root"]
    assert root["/Lang"].startswith("fr")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read.metadata.title == "Déclaration n° 42"
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()


def test_the_language_is_that_of_the_reader():
    english = PdfReader(io.BytesIO(made(language="en")))
    assert english.trailer["/Root"]["/Lang"].startswith("en")
    assert "page 1 of 1" in english.pages[0].extract_text()


def test_the_house_type_is_used_and_embedded(read):
    fonts = read.pages[0]["/Resources"]["/Font"].values()
    names = {font.get_object()["/BaseFont"] for font in fonts}
    assert all("SourceSans3" in name for name in names), names


def test_the_same_data_and_moment_give_the_same_bytes():
    assert made() == made()
    assert made() != made(now=NOW + timedelta(minutes=1))


def test_a_template_that_lacks_its_data_is_named():
    with pytest.raises(typeset.BadTemplate, match=r"letter\.typ.*rows"):
        made(data={"text": "seul"})


def test_a_template_that_is_absent_is_named():
    with pytest.raises(typeset.BadTemplate, match="nowhere"):
        typeset.pdf("kernel/nowhere.typ", {}, title="x", language="fr", now=NOW)
