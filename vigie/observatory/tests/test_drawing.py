"""Lengths of bars and squares of a hundred say what the numbers say."""

from hypothesis import given
from hypothesis import strategies as st

from vigie.observatory.rules.drawing import lengths, squares

NUMBERS = st.lists(st.none() | st.integers(0, 1_000_000), min_size=1, max_size=12)


def test_the_largest_bar_is_whole_and_others_are_in_proportion():
    assert lengths([5, 10, None, 0]) == [50, 100, None, 0]


def test_nothing_has_no_length():
    assert lengths([0, 0]) == [0, 0]
    assert lengths([]) == []


def test_what_is_below_zero_has_no_length():
    assert lengths([-3, 4]) == [0, 100]


def test_squares_are_shared_by_largest_remainders():
    assert squares([50, 30, 20]) == [50, 30, 20]
    assert squares([1, 1, 1]) == [34, 33, 33]


def test_what_is_small_is_seen():
    assert squares([9999, 1]) == [99, 1]


def test_nobody_answered():
    assert squares([0, None]) == [0, 0]


@given(NUMBERS)
def test_squares_are_a_hundred_or_none(numbers):
    found = squares(numbers)
    assert sum(found) == (100 if sum(one or 0 for one in numbers) > 0 else 0)
    assert all(one >= 0 for one in found)
    for number, count in zip(numbers, found, strict=True):
        assert count > 0 or not number


@given(NUMBERS)
def test_a_larger_number_never_has_a_shorter_bar(numbers):
    pairs = [(n, one) for n, one in zip(numbers, lengths(numbers), strict=True) if n is not None]
    for number, length in pairs:
        assert 0 <= length <= 100
        assert all(length <= other for n, other in pairs if n > number)
