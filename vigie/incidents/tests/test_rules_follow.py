from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.incidents.rules import follow, search
from vigie.incidents.rules.follow import (
    BACKWARDS,
    MOVES,
    PATH,
    Action,
    BadAction,
    ForbiddenMove,
    NextAction,
)
from vigie.incidents.rules.words import COUNTED_OUT, OPEN, Endangerment, Status, Waiting

NOW = datetime(2026, 11, 22, 2, 41, tzinfo=UTC)  # 03:41 in Paris
PARIS = ZoneInfo("Europe/Paris")
statuses = st.sampled_from(list(Status))


def test_every_status_has_its_moves():
    assert set(MOVES) == set(Status)


@given(statuses, statuses, st.text())
def test_there_is_no_way_out_of_the_table(old, new, reason):
    if new in MOVES[old]:
        return
    with pytest.raises(ForbiddenMove):
        follow.check_move(old, new, reason=reason)


@given(statuses, statuses)
def test_a_move_in_the_table_needs_nothing_but_at_times_a_reason(old, new):
    if new not in MOVES[old]:
        return
    follow.check_move(old, new, reason="parce que")
    if follow.needs_reason(old, new):
        with pytest.raises(ForbiddenMove):
            follow.check_move(old, new, reason="  \n")
    else:
        follow.check_move(old, new)


@pytest.mark.parametrize("status", list(Status))
def test_no_status_is_a_dead_end(status):
    assert MOVES[status]
    assert status not in MOVES[status]


def test_going_back_on_the_path_or_out_of_the_count_needs_a_reason():
    for old, new in product(PATH, PATH):
        if new in MOVES[old]:
            assert follow.needs_reason(old, new) == (PATH.index(new) < PATH.index(old))
    for old in Status:
        for new in MOVES[old] & COUNTED_OUT:
            assert follow.needs_reason(old, new)
        for new in MOVES[old]:
            if old in COUNTED_OUT:
                assert follow.needs_reason(old, new)


def test_backwards_moves_are_all_in_the_table():
    assert all(new in MOVES[old] for old, new in BACKWARDS)


def test_what_is_set_aside_comes_back_where_it_was():
    assert follow.restored(was_qualified=False) is Status.RECEIVED
    assert follow.restored(was_qualified=True) is Status.QUALIFIED
    for status in COUNTED_OUT:
        assert follow.restored(was_qualified=True) in MOVES[status]
        assert follow.restored(was_qualified=False) in MOVES[status]


def test_open_files_are_those_that_are_neither_closed_nor_set_aside():
    assert set(Status) - COUNTED_OUT - {Status.CLOSED} == OPEN


@pytest.mark.parametrize(
    ("graver", "milder"),
    [
        (Endangerment.PROVEN, Endangerment.POTENTIAL),
        (Endangerment.POTENTIAL, Endangerment.UNKNOWN),
        (Endangerment.UNKNOWN, Endangerment.NONE),
    ],
)
def test_the_graver_the_danger_the_sooner_the_look(graver, milder):
    assert follow.first_action(graver, NOW).due < follow.first_action(milder, NOW).due
    assert follow.DANGER_RANK[graver] > follow.DANGER_RANK[milder]


def test_a_new_file_waits_for_the_cert_to_qualify():
    action = follow.first_action(Endangerment.PROVEN, NOW)
    assert (action.text, action.waiting) == (Action.QUALIFY, Waiting.CERT)
    assert action.due == NOW + timedelta(minutes=15)


@pytest.mark.parametrize("waiting", list(Waiting))
def test_what_a_structure_writes_the_cert_must_read(waiting):
    assert follow.waiting_after_message(waiting, from_desk=False) is Waiting.CERT


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Waiting.CERT, Waiting.STRUCTURE),
        (Waiting.STRUCTURE, Waiting.STRUCTURE),
        (Waiting.NOBODY, Waiting.STRUCTURE),
        (Waiting.SUPPLIER, Waiting.SUPPLIER),
        (Waiting.AUTHORITY, Waiting.AUTHORITY),
    ],
)
def test_what_the_cert_writes_the_structure_must_answer_unless_others_hold_it_up(before, after):
    assert follow.waiting_after_message(before, from_desk=True) is after


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 201}, "text"),
        ({"due": datetime(2026, 11, 22)}, "due"),  # noqa: DTZ001 - what is refused
        ({"waiting": Waiting.NOBODY}, "waiting"),
    ],
)
def test_a_next_action_says_what_until_when_and_who(changed, field):
    parts = {"text": "Rappeler", "due": NOW, "waiting": Waiting.CERT}
    with pytest.raises(BadAction) as refused:
        NextAction(**parts | changed).check()
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        (datetime(2026, 11, 22, 2, 41, tzinfo=UTC), datetime(2026, 11, 22, 8, tzinfo=PARIS)),
        (datetime(2026, 11, 22, 7, 0, tzinfo=UTC), datetime(2026, 11, 22, 20, tzinfo=PARIS)),
        (datetime(2026, 11, 22, 21, 0, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=PARIS)),
        # the night when clocks go back: the shift still begins at eight
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=PARIS)),
    ],
)
def test_the_next_shift_begins_at_eight_in_the_nations_time(now, starts):
    assert follow.next_shift(now, PARIS) == starts


@pytest.mark.parametrize(
    "typed", ["INC-2026-0417", "inc-2026-0417", " INC 2026-0417 ", "2026-0417", "26-0417"]
)
def test_a_reference_names_a_file_and_its_year(typed):
    assert (search.wanted(typed).file, search.wanted(typed).year) == (417, 2026)


def test_other_questions_are_told_apart():
    assert search.wanted("EV-2026-031").event == 31
    assert search.wanted("01 078 005 4").finess == "010780054"
    assert search.wanted("010780055").words == ("010780055",)  # its check digit is wrong
    assert search.wanted("Rançongiciel à l’Hôpital").words == ("rancongiciel", "a", "l", "hopital")
    assert search.wanted("  ").is_empty
    assert search.wanted("?!").is_empty


@given(st.text(max_size=400))
def test_any_question_is_read_without_harm(typed):
    found = search.wanted(typed)
    assert len(found.words) <= search.MOST_WORDS
    assert all(word.isalnum() for word in found.words)
