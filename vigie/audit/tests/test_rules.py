import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.audit import rules
from vigie.audit.rules import EMPTY, Entry, Fault, Flaw, Head, Walk, words
from vigie.audit.tests.factories import NOW

KEY = b"k" * 32


def chain(count):
    """Return a true chain: pairs of an entry and its seal."""
    sealed, previous = [], EMPTY.mac
    for number in range(1, count + 1):
        entry = Entry(
            position=number,
            id=number * 3,
            happened_at=NOW + timedelta(seconds=number),
            actor=f"user:{number}",
            verb="incident.declared",
            target=f"incident:{number}",
            details={"to": "received", "number": number},
            people_seal="",
        )
        previous = rules.entry_mac(KEY, previous, entry)
        sealed.append((entry, previous))
    return sealed


def head_of(sealed):
    head = Head(len(sealed), sealed[-1][1], NOW)
    return head, rules.head_mac(KEY, head)


def judge(sealed, head, seal, kept=None):
    """Walk a chain to its end and return the first fault."""
    walk = Walk(KEY, kept)
    for entry, mac in sealed:
        if fault := walk.follow(entry, mac):
            return fault
    return walk.arrive(head, seal)


ALTERATIONS = [
    lambda e: replace(e, id=e.id + 1),
    lambda e: replace(e, happened_at=e.happened_at + timedelta(microseconds=1)),
    lambda e: replace(e, actor=e.actor + "0"),
    lambda e: replace(e, verb="incident.closed"),
    lambda e: replace(e, target="incident:0"),
    lambda e: replace(e, details={**e.details, "to": "closed"}),
    lambda e: replace(e, details={}),
    lambda e: replace(e, people_seal="a" * 64),
]
places = st.integers(0, 9)


def test_a_true_chain_holds():
    sealed = chain(10)
    assert judge(sealed, *head_of(sealed)) is None


@given(places, st.sampled_from(ALTERATIONS))
def test_an_altered_entry_is_the_first_bad_one(place, alteration):
    sealed = chain(10)
    entry, mac = sealed[place]
    altered = [*sealed[:place], (alteration(entry), mac), *sealed[place + 1 :]]
    fault = judge(altered, *head_of(sealed))
    assert (fault.flaw, fault.position) == (Flaw.ALTERED, place + 1)


@given(places, st.sampled_from(ALTERATIONS))
def test_an_entry_sealed_again_with_another_key_is_found(place, alteration):
    sealed = chain(10)
    entry = alteration(sealed[place][0])
    previous = sealed[place - 1][1] if place else EMPTY.mac
    forged = rules.entry_mac(b"x" * 32, previous, entry)
    altered = [*sealed[:place], (entry, forged), *sealed[place + 1 :]]
    assert judge(altered, *head_of(sealed)).position == place + 1


@given(st.integers(0, 8))
def test_a_removed_entry_is_named(place):
    sealed = chain(10)
    fault = judge(sealed[:place] + sealed[place + 1 :], *head_of(sealed))
    assert fault == Fault(Flaw.REMOVED, place + 1)


@given(places)
def test_a_removed_entry_whose_followers_moved_up_is_named(place):
    sealed = chain(11)
    moved = [(replace(e, position=e.position - 1), mac) for e, mac in sealed[place + 1 :]]
    fault = judge(sealed[:place] + moved, *head_of(sealed))
    assert (fault.flaw, fault.position) == (Flaw.ALTERED, place + 1)


@given(places, places)
def test_two_entries_that_changed_places_are_found_at_the_first(one, other):
    sealed = chain(10)
    first, last = sorted((one, other))
    swapped = list(sealed)
    for here, there in ((first, last), (last, first)):
        entry, mac = sealed[there]
        swapped[here] = (replace(entry, position=here + 1), mac)
    fault = judge(swapped, *head_of(sealed))
    assert fault is None if first == last else fault.position == first + 1


@given(places)
def test_an_inserted_entry_is_found(place):
    sealed = chain(10)
    entry, mac = sealed[place]
    added = (replace(entry, id=999, position=place + 2), mac)
    after = [(replace(e, position=e.position + 1), mac) for e, mac in sealed[place + 1 :]]
    fault = judge([*sealed[: place + 1], added, *after], *head_of(sealed))
    assert (fault.flaw, fault.position) == (Flaw.ALTERED, place + 2)


@given(st.integers(0, 9))
def test_a_chain_cut_before_its_head_is_found(left):
    sealed = chain(10)
    assert judge(sealed[:left], *head_of(sealed)) == Fault(Flaw.CUT, left + 1)


@given(st.integers(1, 9))
def test_a_head_set_back_without_the_key_is_found(left):
    sealed = chain(10)
    _, seal = head_of(sealed)
    back = Head(left, sealed[left - 1][1], NOW)
    assert judge(sealed[:left], back, seal) == Fault(Flaw.HEAD, left)
    assert judge(sealed[:left], back, rules.head_mac(b"x" * 32, back)) == Fault(Flaw.HEAD, left)


@given(st.integers(1, 9))
def test_a_chain_set_back_with_an_old_head_is_found_by_a_head_kept_elsewhere(left):
    sealed = chain(10)
    kept, _ = head_of(sealed)
    old = head_of(sealed[:left])
    assert judge(sealed[:left], *old) is None
    assert judge(sealed[:left], *old, kept=kept) == Fault(Flaw.CUT, left + 1)


