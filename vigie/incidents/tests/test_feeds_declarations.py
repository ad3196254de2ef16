import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.feeds import declarations
from vigie.incidents.feeds.records import BadRecord
from vigie.incidents.rules.facts import Facts
from vigie.kernel.imports import UnusableInput

PARIS = ZoneInfo("Europe/Paris")
READING = declarations.Reading(datetime(2026, 3, 14, 1, 10, tzinfo=UTC), PARIS)
EJ, ET = "690781810", "690000245"
GUIDE = Path(__file__).resolve().parents[3] / "docs" / "use" / "import-declarations.md"


def understood(tmp_path, content, name="past.csv"):
    """Return each record of a file as (line, arrival), or (line, field, why it is refused)."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = []
    for raw in declarations.read(path, lambda size: None):
        try:
            arrival = declarations.parse(raw, READING, file=str(path))
            found.append((raw.line, arrival))
        except BadRecord as reason:
            found.append((raw.line, reason.field, reason.reason))
    return found


def table(*rows, columns="key;establishment;declared"):
    return "\n".join([columns, *rows]) + "\n"


def one(tmp_path, columns, cells):
    """Return the only declaration of a table with these columns beside the required ones."""
    header = ";".join(["key", "establishment", "declared", *columns])
    ((_line, arrival),) = understood(
        tmp_path, table(";".join(["K1", EJ, "2021-03-04", *cells]), columns=header)
    )
    return arrival


def fault(tmp_path, column, cell):
    """Return the field and the reason for which a cell is refused."""
    cells = {"key": "K1", "establishment": EJ, "declared": "2021-03-04"} | {column: cell}
    ((_line, field, reason),) = understood(
        tmp_path, table(";".join(cells.values()), columns=";".join(cells))
    )
    return field, reason


# tables


def test_a_row_becomes_a_declaration(tmp_path):
    columns = ["title", "occurred", "endangerment", "structure_impact", "support_requested"]
    cells = ["Panne du DPI", "14/03/2020 02:10", "potential", "degraded", "oui"]
    found = one(tmp_path, columns, cells)
    assert (found.source, found.key, found.finess, found.site) == ("register", "K1", EJ, "")
    assert found.declared == "2021-03-04"
    assert found.facts == Facts(
        title="Panne du DPI",
        occurred="2020-03-14T02:10+01:00",
        endangerment="potential",
        structure_impact="degraded",
        support_requested=True,
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_are_read_as_spreadsheets_write_them(tmp_path, delimiter, mark, end):
    rows = [["Key ", "Establishment", "declared", "title"], ["K1", EJ, "2021", "Panne"]]
    text = mark + end.join(delimiter.join(row) for row in rows) + end
    ((line, arrival),) = understood(tmp_path, text)
    assert (line, arrival.facts.title) == (2, "Panne")


def test_a_text_may_hold_delimiters_quotes_and_line_ends(tmp_path):
    text = table(
        f'K1;{EJ};2021;"Panne ; ""totale""\nau bloc"',
        f"K2;{EJ};2021;Suite",
        columns="key;establishment;declared;description",
    )
    (first, second) = understood(tmp_path, text)
    assert (first[0], first[1].facts.description) == (2, 'Panne ; "totale"\nau bloc')
    assert (second[0], second[1].key) == (4, "K2")


def test_empty_rows_are_no_records(tmp_path):
    found = understood(tmp_path, table("", ";;", f"K1;{EJ};2021", " "))
    assert [line for line, *_rest in found] == [4]


@pytest.mark.parametrize("bad", ['K2;"broken', 'K2;12" screen;2021', f"K2;{EJ}", f"K2;{EJ};2021;x"])
def test_a_row_that_is_none_is_named_and_those_after_it_are_read(tmp_path, bad):
    rows = [f"K{n};{EJ};2021" for n in (3, 4, 5)]
    found = understood(tmp_path, table(f"K1;{EJ};2021", bad, *rows, f'K6;{EJ};"2021"'))
    assert [line for line, *_rest in found] == [2, 3, 4, 5, 6, 7]
    assert [len(told) for told in found] == [2, 3, 2, 2, 2, 2]


def test_a_row_in_another_encoding_is_refused_alone(tmp_path):
    text = table(f"K1;{EJ};2021;h", f"K2;{EJ};2021;é", columns="key;establishment;declared;title")
    found = understood(tmp_path, text.encode("cp1252"))
    assert found[0][1].key == "K1"
    assert "not UTF-8: byte 0xE9" in found[1][2]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_table_in_utf_16_gets_one_clear_answer(tmp_path, encoding):
    with pytest.raises(UnusableInput, match="UTF-16; save it as UTF-8"):
        understood(tmp_path, table(f"K1;{EJ};2021").encode(encoding))


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("key;establishment", "missing column: declared"),
        ("key;establishment;declared;gravité", "unknown column: gravité"),
        ("key;establishment;declared;", r"unknown column: \(without name\)"),
        ("key;establishment;declared;supplier", "unknown column: supplier"),
        ("key;establishment;declared;episodes", "unknown column: episodes"),
        ("key;establishment;declared;title;title", "column that stands twice: title"),
    ],
)
def test_a_wrong_header_refuses_the_table_and_says_which_column(tmp_path, columns, told):
    with pytest.raises(UnusableInput, match=told):
        understood(tmp_path, table("a;b;c;d;e", columns=columns))


def test_a_table_without_anything_is_unusable(tmp_path):
    with pytest.raises(UnusableInput, match="empty"):
        understood(tmp_path, "")


def test_a_row_beyond_the_limit_is_refused_in_bounded_memory(tmp_path):
    long = f"K2;{EJ};" + "x" * 3_000_000
    found = understood(tmp_path, table(f"K1;{EJ};2021", long, f"K3;{EJ};2021"))
    assert [line for line, *_rest in found] == [2, 3, 4]
    assert "256 Kio" in found[1][2]
    assert found[2][1].key == "K3"


CELLS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from(['"', ";", ",", "\n"]),
    max_size=20,
)


@given(st.lists(CELLS, min_size=1, max_size=6))
def test_whatever_a_spreadsheet_writes_comes_back(tmp_path_factory, texts):
    rows = [
        f'K{n};{EJ};2021;"{text.replace(chr(34), chr(34) * 2)}"' for n, text in enumerate(texts)
    ]
    text = table(*rows, columns="key;establishment;declared;description")
    found = understood(tmp_path_factory.mktemp("tables"), text)
    assert [arrival.facts.description for _line, arrival in found] == [t.strip() for t in texts]


# cells


@pytest.mark.parametrize(
    ("cell", "answer"),
    [("oui", True), ("Yes", True), ("1", True), ("non", False), ("FALSE", False), ("", None)],
)
def test_a_question_is_answered_in_either_language_and_empty_is_unknown(tmp_path, cell, answer):
    assert one(tmp_path, ["support_requested"], [cell]).facts.support_requested is answer


@pytest.mark.parametrize(
    ("cell", "impacts"),
    [("unavailable|lost", ["unavailable", "lost"]), ("aucun", []), ("None", []), ("", None)],
)
def test_a_list_is_parted_by_bars_and_none_is_not_unknown(tmp_path, cell, impacts):
    assert one(tmp_path, ["data_impacts"], [cell]).facts.data_impacts == impacts


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("2020", "2020"),
        ("03/2020", "2020-03"),
        ("4/3/2020", "2020-03-04"),
        ("2020-03-04", "2020-03-04"),
    ],
)
def test_dates_may_be_partial_and_french(tmp_path, cell, text):
    assert one(tmp_path, ["occurred"], [cell]).facts.occurred == text


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("establishment", "690781811"),
        ("establishment", "x"),
        ("site", "690781811"),
        ("declared", "hier"),
        ("declared", "31/02/2021"),
        ("declared", "1979"),
        ("declared", "2027"),
        ("declared", ""),
        ("occurred", "1850"),
        ("occurred", "2026-12"),
        ("endangerment", "grave"),
        ("support_requested", "peut-être"),
        ("data_impacts", "unavailable|burnt"),
        ("persons", "beaucoup"),
        ("persons", "-3"),
        ("category", "licorne"),
        ("care_activities", "XYZ"),
        ("status", "received"),
        ("status", "duplicate"),
        ("source", "veris"),
        ("source", "Pas de blancs"),
        ("major_confirmed", "un peu"),
        ("title", "x" * 201),
    ],
)
def test_a_wrong_cell_names_its_column(tmp_path, column, cell):
    field, reason = fault(tmp_path, column, cell)
    assert field.partition(".")[0] == column
    assert reason


def test_a_rejected_declaration_says_why(tmp_path):
    assert fault(tmp_path, "status", "rejected")[0] == "status_reason"
    found = one(tmp_path, ["status", "status_reason"], ["rejected", "Essai"])
    assert (found.status, found.status_reason) == ("rejected", "Essai")


def test_a_declaration_without_title_takes_its_key(tmp_path):
    assert one(tmp_path, [], []).facts.title == "Déclaration K1"


# JSON


def written(**changes):
    return {"key": "K1", "establishment": EJ, "declared": "2021-03-04"} | changes


def test_a_json_line_says_the_same_and_episodes_too(tmp_path):
    episode = {"kind": "degraded", "activity": "URG", "start": "2021-03-04", "end": "2021-03-06"}
    record = written(
        site=ET,
        source="ancien",
        major_confirmed=True,
        event="Panne nationale",
        facts={"title": "Panne", "data_impacts": [], "episodes": [episode]},
    )
    ((_line, found),) = understood(tmp_path, json.dumps(record), "past.jsonl")
    assert (found.site, found.source, found.event) == (ET, "ancien", "Panne nationale")
    assert found.major_confirmed is True
    assert found.facts.episodes[0].activity == "URG"
    assert found.facts.data_impacts == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"facts": {"endangerment": "grave"}}, "endangerment"),
        ({"facts": {"unheard": 1}}, "unheard"),
        ({"facts": {"supplier": 3}}, "supplier"),
        ({"facts": {"applications": [3]}}, "applications"),
        ({"facts": []}, "facts"),
        ({"unheard": 1}, "unheard"),
        ({"declared": 2021}, "declared"),
        ({"declared": "04/03/2021"}, "declared"),
        ({"key": ""}, "key"),
        ({"key": None}, "key"),
        ({"establishment": ""}, "establishment"),
    ],
)
def test_a_wrong_record_names_its_field(tmp_path, changes, field):
    ((_line, told, reason),) = understood(tmp_path, json.dumps(written(**changes)), "past.jsonl")
    assert told == field
    assert reason


@pytest.mark.parametrize("name", ["key", "establishment", "declared"])
def test_what_is_required_cannot_be_left_out(tmp_path, name):
    record = {field: value for field, value in written().items() if field != name}
    ((_line, told, _reason),) = understood(tmp_path, json.dumps(record), "past.json")
    assert told == name


# the guide


def test_the_guide_names_every_column():
    text = GUIDE.read_text(encoding="utf-8")
    assert [name for name in declarations.COLUMNS if f"`{name}`" not in text] == []
    assert "`episodes`" in text


def test_the_example_of_the_guide_is_understood(tmp_path):
    blocks = GUIDE.read_text(encoding="utf-8").split("```")
    examples = {block.split("\n", 1)[0]: block.split("\n", 1)[1] for block in blocks[1::2]}
    assert len(understood(tmp_path, examples["csv"])) >= 2
    assert all(len(told) == 2 for told in understood(tmp_path, examples["csv"]))
    (found,) = understood(tmp_path, examples["json"], "past.json")
    assert len(found) == 2
