from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.reports import rules
from vigie.reports.rules import Answer, BadWord, Mark, Told

ANSWERS = ["", *Answer]


@given(st.lists(st.integers(0, 10_000), min_size=8, max_size=8))
def test_a_code_is_read_back_however_it_is_typed(draw):
    code = rules.new_code(draw)
    assert rules.read_code(code) == code
    assert rules.read_code(f" {code[:4].lower()}-{code[4:].lower()} ") == code


def test_codes_hold_no_sign_that_is_taken_for_another_and_no_vowel():
    assert not set("01OIL") & set(rules.ALPHABET)
    assert not set("AEIOUY") & set(rules.ALPHABET)
    assert len(set(rules.ALPHABET)) == len(rules.ALPHABET)


@pytest.mark.parametrize("typed", ["", "BCDF234", "BCDF23456", "BCDO2345", "suivi", "../../etc"])
def test_what_is_no_code_is_none(typed):
    assert rules.read_code(typed) == ""


@pytest.mark.parametrize(
    ("danger", "device", "expected"),
    [
        ("yes", "yes", ["danger", "device"]),
        ("yes", "no", ["danger"]),
        ("unsure", "no", ["danger"]),
        ("no", "yes", ["device"]),
        ("no", "unsure", ["device"]),
        ("no", "", ["device"]),
        ("no", "no", []),
    ],
)
def test_the_orders_follow_from_the_two_answers(danger, device, expected):
    assert rules.orders(danger, device) == expected


@given(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS))
def test_advice_that_touches_equipment_needs_two_clear_noes(danger, device):
    free = (danger, device) == ("no", "no")
    assert rules.keeps_hands_off(danger, device) is not free
    assert bool(rules.orders(danger, device)) is not free or (danger == "" and device == "no")


@pytest.mark.parametrize(
    ("marks", "is_busy", "asked"),
    [
        ((), True, False),
        ((Mark.QUICK,), False, False),
        ((Mark.QUICK,), True, True),
        ((Mark.TRAP,), False, True),
        ((Mark.UNSIGNED,), False, True),
        ((Mark.FLOOD,), False, True),
    ],
)
def test_a_doubtful_report_is_asked_for_again(marks, is_busy, asked):
    told = Told(danger="no")
    assert rules.asks_again(told, marks, is_busy=is_busy) is asked


@given(st.sets(st.sampled_from(list(Mark))), st.booleans())
def test_a_patient_in_danger_is_never_asked_twice(marks, is_busy):
    assert not rules.asks_again(Told(danger="yes"), marks, is_busy=is_busy)


def test_numbers_of_patients_are_masked_in_every_text():
    number = "1 84 12 76 451 089 46"
    key = f"{97 - int('1841276451089') % 97:02d}"
    full = number[:-2] + key
    cleaned = rules.clean(Told(text=f"Patient {full}", where=full, name=full))
    assert cleaned.masked == 3
    assert key not in cleaned.told.text.removeprefix("Patient ")


@given(st.text(max_size=5_000))
def test_whatever_is_typed_can_be_stored(text):
    told = rules.clean(Told(text=text, where=text, phone=text)).told
    assert len(told.text) <= rules.TEXT_LENGTH
    assert len(told.where) <= rules.WHERE_LENGTH
    assert len(told.phone) <= rules.PHONE_LENGTH
    assert "\0" not in told.text


@given(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS))
def test_of_two_answers_the_graver_stays(one, other):
    order = ["", "no", "unsure", "yes"]
    assert order.index(rules.worse(one, other)) == max(order.index(one), order.index(other))


def test_the_same_words_have_the_same_fingerprint():
    told = Told(danger="no", text="Écran bleu")
    assert told.digest() == replace(told).digest()
    assert told.digest() != replace(told, text="Écran noir").digest()


@pytest.mark.parametrize(
    ("typed", "serial"),
    [("S-26-0417", 417), ("s-26-417", 417), ("417", 417), ("", None), ("x", None)],
)
def test_a_number_said_on_the_telephone_is_read(typed, serial):
    assert rules.read_number(typed) == serial
    assert rules.number(2026, 417) == "S-26-0417"


@pytest.mark.parametrize("text", ["", "  \n ", "\0", "x" * 5_000])
def test_an_answer_says_something_and_ends(text):
    with pytest.raises(BadWord):
        rules.check_words("text", text)