@given(st.integers(1, 9))
def test_a_head_kept_elsewhere_stays_good_while_the_chain_grows(position):
    sealed = chain(10)
    kept, _ = head_of(sealed[:position])
    assert judge(sealed, *head_of(sealed), kept=kept) is None
    other = replace(kept, mac="f" * 64)
    fault = judge(sealed, *head_of(sealed), kept=other)
    assert (fault.flaw, fault.position) == (Flaw.OTHER_HEAD, position)


def test_an_entry_beyond_the_head_is_found():
    sealed = chain(10)
    assert judge(sealed, *head_of(sealed[:9])) == Fault(Flaw.ADDED, 10)


def test_a_chain_without_its_head_is_found():
    assert judge(chain(3), None, "") == Fault(Flaw.HEAD, 3)
    assert judge([], None, "") is None


def test_a_missing_seal_is_found():
    sealed = chain(3)
    fault = judge([*sealed[:2], (sealed[2][0], None)], *head_of(sealed))
    assert (fault.flaw, fault.position) == (Flaw.ALTERED, 3)


heads = st.builds(
    Head,
    st.integers(0, 10**12),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.none()
    | st.integers(0, 4 * 10**15).map(
        lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    ),
)


@given(heads)
def test_a_head_is_read_back_from_its_text(head):
    assert rules.read_head(f"  {head}\n") == head


@pytest.mark.parametrize(
    "text",
    ["", "vigie-journal", f"vigie-journal x {'0' * 64} -", "vigie-journal 1 00 -", "other 1 2 3"],
)
def test_what_is_no_head_is_refused(text):
    with pytest.raises(rules.BadHead):
        rules.read_head(text)


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1.5, "1.5"),
        (Decimal("2.50"), "2.50"),
        (Colour.RED, "red"),
        (date(2026, 3, 14), "2026-03-14"),
        (
            datetime(2026, 3, 14, 2, tzinfo=timezone(timedelta(hours=1))),
            "2026-03-14T01:00:00.000000+00:00",
        ),
        ({"a": (1, None, True)}, {"a": [1, None, True]}),
        ({1: "x\0y\ud800"}, {"1": "x\N{REPLACEMENT CHARACTER}y?"}),
    ],
)
def test_details_become_json_that_every_database_keeps(value, kept):
    assert rules.plain(value) == kept


facts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(facts)
def test_plain_details_come_back_from_json_as_they_were(value):
    plain = rules.plain(value)
    assert json.loads(rules.canonical(plain)) == plain
    assert rules.plain(plain) == plain


def test_a_moment_has_one_spelling_wherever_it_was_read():
    paris = NOW.astimezone(timezone(timedelta(hours=1)))
    assert rules.utc_text(paris) == rules.utc_text(NOW) == "2026-03-14T02:10:30.123456+00:00"
    with pytest.raises(ValueError, match="time zone"):
        rules.utc_text(NOW.replace(tzinfo=None))


@given(st.dictionaries(st.text(), st.text(), min_size=1), st.binary(min_size=32, max_size=32))
def test_the_seal_of_people_depends_on_their_names_and_the_salt(people, salt):
    seal = rules.people_seal(salt, people)
    assert seal != rules.people_seal(salt, {**people, "more": "name"})
    assert seal != rules.people_seal(bytes(32) if salt != bytes(32) else b"1" * 32, people)


@pytest.fixture
def vocabulary(monkeypatch):
    monkeypatch.setattr(words, "SENTENCES", {})


def test_a_verb_is_said_with_its_details_and_leaves_the_others(vocabulary):
    words.register(sentences={"incident.moved": "a fait passer de %(from)s à %(to)s"})
    details = {"from": "reçu", "to": "qualifié", "reason": "tri"}
    assert rules.sentence("incident.moved", details) == (
        "a fait passer de reçu à qualifié",
        {"reason": "tri"},
    )
    assert rules.sentence("incident.moved", {}) == ("a fait passer de … à …", {})


def test_a_verb_that_nobody_registered_says_itself(vocabulary):
    assert rules.sentence("incident.%(x)s", {"a": 1}) == ("incident.…", {"a": 1})
    assert rules.sentence("incident.lost", {"a": 1}) == ("incident.lost", {"a": 1})


def test_a_verb_has_one_sentence(vocabulary):
    sentence = "a déclaré"
    words.register(sentences={"incident.declared": sentence})
    words.register(sentences={"incident.declared": sentence})
    with pytest.raises(ValueError, match=r"incident\.declared"):
        words.register(sentences={"incident.declared": "a dit"})


@given(
    st.integers(0, 10**16).map(lambda us: NOW + timedelta(microseconds=us)),
    st.integers(0, 2**63 - 1),
)
def test_a_place_in_the_journal_is_read_back_from_its_text(moment, entry):
    place = rules.Cursor(moment, entry)
    assert rules.read_cursor(str(place)) == place


@pytest.mark.parametrize(
    "text", ["", "1", "a.b", "1.", "1.-2", f"1.{2**63}", f"{10**40}.1", "1.2.3"]
)
def test_what_is_no_place_in_the_journal_is_refused(text):
    with pytest.raises(rules.BadCursor):
        rules.read_cursor(text)
