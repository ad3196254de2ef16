import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vigie.incidents.rules import guess, shapes
from vigie.incidents.rules.mapping import Mapping, Use, split

DATE = {"column": "Date", "to": "declared"}
PLACE = {"column": "FINESS", "to": "establishment"}


def mapping(*columns, **options):
    return Mapping.model_validate({"source": "x", "columns": list(columns), **options})


@pytest.mark.parametrize(
    ("cell", "separator", "values"),
    [
        ("a|b", "|", ["a", "b"]),
        ("a, b,c", ",", ["a, b", "c"]),
        ("a, b", ", ", ["a", "b"]),
        ("Coordonnées (ex : rue,ville),NIR", ",", ["Coordonnées (ex : rue,ville)", "NIR"]),
        ("a) b,c", ",", ["a) b", "c"]),
        ("", ",", [""]),
    ],
)
def test_values_are_parted_outside_brackets(cell, separator, values):
    assert split(cell, separator) == values


@given(st.lists(st.text(alphabet="ab ", max_size=5), min_size=1, max_size=5))
def test_what_is_joined_is_parted_again(values):
    assert split("|".join(values), "|") == values


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"columns": [PLACE]}, "no column for the date"),
        ({"columns": [DATE]}, "no column for the structure"),
        ({"columns": [DATE, PLACE, DATE | {"column": "Autre"}]}, "declared: filled by more"),
        ({"columns": [DATE, PLACE], "constants": {"declared": "2021"}}, "declared: cannot"),
        ({"columns": [DATE, PLACE], "constants": {"key": "1"}}, "key: cannot"),
        ({"columns": [DATE, PLACE], "source": "veris"}, "no reserved name"),
        ({"columns": [DATE, PLACE | {"to": "nom"}]}, "no field"),
        ({"columns": [DATE, PLACE], "shape": {"encoding": "klingon"}}, "no encoding"),
        ({"columns": [DATE, PLACE], "shape": {"delimiter": "x"}}, "never parted"),
        ({"columns": [DATE, PLACE], "others": "title"}, "kept or ignored"),
    ],
)
def test_a_mapping_that_makes_no_sense_says_why(told, why):
    with pytest.raises(ValidationError, match=why):
        Mapping.model_validate({"source": "x"} | told)


def test_a_structure_may_be_unknown_where_it_is_opened():
    assert mapping(DATE, unlisted="opened").unlisted == "opened"


def test_texts_and_lists_may_come_from_several_columns():
    fields = [
        DATE,
        PLACE,
        {"column": "A", "to": "description"},
        {"column": "B", "to": "description"},
    ]
    assert len(mapping(*fields).columns) == 4


def test_a_word_means_what_the_mapping_says_whatever_its_accents():
    use = Use(column="x", to="origin", words={"Inconnu": "undetermined", "Néant": ""})
    assert [use.meant(word) for word in ("inconnu ", "NEANT", "autre")] == [
        "undetermined",
        "",
        None,
    ]


def test_only_the_records_wanted_are_taken():
    health = mapping(DATE, PLACE, only={"Secteur": ["Santé"]})
    assert health.takes({"Secteur": "SANTE"})
    assert not health.takes({"Secteur": "Industrie"})
    assert not health.takes({})


# what is guessed


@pytest.mark.parametrize("name", ["utf-8", "cp1252", "mac-roman", "cp850", "utf-16"])
def test_the_encoding_is_guessed_from_french_words(name):
    seen = shapes.Encodings()
    text = "Établissement;Déclaré le;Précisé à l’hôpital « Sainte-Thérèse »\n" * 3
    content = text.replace("’", "'").replace("É", "é").encode(name)
    for start in range(0, len(content), 7):
        seen.see(content[start : start + 7])
    assert seen.guess() == name


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_what_parts_columns_parts_most_rows_alike(sign):
    rows = [["Titre, long; note"], ["N", "Date", "Objet"], *[["1", "2021", "Panne, longue"]] * 4]
    text = "\n".join(sign.join(f'"{cell}"' for cell in row) for row in rows)
    assert shapes.delimiter_of(text) == sign


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([(1, ["Note"]), (2, ["N", "Date", "Objet"]), (3, ["1", "2021", "x"])], 2),
        ([(1, ["N", "Date"]), (2, ["1", "2021"])], 1),
        ([(1, ["", ""]), (3, ["N", "Date"]), (4, ["1", "2021"])], 3),
        ([(1, ["1", "2021"]), (2, ["2", "2022"])], 1),
        ([(1, ["Seul"])], 1),
        ([], 1),
    ],
)
def test_the_header_is_the_first_full_row_of_words(rows, line):
    assert shapes.header_of(rows) == line


def test_every_column_has_a_name_of_its_own():
    names = shapes.column_names(["Date ", "", "Date", "de\nfin"])
    assert names == ["Date", "column 2", "Date (2)", "de fin"]


def test_headers_and_cells_suggest_the_fields():
    headers = ["N°", "FINESS EJ", "Date de déclaration", "Type d’incident", "Postes", "Téléphone"]
    cells = ["7", "690781810", "04/03/2021", "Rançongiciel", "plusieurs", "01 99 00 12 34"]
    uses = guess.guess(headers, [dict(zip(headers, cells, strict=True))])
    fields = ["key", "establishment", "declared", "category", "kept", "ignored"]
    assert [use.to for use in uses] == fields
    assert uses[3].words == {"Rançongiciel": "ransomware"}


def test_a_field_is_not_proposed_twice():
    uses = guess.guess(["Statut", "Etat du dossier"], [])
    assert [use.to for use in uses] == ["status", "kept"]


def test_the_separator_is_what_makes_values_come_again():
    assert guess.separator_of(["a,b", "b", "a", "a,b,c", "c"]) == ","
    assert guess.separator_of(["Oui, informées", "Non, mais bientôt"]) == ""


def test_labels_are_understood_in_both_languages():
    labels = {"degraded mode": "degraded", "mode degrade": "degraded"}
    assert guess.meaning("structure_impact", "Mode dégradé", labels) == "degraded"
    assert guess.meaning("support_requested", "Oui, demandé", {}) == "yes"
    assert guess.meaning("origin", "Météorite", {}) is None
