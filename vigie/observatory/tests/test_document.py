"""The report as PDF says all that the report holds, to eyes and to screen readers."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils import translation
from pypdf import PdfReader

from vigie.establishments.models import Instance
from vigie.establishments.rules import Territory
from vigie.observatory import exports, queries
from vigie.observatory.exports import document, tabular
from vigie.observatory.exports.document import drawings, glossary
from vigie.observatory.exports.document.drawings import Wanted
from vigie.observatory.rules.question import Question, Unit
from vigie.observatory.rules.tables import BY_ID, Row, Table
from vigie.observatory.rules.tabulated import Line, Tabulated
from vigie.observatory.tests.factories import NOW, CountedFactory, EstablishmentFactory

pytestmark = pytest.mark.django_db
COLUMNS = ("value", "share", "value_before", "share_before", "change")
T05 = BY_ID["T05"]


@pytest.fixture
def rows():
    """Two years of a region, its neighbour nearly empty."""
    near = EstablishmentFactory.create_batch(6, region="84")
    for rank, structure in enumerate(near):
        origin = "malicious" if rank else "non_malicious"
        for year in (2020, 2021):
            CountedFactory(
                establishment=structure,
                declared_year=year,
                declared=f"{year}-0{rank + 1}-05",
                origin=origin,
                category="ransomware" if rank else "human_error",
            )
    CountedFactory(establishment=EstablishmentFactory(region="93"), declared_year=2021)


def made(**asked):
    return queries.report_of_everything(Question(2021, **asked), as_of=NOW)


def pdf(report, language="fr", **more):
    with translation.override(language):
        return PdfReader(io.BytesIO(document.write(report, **more)))


def text_of(read):
    return " ".join(" ".join(page.extract_text() for page in read.pages).split())


def tags(read):
    """Yield the type and the alternative text of every tag."""

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for one in node:
                yield from walk(one)
        elif hasattr(node, "get"):
            yield str(node.get("/S", "")), str(node.get("/Alt", ""))
            if not isinstance(node.get("/K"), int | type(None)):
                yield from walk(node["/K"])

    return list(walk(read.trailer["/Root"]["/StructTreeRoot"]))


def test_the_cover_says_year_perimeter_and_moment(rows):
    cover = " ".join(pdf(made()).pages[0].extract_text().split())
    assert "2021" in cover
    assert "Observatoire des incidents de cybersécurité en santé" in cover
    assert "Tout le registre · par date de déclaration · en déclarations" in cover
    assert "État connu le" in cover
    assert "fictives" not in cover
    assert "SHA-256" not in cover


def test_a_published_report_bears_its_hash_and_revision(rows):
    when = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    first = document.Seal(1, when, "ab" * 32)
    cover = pdf(made(), seal=first).pages[0].extract_text()
    assert "ab" * 32 in cover
    assert "révision" not in cover
    again = pdf(made(), seal=replace(first, revision=2)).pages[0].extract_text()
    assert "révision 2" in again


def test_a_demonstration_says_on_every_page_that_nothing_of_it_happened(rows):
    Instance.objects.create(pk=1, name="Essai", is_demo=True, created_at=NOW)
    pages = pdf(made()).pages
    assert "rien de ce qui suit n’est arrivé" in pages[0].extract_text()
    assert all("Données fictives" in page.extract_text() for page in pages)


def test_it_holds_every_figure_table_and_row_with_its_definition(rows):
    report = made()
    text = text_of(pdf(report))
    for table in tabular.tables(report):
        assert table.title in text
        for line in table.lines:
            assert line.label.split()[0] in text
    for title in ("Chiffres clés", "Territoires", "Prestataires", "Méthode", "Glossaire"):
        assert text.count(title) > 1  # in the contents and where it stands
    for one in glossary.content()["entries"]:
        assert one["term"] in text


def test_it_is_tagged_for_screen_readers_and_every_chart_says_what_it_shows(rows):
    read = pdf(made())
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in read.xmp_metadata.stream.get_data().decode()
    found = tags(read)
    assert [kind for kind, _alt in found].count("/H1") == 1
    assert {"/H2", "/H3", "/Table", "/TH", "/TD", "/L"} <= {kind for kind, _alt in found}
    charts = [alt for kind, alt in found if kind == "/Figure"]
    assert len(charts) > 5
    origin = next(alt for alt in charts if alt.startswith("Origine, 2021"))
    assert "Malveillante 5, Non malveillante 1" in origin


def test_what_is_hidden_is_nowhere(rows):
    whole, hidden = (
        made(territory=Territory.parse("region:84")),
        made(territory=Territory.parse("region:84"), is_public=True),
    )
    assert text_of(pdf(whole)).count("masqué") == 1  # the method alone: nothing is hidden
    text = text_of(pdf(hidden))
    assert text.count("masqué") > 10
    assert "moins de 5 structures" in text


def test_what_the_ans_published_stands_in_the_nation_s_report_alone(rows):
    with_it = text_of(pdf(made()))
    assert "Ce que l’ANS a publié" in with_it
    assert "déduit" in with_it
    assert "n’est vraie que d’environ 325 structures" in with_it
    for asked in ({"territory": Territory.parse("region:84")}, {"unit": Unit.EVENTS}):
        assert "ANS a publié" not in text_of(pdf(made(**asked)))


def test_a_year_without_any_declaration_is_a_report_all_the_same():
    text = text_of(pdf(made()))
    assert "n. c." in text
    assert "Rien cette année ni la précédente." in text


def test_it_speaks_english_throughout(rows):
    text = text_of(pdf(made(), language="en"))
    for words in ("Key figures", "How many", "Territories", "Providers", "Method", "Glossary"):
        assert words in text
    for word in ("Déclaration", "Chiffre", "Structures déclarantes", "Mode dégradé", "masqué"):
        assert word not in text


def test_the_same_report_gives_the_same_bytes(rows):
    report = made()
    assert document.write(report) == document.write(report)
    assert exports.write(report, "pdf", language="fr") == document.write(report)


def test_a_table_that_no_chapter_names_is_shown_all_the_same(rows):
    report = made()
    new = Tabulated(
        Table("T99", "Un tableau nouveau", "Une phrase."),
        "declarations",
        ("value",),
        (Line(Row("a", "Une ligne nouvelle"), (7,)),),
    )
    text = text_of(pdf(replace(report, tables=(*report.tables, new))))
    assert "Autres tableaux" in text
    assert "Une ligne nouvelle" in text


# what charts show


def table_of(*lines):
    made_of = (
        Line(T05.rows[at], (value, None, before, None, None), value is None)
        for at, (value, before) in enumerate(lines)
    )
    return Tabulated(T05, "declarations", COLUMNS, tuple(made_of))


def test_a_hidden_bar_has_no_length():
    drawn = drawings.bars(table_of((40, 20), (10, None), (None, 5)), Wanted("T05", None), 2021)
    assert [row["share"] for row in drawn["rows"]] == [100, 25, 0]
    assert [row["share_before"] for row in drawn["rows"]] == [50, 0, 12.5]
    assert [row["shown"] for row in drawn["rows"]] == ["40", "10", "masqué"]
    assert "masqué" not in drawn["alt"]


def test_parts_of_a_whole_become_bars_where_one_is_hidden():
    wanted = Wanted("T05", drawings.parts)
    whole = drawings.parts(table_of((30, 10), (10, 10)), wanted, 2021)
    assert [year["shares"] for year in whole["years"]] == [[75, 25], [50, 50]]
    assert drawings.parts(table_of((30, 10), (None, 10)), wanted, 2021)["kind"] == "bars"
    last_year_hidden = drawings.parts(table_of((30, 10), (10, None)), wanted, 2021)
    assert [year["label"] for year in last_year_hidden["years"]] == ["2021"]


def test_nothing_to_draw_is_not_drawn():
    for draw in (drawings.bars, drawings.parts, drawings.columns):
        assert draw(table_of((0, 0), (0, 0)), Wanted("T05", draw), 2021) is None
