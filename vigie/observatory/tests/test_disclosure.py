"""What is hidden by month, type and region, what covers it, and what stays hidden."""

import pytest

from vigie.observatory.rules.disclosure import Number, Reason, protect
from vigie.observatory.rules.disclosure.cells import meets
from vigie.observatory.rules.disclosure.solver import Constraint, Contradiction, maximiser
from vigie.observatory.rules.edition import PLAIN, VIEWS, View
from vigie.observatory.rules.indicators import Clause
from vigie.observatory.rules.question import Axis, Unit
from vigie.observatory.tests.registers import KINDS, MONTHS, Structure, Told, edition, groups

EVENTS = View(Unit.EVENTS)
WITHOUT = View(without_provider=True)


def a_year(**regions):
    """Return a register: so many structures that declared once in each region."""
    told = []
    for region, number in regions.items():
        for _ in range(number):
            rank = len(told)
            place = Structure(rank, region.removeprefix("r"), list(KINDS)[rank % len(KINDS)])
            told.append(Told(place, MONTHS[rank % 6]))
    return told


def protected(register, **known):
    return protect(edition(register), groups(register), **known)


def row(made, region, view=PLAIN, table="T04"):
    found = next(one for one in made.edition[view].tables if one.table.id == table)
    line = next(line for line in found.lines if line.row.code == region)
    return dict(zip(found.columns, line.numbers, strict=True))


def hidden(made, number=Number.DECLARATIONS, table="T04"):
    return {one.row for one in made.hidden if (one.table, one.number) == (table, number)}


def reason(made, region, number=Number.DECLARATIONS):
    return next(
        one.reason
        for one in made.hidden
        if (one.table, one.row, one.number) == ("T04", region, number)
    )


def test_a_region_with_few_structures_is_hidden_with_the_smallest_that_covers_it():
    made = protected(a_year(r84=30, r93=12, r11=9, r94=3, r06=20))
    assert hidden(made) == {"94", "11"}
    assert reason(made, "94") is Reason.SMALL
    assert reason(made, "11") is Reason.COVER


def test_few_that_cover_each_other_hide_no_other():
    made = protected(a_year(r84=30, r93=12, r11=9, r94=3, r06=4))
    assert hidden(made) == {"94", "06"}


def test_nothing_is_hidden_where_every_number_rests_on_enough():
    made = protected(a_year(r84=30, r93=12, r11=9, r94=8, r06=20))
    assert hidden(made) == set()
    assert row(made, "94")["structures"] == 8


def test_nobody_is_hidden_like_few():
    made = protected(a_year(r84=30, r93=12, r11=9, r94=8))
    assert hidden(made) == {"06", "94"}


def test_an_empty_row_of_what_nobody_told_is_shown():
    made = protected(a_year(r84=30, r93=30, r11=30, r94=30, r06=30))
    assert row(made, "unknown", table="T01")["value"] == 0


def test_what_says_nothing_of_months_types_or_regions_is_shown():
    register = a_year(r84=6)
    made = protected(register)
    assert [one.value for one in made.edition[PLAIN].figures] == [
        one.value for one in edition(register)[PLAIN].figures
    ]


def test_a_hidden_row_keeps_what_everybody_knows_of_it():
    made = protected(a_year(r84=30, r93=12, r11=9, r94=3, r06=20))
    line = row(made, "94")
    assert line["obliged"] == 40
    assert (line["value"], line["structures"], line["rate"]) == (None, None, None)


def with_few_of_a_provider():
    register = a_year(r84=30, r93=30, r11=30, r94=30, r06=30)
    touched = {one.structure.number for one in register if one.structure.region == "93"}
    few = sorted(touched)[:2]
    return [
        Told(one.structure, one.month, provider=one.structure.number in few or rank % 3 == 0)
        if one.structure.region != "93" or one.structure.number in few
        else one
        for rank, one in enumerate(register)
    ]


def test_a_difference_that_rests_on_few_hides_the_part_and_not_the_whole():
    made = protected(with_few_of_a_provider())
    assert row(made, "93")["value"] == 30
    assert row(made, "93", WITHOUT)["value"] is None
    assert reason(made, "93", Number.WITHOUT) is Reason.GAP
    assert len(hidden(made, Number.WITHOUT)) == 2  # one alone would be the total less the rest


def test_what_shares_an_event_with_few_is_hidden_in_events():
    register = a_year(r84=30, r93=30, r11=30, r94=30, r06=30)
    shared = [Told(one.structure, one.month, event=7) for one in register[:2]]
    made = protected([*shared, *register[2:]])
    assert row(made, "84")["value"] == 30
    assert row(made, "84", EVENTS)["value"] is None
    assert reason(made, "84", Number.EVENTS) is Reason.GAP


