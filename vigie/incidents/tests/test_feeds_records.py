import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.feeds import records
from vigie.incidents.feeds.records import BadRecord, Raw
from vigie.kernel.imports import UnusableInput

ATOMS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=12)
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=4)


def written(tmp_path, content, name="records.jsonl"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path):
    """Return each record of a file as (line, object), or (line, why it is refused)."""
    found = []
    for raw in records.records(path):
        try:
            found.append((raw.line, records.loaded(raw)))
        except BadRecord as reason:
            found.append((raw.line, reason.reason))
    return found


# lines


def test_each_line_is_a_record_and_empty_lines_are_none(tmp_path):
    path = written(tmp_path, '{"a": 1}\n\n  \n{"a": 2}')
    assert read(path) == [(1, {"a": 1}), (4, {"a": 2})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"incident_id": "x", "act', "cut before its end"),
        ("{'a': 1}", "not JSON"),
        ("[1, 2]", "a list instead of an object"),
        ('"a text"', "a text instead of an object"),
        ("12", "a number instead of an object"),
        ("null", "null instead of an object"),
        ("true", "a truth value instead of an object"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "-Infinity is no number"),
        ('{"a": 1e999}', "too large"),
        ('{"a": ' + "9" * 5000 + "}", "not JSON"),
        ('{"a": "\\u0000"}', "NUL"),
        ('{"a": "\\ud800"}', "half a character"),
        ('{"a": ' + "[" * 70 + "1" + "]" * 70 + "}", "levels deep"),
        ('{"a": ' + "[" * 100_000, "levels deep"),
    ],
)
def test_a_bad_line_is_named_with_its_reason_and_the_others_are_read(tmp_path, line, reason):
    path = written(tmp_path, f'{{"a": 1}}\n{line}\n{{"a": 3}}\n')
    first, bad, last = read(path)
    assert first == (1, {"a": 1})
    assert bad[0] == 2
    assert reason in bad[1]
    assert last == (3, {"a": 3})


def test_a_line_in_another_encoding_is_refused_alone(tmp_path):
    path = written(tmp_path, b'{"a": 1}\n{"a": "h\xf4pital"}\n{"a": "h\xc3\xb4pital"}\n')
    assert read(path)[0] == (1, {"a": 1})
    assert "not UTF-8: byte 0xF4 at position 9" in read(path)[1][1]
    assert read(path)[2] == (3, {"a": "hôpital"})


def test_a_byte_order_mark_of_utf_8_is_no_part_of_the_first_record(tmp_path):
    path = written(tmp_path, '\ufeff{"a": 1}\n')
    assert read(path) == [(1, {"a": 1})]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["records.jsonl", "records.json"])
def test_a_file_in_utf_16_or_32_gets_one_clear_answer(tmp_path, encoding, name):
    path = written(tmp_path, '{"a": 1}\n{"a": 2}\n'.encode(encoding), name)
    ((line, reason),) = read(path)
    assert line == 1
    assert "save it as UTF-8" in reason


def test_a_line_beyond_the_limit_is_refused_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "LONGEST", 100)
    read_at_once = []
    long = '{"a": "' + "x" * 1_000_000 + '"}'
    path = written(tmp_path, f'{{"a": 1}}\n{long}\n{{"a": 3}}\n{long}')
    for raw in records.records(path, read_at_once.append):
        assert len(raw.content) <= 100
    assert max(read_at_once) <= records.CHUNK
    assert sum(read_at_once) == path.stat().st_size
    assert read(path) == [
        (1, {"a": 1}),
        (2, records.TOO_LONG),
        (3, {"a": 3}),
        (4, records.TOO_LONG),
    ]


# documents


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_file_may_hold_a_list_of_records(tmp_path, indent):
    found = [{"a": 1}, {"b": [1, {"c": "]},{"}]}, {"d": {}}]
    path = written(tmp_path, json.dumps(found, indent=indent), "records.json")
    assert [record for _line, record in read(path)] == found


def test_a_json_file_may_hold_one_record_spread_over_lines(tmp_path):
    record = {"a": {"b": [1, 2]}, "c": 'a "word" \\'}
    path = written(tmp_path, "\n" + json.dumps(record, indent=4), "one.json")
    assert read(path) == [(2, record)]


