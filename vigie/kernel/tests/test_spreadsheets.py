import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.kernel.spreadsheets import FRENCH, PLAIN, cell, csv_chunks


def read(chunks, dialect):
    text = b"".join(chunks).decode("utf-8-sig" if dialect.mark else "utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter))


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.lists(texts, min_size=2, max_size=4)), st.sampled_from([FRENCH, PLAIN]))
def test_every_text_comes_back_and_none_is_a_formula(rows, dialect):
    back = read(csv_chunks(rows, dialect), dialect)
    assert [[c.removeprefix("'") for c in row] for row in back] == [
        [c.removeprefix("'") for c in row] for row in rows
    ]
    assert not any(c[:1] in "=+-@\t\r\n" for row in back for c in row if c)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_a_formula_becomes_text(start):
    assert cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-5, "-5"),
        (-1.5, "-1,5"),
        (Decimal("-12.50"), "-12,50"),
        (None, ""),
        (True, "true"),
        (date(2026, 3, 14), "2026-03-14"),
        (datetime(2026, 3, 14, 2, 10, tzinfo=UTC), "2026-03-14T02:10:00+00:00"),
        ("a=b", "a=b"),
    ],
)
def test_numbers_stay_numbers_and_dates_are_iso(value, shown):
    assert cell(value, FRENCH) == shown


def test_a_long_table_is_written_in_pieces_as_its_rows_come():
    drawn = []

    def rows():
        for number in range(100_000):
            drawn.append(number)
            yield [number, "Hôpital"]

    chunks = csv_chunks(rows())
    first = next(chunks)
    assert len(drawn) < 10_000
    assert len(read([first, *chunks], PLAIN)) == 100_000
