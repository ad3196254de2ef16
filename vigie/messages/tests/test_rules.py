"""What is decided without a network."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.messages import rules
from vigie.messages.rules import Channel, Fault, State

NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)


@given(st.booleans())
def test_each_try_waits_no_less_than_the_one_before_and_there_is_an_end(urgent):
    moments = [rules.next_try(n, urgent=urgent, now=NOW) for n in range(1, 30)]
    waits = [moment - NOW for moment in moments if moment]
    assert waits == sorted(waits)
    assert 10 < len(waits) < 29
    assert moments[len(waits) :] == [None] * (29 - len(waits))


def test_urgent_messages_are_tried_again_sooner():
    for attempts in range(1, 9):
        urgent = rules.next_try(attempts, urgent=True, now=NOW)
        patient = rules.next_try(attempts, urgent=False, now=NOW)
        assert urgent < patient


def test_a_message_that_is_not_urgent_survives_a_long_outage():
    waits = [rules.next_try(n, urgent=False, now=NOW) - NOW for n in range(1, 16)]
    assert sum(waits, timedelta()) > timedelta(hours=40)


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("06 39 98 12 34", "+33639981234"),
        ("06.39.98.12.34", "+33639981234"),
        ("+33 6 39 98 12 34", "+33639981234"),
        ("0033639981234", "+33639981234"),
        ("+262 692 00 12 34", "+262692001234"),
        ("poste 1234", "poste1234"),
    ],
)
def test_a_phone_number_is_dialled_as_gateways_want_it(typed, dialled):
    assert rules.dialled(typed, prefix="+33") == dialled


@pytest.mark.parametrize(
    ("channel", "to", "fits"),
    [
        (Channel.EMAIL, "camille@ch.example", True),
        (Channel.EMAIL, "camille", False),
        (Channel.EMAIL, "a@b, c@d", False),
        (Channel.EMAIL, "a@b\nBcc: c@d", False),
        (Channel.EMAIL, "camille@ch.exämple", False),
        (Channel.EMAIL, "a" * 260 + "@ch.example", False),
        (Channel.SMS, "+33639981234", True),
        (Channel.SMS, "poste1234", False),
        (Channel.SMS, "", False),
        (Channel.WEBHOOK, "astreinte-2", True),
        (Channel.WEBHOOK, "https://elsewhere.example", False),
    ],
)
def test_a_recipient_looks_like_one_of_its_channel(channel, to, fits):
    assert rules.is_fit(channel, to) is fits


def test_one_webhook_does_not_queue_behind_another():
    assert rules.lane_of(Channel.WEBHOOK, "a") != rules.lane_of(Channel.WEBHOOK, "b")
    assert rules.lane_of(Channel.EMAIL, "a@b") == rules.lane_of(Channel.EMAIL, "c@d")


@pytest.mark.parametrize(
    ("channel", "to", "shown"),
    [
        (Channel.EMAIL, "camille@ch.example", "c•••@ch.example"),
        (Channel.SMS, "+33639981234", "+33\u00a0•••\u00a034"),
        (Channel.WEBHOOK, "astreinte", "astreinte"),
        (Channel.EMAIL, "", ""),
    ],
)
def test_a_recipient_is_recognised_without_being_given_away(channel, to, shown):
    assert rules.shown(channel, to) == shown


@pytest.mark.parametrize(
    ("code", "answer", "state", "fault"),
    [
        (250, "2.0.0 queued", State.SENT, None),
        (421, "4.3.2 shutting down", State.RETRIED, Fault.LATER),
        (451, "greylisted", State.RETRIED, Fault.LATER),
        (550, "5.1.1 no such user", State.REFUSED, Fault.UNKNOWN_ADDRESS),
        (550, "no such user", State.REFUSED, Fault.UNKNOWN_ADDRESS),
        (550, "5.7.1 relaying denied", State.REFUSED, Fault.REFUSED),
        (552, "5.2.2 mailbox full", State.REFUSED, Fault.REFUSED),
        (-1, "", State.UNKNOWN, Fault.NO_ANSWER),
    ],
)
def test_each_answer_of_a_mail_server_means_something(code, answer, state, fault):
    outcome = rules.answered_by_mail(code, answer)
    assert (outcome.state, outcome.fault) == (state, fault)


@given(st.integers(100, 599))
def test_only_a_status_of_success_counts_as_sent(status):
    outcome = rules.answered_by_web(status, "", success=frozenset({200, 202}))
    assert (outcome.state is State.SENT) == (status in {200, 202})
    assert (outcome.fault is None) == (outcome.state is State.SENT)


def test_a_text_cannot_fill_the_gap_of_the_recipient():
    body = rules.filled({"a": ["{to}: {text}"], "b": 1}, to="+336", text="{to} {text}")
    assert body == {"a": ["+336: {to} {text}"], "b": 1}


def test_an_answer_does_not_repeat_the_address():
    answer = "550 5.1.1 <Camille@CH.example>:\r\n unknown"
    assert rules.without_recipient(answer, "camille@ch.example") == "550 5.1.1 <•••>: unknown"
    assert len(rules.without_recipient("x" * 999, "")) == rules.ANSWER_KEPT


def test_every_fault_has_its_words():
    assert set(rules.FAULT_WORDS) == set(Fault)


def test_every_state_is_either_waiting_under_way_or_settled():
    assert rules.TO_SEND | rules.SETTLED | {State.SENDING} == set(State)
    assert not rules.TO_SEND & rules.SETTLED
    assert State.SENT not in rules.AGAIN
