import pytest

from vigie.establishments.feeds import sae
from vigie.establishments.feeds.sae import Fault, NotASurvey
from vigie.establishments.tests.factories import finess

LATEST = 2027
COLUMNS = {
    "annee": "2022",
    "finess_et": finess("01000002"),
    "finess_ej": finess("01078005"),
    "raison_sociale": "CH DE FLEYRIAT",
    "categorie": "355",
    "espic": "1",
    "region": "84",
    "departement": "01",
    "commune_insee": "01451",
    "commune": "VIRIAT",
    "code_postal": "01440",
    "lits_total": "385",
    "passages_urgences_gen": "42384",
}


def lines(*rows, delimiter=",", end="\n"):
    """Return the text of an edition with one line for each change to the usual site."""
    header = delimiter.join(COLUMNS)
    body = [delimiter.join((COLUMNS | row).values()) for row in rows]
    return end.join([header, *body]) + end


def read(*rows, **how):
    return list(sae.parse(lines(*rows, **how), latest=LATEST))


def test_a_line_becomes_a_site():
    (site,) = read({})
    assert (site.line, site.year, site.name) == (2, 2022, "CH DE FLEYRIAT")
    assert (site.finess, site.owner) == ("010000024", "010780054")
    assert (site.region, site.department, site.commune) == ("84", "01", "VIRIAT")
    assert (site.structure_type, site.legal_status) == ("CH", "public")
    assert (site.beds, site.emergency_visits, site.doubts) == (385, 42384, ())


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_way_of_writing_the_file_reads_the_same(delimiter, end, encoding):
    text = lines({"raison_sociale": "HÔPITAL D’ÉVREUX…"}, delimiter=delimiter, end=end)
    (site,) = sae.parse(sae.decoded(text.encode(encoding)), latest=LATEST)
    assert site.name == "HÔPITAL D’ÉVREUX…"


@pytest.mark.parametrize(
    ("row", "department", "region", "postcode"),
    [
        ({"departement": "9D", "region": "04", "code_postal": "9D415"}, "974", "04", "97415"),
        ({"departement": "974", "region": "04", "code_postal": "97415"}, "974", "04", "97415"),
        ({"departement": "2A", "region": "94", "code_postal": "20000"}, "2A", "94", "20000"),
        ({"departement": "1", "region": "84"}, "01", "84", "01440"),  # a spreadsheet ate the zero
        ({"departement": "971", "region": "1", "code_postal": "97100"}, "971", "01", "97100"),
        ({"departement": "75", "region": ""}, "75", "11", "01440"),
    ],
)
def test_departments_are_read_in_both_codings(row, department, region, postcode):
    (site,) = read(row)
    assert (site.department, site.region, site.postcode) == (department, region, postcode)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"finess_et": "010000025"}, "finess_et"),
        ({"finess_et": ""}, "finess_et"),
        ({"finess_ej": "12"}, "finess_ej"),
        ({"raison_sociale": "  "}, "raison_sociale"),
        ({"raison_sociale": "X" * 201}, "raison_sociale"),
        ({"region": "99"}, "region"),
        ({"departement": "99"}, "departement"),
        ({"departement": "75", "region": "84"}, "departement"),
        ({"departement": "", "region": ""}, "region"),
        ({"annee": "1979"}, "annee"),
        ({"annee": "2028"}, "annee"),
        ({"annee": "this year"}, "annee"),
    ],
)
def test_a_bad_line_is_refused_with_its_field_and_the_next_is_read(row, field):
    fault, site = read(row, {})
    assert isinstance(fault, Fault)
    assert (fault.line, fault.field) == (2, field)
    assert fault.reason
    assert site.line == 3


def test_a_refused_line_still_tells_which_site_it_is_about():
    (fault,) = read({"raison_sociale": ""})
    assert (fault.year, fault.finess) == (2022, "010000024")
    (fault,) = read({"finess_et": "010000025"})
    assert fault.finess == ""


def test_a_number_that_cannot_be_read_is_unknown_and_told():
    (site,) = read({"lits_total": "many", "passages_urgences_gen": "-4"})
    assert (site.beds, site.emergency_visits) == (0, None)
    assert [(doubt.line, doubt.field) for doubt in site.doubts] == [
        (2, "lits_total"),
        (2, "passages_urgences_gen"),
    ]


def test_no_emergency_visits_means_no_emergency_department():
    (site,) = read({"passages_urgences_gen": "", "lits_total": ""})
    assert (site.beds, site.emergency_visits, site.doubts) == (0, None, ())


def test_a_stray_quotation_mark_spoils_its_own_line_only():
    text = lines({}, {"raison_sociale": '"CLINIQUE'}, {"raison_sociale": "HOPITAL"})
    first, fault, last = sae.parse(text, latest=LATEST)
    assert isinstance(fault, Fault)
    assert fault.line == 3
    assert (first.line, last.line, last.name) == (2, 4, "HOPITAL")


def test_a_line_of_another_length_is_refused():
    text = lines({}) + "2022,010000024\n"
    _site, fault = sae.parse(text, latest=LATEST)
    assert (fault.line, fault.reason) == (3, "has 2 columns, the first line has 13")


def test_empty_lines_count_for_the_numbering_only():
    text = lines({}).replace("\n2022", "\n\n2022")
    (site,) = sae.parse(text, latest=LATEST)
    assert site.line == 3


@pytest.mark.parametrize("text", ["", "name,city\nx,y\n", "%PDF-1.7\n", '{"a": 1}'])
def test_another_kind_of_file_is_refused_whole(text):
    with pytest.raises(NotASurvey, match="has no column annee"):
        list(sae.parse(text, latest=LATEST))


def test_bytes_that_no_encoding_reads_are_refused_whole():
    with pytest.raises(NotASurvey, match="neither"):
        sae.decoded(b"annee;\x81\x8d\n")
