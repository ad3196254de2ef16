import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from vigie.incidents.feeds import sheets, workbooks
from vigie.incidents.rules.mapping import Shape
from vigie.kernel.imports import UnusableInput

TABLE = "Note du service;;\nN°;Déclaré le;Objet\n1;2021;Panne\n;;\n2;2022;Coupé\n"


def text(tmp_path, content, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def book(tmp_path, *rows, merged=(), name="t.xlsx"):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for place in merged:
        made.active.merge_cells(place)
    made.save(tmp_path / name)
    return tmp_path / name


def read(path, **shape):
    found = sheets.survey(path, Shape(**shape))
    return list(sheets.rows(path, found.shape, lambda size: None))


# texts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16"])
def test_a_text_is_read_in_its_encoding_with_its_lines(tmp_path, encoding):
    path = text(tmp_path, TABLE.encode(encoding))
    assert [(row.line, row.cells["Objet"]) for row in read(path)] == [(3, "Panne"), (5, "Coupé")]


def test_what_was_guessed_is_told(tmp_path):
    found = sheets.survey(text(tmp_path, TABLE.encode("cp1252")))
    assert found.shape == Shape(encoding="cp1252", delimiter=";", header=2)
    assert found.columns == ["N°", "Déclaré le", "Objet"]
    assert found.samples("Objet") == ["Panne", "Coupé"]


def test_a_person_may_say_otherwise(tmp_path):
    rows = read(text(tmp_path, "a;b\nc,d;x\n1,2;y\n"), delimiter=",", header=2)
    assert [row.cells for row in rows] == [{"c": "1", "d;x": "2;y"}]


def test_a_header_may_spread_over_lines(tmp_path):
    (row,) = read(text(tmp_path, '"Date\nde fin";Objet\n2021;"a\nb"\n'))
    assert row.line == 3
    assert row.cells == {"Date de fin": "2021", "Objet": "a\nb"}


def test_short_rows_are_filled_and_long_ones_refused(tmp_path):
    rows = read(text(tmp_path, "a;b;c\n1;2\n1;2;3;;\n1;2;3;4\n"))
    assert rows[0].cells == {"a": "1", "b": "2", "c": ""}
    assert rows[1].cells == {"a": "1", "b": "2", "c": "3"}
    assert "4 cellules sous 3 colonnes" in rows[2].fault


def test_a_row_that_was_cut_is_refused(tmp_path):
    rows = read(text(tmp_path, "a;b;c\n1;2;3\n1;2"))
    assert [bool(row.fault) for row in rows] == [False, True]


@pytest.mark.parametrize("content", ["", "\n\n", ";;\n"])
def test_an_empty_file_is_no_table(tmp_path, content):
    with pytest.raises(UnusableInput, match="vide"):
        sheets.survey(text(tmp_path, content))


def test_a_table_of_too_many_columns_is_refused(tmp_path):
    wide = ";".join(f"c{n}" for n in range(300)) + "\n"
    with pytest.raises(UnusableInput, match="200 colonnes"):
        sheets.survey(text(tmp_path, wide))


def test_a_byte_of_another_encoding_refuses_its_row_alone(tmp_path):
    content = b"a;b\n1;2\n" + b"3;\x81\n4;5\n"
    assert [bool(row.fault) for row in read(text(tmp_path, content), encoding="utf-8")] == [
        False,
        True,
        False,
    ]


# spreadsheets


def test_cells_are_read_as_what_they_are(tmp_path):
    head = ["N", "Jour", "Moment", "Vrai", "Nombre", "Part"]
    values = [1.0, date(2021, 3, 4), datetime(2021, 3, 4, 2, 10), True, 12, 0.5]  # noqa: DTZ001
    (row,) = read(book(tmp_path, ["Registre"], head, values))
    assert row.line == 3
    assert list(row.cells.values()) == ["1", "2021-03-04", "2021-03-04T02:10", "yes", "12", "0.5"]


def test_merged_cells_reach_down_and_say_so(tmp_path):
    rows = [["N", "Structure"], [1, "CHU"], [2, None], [3, None], [4, "CH"]]
    found = read(book(tmp_path, *rows, merged=["B2:B3"]))
    assert [row.cells["Structure"] for row in found] == ["CHU", "CHU", "", "CH"]
    assert [list(row.doubts) for row in found] == [[], ["Structure"], [], []]


def test_formulas_that_were_never_computed_and_errors_are_faults(tmp_path):
    rows = [["N", "Somme", "Lien"], [1, "=A2+1", "#REF!"], [2, 3, "x"], ["=A3", None, None]]
    first, second, third = read(book(tmp_path, *rows))
    assert "jamais calculée" in first.faults["Somme"]
    assert "#REF!" in first.faults["Lien"]
    assert second.faults == {}
    assert list(third.faults) == ["N"]


def test_a_formula_that_makes_nothing_is_an_empty_cell(tmp_path):
    path = book(tmp_path, ["N", "Objet"], [1, '=IF(A2=1,"",A2)'])
    change(path, "<v></v>", "<v></v>")
    change(path, '<c r="B2">', '<c r="B2" t="str">')
    (row,) = read(path)
    assert (row.cells, row.faults) == ({"N": "1", "Objet": ""}, {})


def change(path, old, new):
    """Write a part of a spreadsheet otherwise."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_the_sheet_that_holds_a_table_is_read_unless_another_is_named(tmp_path):
    made = Workbook()
    made.active.append(["Lisez-moi"])
    second = made.create_sheet("Incidents")
    third = made.create_sheet("Anciens")
    for sheet, year in ((second, 2021), (third, 2001)):
        sheet.append(["N", "Date"])
        sheet.append([1, year])
    path = tmp_path / "t.xlsx"
    made.save(path)
    assert sheets.survey(path).sheets == ["Sheet", "Incidents", "Anciens"]
    assert [row.cells["Date"] for row in read(path)] == ["2021"]
    assert [row.cells["Date"] for row in read(path, sheet="Anciens")] == ["2001"]
    with pytest.raises(UnusableInput, match="pas de feuille"):
        read(path, sheet="Absente")


def test_what_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (workbooks.LARGEST_PART + 1))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UnusableInput, match="trop grand"):
        sheets.survey(path)


def test_entities_in_a_spreadsheet_are_refused(tmp_path):
    path = book(tmp_path, ["N", "Date"], [1, 2021])
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet'
    change(path, "<worksheet", bomb)
    with pytest.raises(UnusableInput, match="pas un classeur lisible"):
        read(path)


def test_a_cell_at_the_end_of_the_world_costs_nothing(tmp_path):
    path = book(tmp_path, ["N", "Date"], [1, 2021])
    made = load_workbook(path)
    made.active["XFD5"] = "loin"
    made.save(path)
    assert len(read(path)) == 1


@pytest.mark.parametrize("end", [200, 2000, -100])
def test_a_spreadsheet_that_was_cut_says_so(tmp_path, end):
    path = book(tmp_path, ["N", "Date"], *([n, 2021] for n in range(200)))
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(UnusableInput, match="coupé"):
        read(path)


def test_an_old_or_locked_spreadsheet_says_what_to_do(tmp_path):
    with pytest.raises(UnusableInput, match="ancien Excel"):
        sheets.survey(text(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "t.xls"))


def test_any_zip_is_no_spreadsheet(tmp_path):
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bonjour.txt", "x")
    with pytest.raises(UnusableInput, match="pas un classeur"):
        sheets.survey(Path(path))