def test_both_axes_hide_the_same_rows():
    register = a_year(r84=30, r93=30, r11=30, r94=6, r06=30)
    moved = [one for one in register if one.structure.region == "94"][:2]
    register = [
        Told(one.structure, one.month, axes=(Axis.DECLARED,)) if one in moved else one
        for one in register
    ]
    made = protected(register)
    assert row(made, "94")["value"] is None  # four structures by date of occurrence
    assert row(made, "94", View(axis=Axis.OCCURRED))["value"] is None


def test_what_was_hidden_stays_hidden_in_a_correction():
    first = protected(a_year(r84=30, r93=12, r11=9, r94=3, r06=20))
    grown = a_year(r84=30, r93=12, r11=9, r94=8, r06=20)
    assert hidden(protected(grown)) == set()
    made = protected(grown, earlier=first.edition)
    assert hidden(made) == {"94", "11"}
    assert reason(made, "94") is Reason.KEPT


def test_what_a_correction_hides_anew_is_not_covered_by_what_was_hidden_before_alone():
    first = protected(a_year(r84=30, r93=12, r11=9, r94=3, r06=20))
    shrunk = a_year(r84=30, r93=4, r11=9, r94=3, r06=20)
    made = protected(shrunk, earlier=first.edition)
    assert hidden(made) == {"94", "11", "93", "06"}  # 93 alone would be what the rest lost


def test_the_year_before_stands_as_it_was_published():
    before = protected(a_year(r84=20, r93=12, r11=9, r94=3, r06=25))
    made = protected(a_year(r84=30, r93=12, r11=9, r94=8, r06=20), before=before.edition)
    assert (row(made, "84")["value_before"], row(made, "84")["change"]) == (20, 10)
    assert (row(made, "94")["value_before"], row(made, "94")["change"]) == (None, None)
    assert row(made, "94")["value"] == 8


def test_key_figures_by_region_hide_few_and_cover_them():
    register = [
        Told(one.structure, one.month, malicious=rank % 2 == 0, ransomware=rank == 0)
        for rank, one in enumerate(a_year(r84=30, r93=30, r11=30, r94=30, r06=30))
    ]
    made = protected(register)
    line = row(made, "84", table="R01")
    assert (line["declarations"], line["structures"], line["malicious"]) == (30, 30, 15)
    assert {row(made, one, table="R01")["ransomware"] for one in ("84", "93")} == {None}


def test_a_row_that_some_views_lack_is_listed_in_all_of_them():
    register = a_year(r84=30, r93=30, rXX=1)
    raw = edition(register, regions=["84", "93"])
    added = edition(register, regions=["84", "93", "XX"])
    raw.reports[PLAIN] = added[PLAIN]
    made = protect(raw, groups(register))
    for view in VIEWS:
        table = next(one for one in made.edition[view].tables if one.table.id == "T04")
        assert [line.row.code for line in table.lines] == ["84", "93", "XX"]


def test_the_officer_is_told_of_how_many_numbers_how_many_are_hidden():
    made = protected(a_year(r84=30, r93=12, r11=9, r94=3, r06=20))
    assert 0 < len(made.hidden) < made.numbers


@pytest.mark.parametrize(
    ("value", "clause", "holds"),
    [
        ("a", Clause("x", ("a", "b")), True),
        ("c", Clause("x", ("a", "b")), False),
        ("c", Clause("x", ("a", "b"), excludes=True), True),
        (None, Clause("x", (None,)), True),
        (None, Clause("x", (None,), excludes=True), False),
        (3, Clause("x", (), low=3, high=5), True),
        (5, Clause("x", (), low=3, high=5), False),
        (None, Clause("x", (), low=3), False),
    ],
)
def test_conditions_hold_as_in_sql(value, clause, holds):
    assert meets({"x": value}, ((clause,),)) is holds


def test_the_solver_says_when_nothing_fits():
    solve = maximiser([0, 0], [5, 5], [Constraint({0: 1, 1: 1}, 11, None)])
    with pytest.raises(Contradiction):
        solve({0: 1})


def test_the_solver_finds_the_largest_sum():
    solve = maximiser([0, 0], [5, 5], [Constraint({0: 1, 1: 1}, 0, 7)])
    assert solve({0: 1})[0] == 5
    assert solve({0: 1, 1: 2}) == [2, 5]
