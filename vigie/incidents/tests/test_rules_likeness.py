from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.rules.likeness import (
    MOST_COMMON,
    Basis,
    Candidate,
    OpenEvent,
    likely_groups,
)

DAY = date(2026, 3, 11)  # a Wednesday


def file(pk, days=0, **more):
    return Candidate(pk=pk, day=DAY + timedelta(days=days), **more)


def groups(*files, events=(), set_aside=None):
    found = likely_groups(files, events, set_aside or {})
    return [(likely.basis, likely.members, likely.event) for likely in found]


def test_files_of_one_supplier_within_two_weeks():
    near = [file(1, supplier=7), file(2, 10, supplier=7), file(3, 20, supplier=7)]
    assert groups(*near) == [(Basis.SUPPLIER, (1, 2, 3), None)]
    assert groups(file(1, supplier=7), file(2, 15, supplier=7)) == []
    assert groups(file(1, supplier=7), file(2, supplier=8)) == []


def test_files_that_share_what_few_share_hang_together():
    chain = [
        file(1, observables=frozenset({10})),
        file(2, 90, observables=frozenset({10, 11})),
        file(3, 300, observables=frozenset({11})),
        file(4, observables=frozenset({12})),
    ]
    (likely,) = likely_groups(chain, (), {})
    assert (likely.basis, likely.members) == (Basis.OBSERVABLES, (1, 2, 3))
    assert likely.shared == {10, 11}


def test_what_everybody_has_brings_nobody_together():
    many = [file(pk, observables=frozenset({10})) for pk in range(1, MOST_COMMON + 2)]
    assert groups(*many) == []
    assert len(groups(*many[:-1])) == 1


def test_three_files_of_one_category_in_one_week():
    week = [
        file(1, -2, category="phishing"),
        file(2, category="phishing"),
        file(3, 4, category="phishing"),
    ]
    assert groups(*week) == [(Basis.WEEK, (1, 2, 3), None)]
    assert groups(*week[:2], file(3, 5, category="phishing")) == []
    assert groups(*week[:2], file(3, 4, category="ransomware")) == []
    vague = [file(pk, category="undetermined") for pk in (1, 2, 3)]
    assert groups(*vague) == []


def test_the_strongest_reason_comes_first_and_a_file_stands_once():
    alike = {"category": "phishing"}
    files = [
        file(1, supplier=7, **alike),
        file(2, supplier=7, observables=frozenset({10}), **alike),
        file(3, observables=frozenset({10, 11}), **alike),
        file(4, observables=frozenset({11}), **alike),
        *(file(pk, **alike) for pk in (5, 6, 7)),
    ]
    assert groups(*files) == [
        (Basis.SUPPLIER, (1, 2), None),
        (Basis.OBSERVABLES, (3, 4), None),
        (Basis.WEEK, (5, 6, 7), None),
    ]


def test_one_file_may_join_an_open_event():
    event = OpenEvent(pk=5, last=DAY, supplier=7, observables=frozenset({10}))
    assert groups(file(1, 3, supplier=7), events=[event]) == [(Basis.SUPPLIER, (1,), 5)]
    assert groups(file(1, 15, supplier=7), events=[event]) == []
    assert groups(file(1, 90, observables=frozenset({10})), events=[event]) == [
        (Basis.OBSERVABLES, (1,), 5)
    ]


def test_what_was_set_aside_comes_back_only_with_a_new_file():
    files = [file(pk, supplier=7) for pk in (1, 2, 3)]
    (likely,) = likely_groups(files, (), {})
    assert likely.key == "supplier:7"
    assert groups(*files, set_aside={"supplier:7": [frozenset({1, 2, 3, 9})]}) == []
    assert len(groups(*files, set_aside={"supplier:7": [frozenset({1, 2})]})) == 1
    assert len(groups(*files, set_aside={"supplier:8": [frozenset({1, 2, 3})]})) == 1


def test_a_weaker_reason_is_looked_at_where_the_stronger_was_set_aside():
    files = [file(pk, supplier=7, observables=frozenset({10})) for pk in (1, 2)]
    set_aside = {"supplier:7": [frozenset({1, 2})]}
    assert groups(*files, set_aside=set_aside) == [(Basis.OBSERVABLES, (1, 2), None)]


@given(
    st.lists(
        st.builds(
            Candidate,
            pk=st.integers(1, 60),
            day=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
            category=st.sampled_from(["", "phishing", "ransomware"]),
            supplier=st.sampled_from([None, 1, 2]),
            observables=st.frozensets(st.integers(1, 5), max_size=2),
        ),
        unique_by=lambda one: one.pk,
        max_size=40,
    )
)
def test_no_file_is_offered_twice_and_the_order_of_reading_does_not_matter(files):
    found = likely_groups(files, (), {})
    members = [pk for likely in found for pk in likely.members]
    assert len(members) == len(set(members))
    assert all(len(likely.members) > 1 for likely in found)
    assert {likely.members for likely in likely_groups(files[::-1], (), {})} == {
        likely.members for likely in found
    }
