"""The threads that send: a slow service holds up no other, and never the background worker."""

import logging
import time
from datetime import timedelta

import pytest

from config.sender import KEPT, OnlyOnce, Sender
from vigie.kernel import clock
from vigie.messages import operations
from vigie.messages.exports import console
from vigie.messages.models import Outgoing
from vigie.messages.rules import State
from vigie.messages.tests.factories import hook, mail, posted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sender():
    sender = Sender()
    yield sender
    sender.stop(within=10)


def wait_for(message, state, within=10):
    deadline = time.monotonic() + within
    while Outgoing.objects.get(pk=message.pk).state != state:
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_slow_webhook_holds_up_neither_mail_nor_another_webhook(sender, smtp, hooks):
    hooks(slow="/slow", quick="/ok")
    now = clock.now()
    slow, quick, letter = posted(hook("slow"), hook("quick"), mail(), now=now)
    started = time.monotonic()
    sender.look(now)
    assert time.monotonic() - started < 1, "looking must not wait for sending"
    wait_for(quick, State.SENT)
    wait_for(letter, State.SENT)
    assert Outgoing.objects.get(pk=slow.pk).state == State.SENDING
    wait_for(slow, State.SENT)


def test_a_lane_is_worked_by_one_thread_at_a_time(sender, hooks):
    service = hooks(slow="/slow")
    now = clock.now()
    first, second = posted(hook("slow"), now=now), posted(hook("slow"), now=now)
    for _ in range(5):
        sender.look(now)
    for message in (first, second):
        wait_for(message, State.SENT)
        message.refresh_from_db()
    assert second.claimed_at >= first.settled_at
    assert len(service.noted("asked")) == 2


def test_a_mail_server_that_is_down_costs_one_try(sender, smtp, settings, free_port):
    settings.SMTP_PORT = free_port
    now = clock.now()
    posted(mail("a@ch.example"), mail("b@ch.example"), now=now)
    sender.look(now)
    sender.stop(within=10)
    states = Outgoing.objects.order_by("id").values_list("state", "attempts")
    assert list(states) == [(State.RETRIED, 1), (State.WAITING, 0)]


def test_stopping_lets_the_message_under_way_be_handed_over(smtp):
    sender, now = Sender(), clock.now()
    under_way, waiting = posted(mail("slow@ch.example"), mail(), now=now)
    sender.look(now)
    wait_for(under_way, State.SENDING)
    sender.stop(within=10)
    assert Outgoing.objects.get(pk=under_way.pk).state == State.SENT
    assert Outgoing.objects.get(pk=waiting.pk).state == State.WAITING
    assert operations.give_up_lost(now + timedelta(days=1)) == 0


def test_a_demo_writes_one_line_for_all_that_no_service_carries(caplog):
    caplog.set_level("INFO")
    lines = logging.getLogger(console.__name__)
    quiet = OnlyOnce()
    lines.addFilter(quiet)
    try:
        for letter in posted(mail(), mail(), now=clock.now()):
            operations.send_one(letter, tell_time=clock.now)
    finally:
        lines.removeFilter(quiet)
    assert caplog.messages.count(KEPT) == 1
    assert "Not sent" not in caplog.text
    assert set(Outgoing.objects.values_list("state", flat=True)) == {State.PRINTED}