def test_a_json_file_may_hold_one_record_a_line(tmp_path):
    path = written(tmp_path, '{"a": 1}\n{"a": \n{"a": 3}\n', "records.json")
    assert [line for line, _record in read(path)] == [1, 2, 3]
    path = written(tmp_path, '{"a": \n{"a": 2}\n', "records.json")
    assert read(path)[1] == (2, {"a": 2})


def test_what_is_no_object_in_a_list_is_refused_with_the_line_where_it_begins(tmp_path):
    text = '[\n  {"a": 1},\n  "text",\n  [{"a": 2}],\n\n  12\n]\n'
    path = written(tmp_path, text, "records.json")
    assert read(path) == [
        (2, {"a": 1}),
        (3, "a text instead of an object"),
        (4, "a list instead of an object"),
        (6, "a number instead of an object"),
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('[{"a": 1},\n{"a": 2}', [1, 2, 2]),  # two records, then the list that does not end
        ('[{"a": 1},\n{"a": ', [1, 2]),
        ('[{"a": 1},\n{"a": "tex', [1, 2]),
        ('[{"a": 1}]\ngarbage', [1, 2]),
    ],
)
def test_a_document_cut_short_gives_what_is_whole_and_names_the_rest(tmp_path, text, lines):
    path = written(tmp_path, text, "records.json")
    found = read(path)
    assert [line for line, _record in found] == lines
    assert found[0][1] == {"a": 1}
    assert isinstance(found[-1][1], str)


def test_one_bad_record_of_a_list_does_not_cost_the_others(tmp_path):
    path = written(tmp_path, '[{"a": 1}, {"a" 2}, {"a": 3}]', "records.json")
    first, bad, last = read(path)
    assert (first[1], last[1]) == ({"a": 1}, {"a": 3})
    assert "not JSON" in bad[1]


def test_a_long_record_of_a_document_is_refused_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "LONGEST", 1000)
    text = json.dumps([{"a": 1}, {"a": "x" * 500_000}, {"a": ["\\" * 10] * 3}])
    path = written(tmp_path, text, "records.json")
    assert [record for _line, record in read(path)] == [
        {"a": 1},
        records.TOO_LONG,
        {"a": ["\\" * 10] * 3},
    ]
    assert all(len(raw.content) <= 1000 for raw in records.records(path))


@given(
    st.lists(OBJECTS, min_size=1, max_size=5),
    st.sampled_from([None, 0, 3]),
    st.integers(1, 40),
    st.booleans(),
)
def test_a_document_is_cut_into_its_records_wherever_it_is_read(found, indent, size, is_ascii):
    text = json.dumps(found, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    splitter, raws = records.Splitter(), []
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    while chunks:
        chunk = chunks.pop(0)
        while chunk.endswith(b"\\") and chunks:
            chunk += chunks.pop(0)
        raws += splitter.feed(chunk)
    raws += splitter.end()
    assert [json.loads(raw.content.decode("utf-8", "surrogatepass")) for raw in raws] == found
    assert not any(raw.fault for raw in raws)


# files


def test_a_folder_gives_its_json_files_sorted_and_nothing_else(tmp_path):
    (tmp_path / "inside").mkdir()
    for name in ("b.json", "a.JSONL", "inside/c.ndjson", "read.txt"):
        (tmp_path / name).write_text("{}")
    names = [str(path.relative_to(tmp_path)) for path in records.files_of([tmp_path])]
    assert names == ["a.JSONL", "b.json", "inside/c.ndjson"]


def test_a_file_that_is_named_is_read_whatever_it_is_called(tmp_path):
    path = written(tmp_path, '{"a": 1}\n', "export.txt")
    assert records.files_of([path]) == [path]
    assert read(path) == [(1, {"a": 1})]


def test_a_folder_without_such_a_file_is_told(tmp_path):
    with pytest.raises(UnusableInput, match=r"\.jsonl"):
        records.files_of([tmp_path])


@pytest.mark.parametrize("name", ["empty.jsonl", "empty.json"])
def test_an_empty_file_holds_no_record(tmp_path, name):
    assert read(written(tmp_path, "\n  \n", name)) == []


def test_a_fault_of_reading_is_a_bad_record():
    with pytest.raises(BadRecord, match="longer"):
        records.loaded(Raw(1, fault=records.TOO_LONG))
