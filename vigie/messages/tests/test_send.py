"""Sending: under way before the network is touched, nothing twice, nothing forgotten."""

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connections, transaction

from vigie.audit.models import Event
from vigie.audit.operations.backup import backup
from vigie.audit.operations.restore import restore
from vigie.audit.tests.drills import lose_everything, move_to
from vigie.kernel import keys
from vigie.messages import operations
from vigie.messages.models import Outgoing
from vigie.messages.operations import NotAgain
from vigie.messages.operations.queue import SECRETS_KEY
from vigie.messages.operations.send import claim, settle
from vigie.messages.rules import LEASE, Fault, Outcome, State
from vigie.messages.tests.factories import NOW, hook, mail, posted, sms

pytestmark = pytest.mark.django_db
LATE = NOW + LEASE + timedelta(seconds=1)


def send(message, now=NOW):
    operations.send_next(message.lane, tell_time=lambda: now)
    message.refresh_from_db()
    return message.state


def states():
    return list(Outgoing.objects.order_by("id").values_list("state", flat=True))


def test_a_message_is_under_way_before_it_is_handed_over():
    posted(mail())
    message = claim("email", now=NOW)
    assert (message.state, message.attempts, message.claimed_at) == (State.SENDING, 1, NOW)
    assert claim("email", now=NOW) is None


def test_urgent_messages_go_first():
    posted(mail("a@ch.example"))
    urgent = posted(mail("b@ch.example", urgent=True))
    assert claim("email", now=NOW + timedelta(hours=1)) == urgent


def test_what_a_dead_worker_was_sending_is_unknown_and_not_sent_again(smtp):
    message = posted(mail())
    claim("email", now=NOW)
    assert operations.give_up_lost(NOW + LEASE) == 0
    assert operations.give_up_lost(LATE) == 1
    message.refresh_from_db()
    assert (message.state, message.fault) == (State.UNKNOWN, Fault.INTERRUPTED)
    assert operations.send_next("email", tell_time=lambda: LATE) is None
    assert not smtp.noted("taken")


def test_a_worker_that_was_only_slow_has_the_last_word():
    posted(mail())
    message = claim("email", now=NOW)
    operations.give_up_lost(LATE)
    settle(message, Outcome(State.SENT), now=LATE)
    assert states() == [State.SENT]


def test_one_whose_message_was_queued_anew_has_not():
    posted(mail())
    message = claim("email", now=NOW)
    operations.give_up_lost(LATE)
    lost = Outgoing.objects.get()
    operations.send_again(by="user:1", message=lost, now=LATE)
    settle(message, Outcome(State.SENT), now=LATE)
    assert states() == [State.WAITING]


def test_nor_has_one_whose_message_another_worker_sends_now():
    posted(mail())
    first = claim("email", now=NOW)
    operations.give_up_lost(LATE)
    operations.send_again(by="user:1", message=Outgoing.objects.get(), now=LATE)
    second = claim("email", now=LATE)
    settle(first, Outcome(State.SENT), now=LATE)
    assert states() == [State.SENDING]
    settle(second, Outcome(State.REFUSED, Fault.UNKNOWN_ADDRESS), now=LATE)
    assert states() == [State.REFUSED]


def test_a_person_sends_again_what_is_unknown_and_the_journal_says_who(smtp):
    message = posted(mail("lost@ch.example"))
    assert send(message) == State.UNKNOWN
    operations.send_again(by="user:7", message=message, now=LATE)
    send(message, LATE)
    taken = [one["headers"]["Message-ID"] for one in smtp.noted("taken")]
    assert taken == [message.message_id] * 2
    entry = Event.objects.get()
    assert (entry.actor, entry.verb) == ("user:7", "message.sent_again")
    assert entry.details == {"about": "incident:42", "state": "unknown"}


def test_what_was_sent_or_withdrawn_is_not_sent_again(smtp):
    sent, withdrawn = posted(mail()), posted(mail(), about="callout:1")
    send(sent)
    operations.withdraw(about="callout:1", now=NOW)
    for message in (sent, withdrawn):
        with pytest.raises(NotAgain):
            operations.send_again(by="user:1", message=message, now=NOW)


def test_a_message_is_given_up_after_enough_tries(settings, free_port, smtp):
    settings.SMTP_PORT = free_port
    message = posted(mail(urgent=True))
    now, tries = NOW, 0
    while message.state in {State.WAITING, State.RETRIED}:
        send(message, now)
        tries, now = tries + 1, message.next_try_at or now
    assert (message.state, message.fault) == (State.REFUSED, Fault.TRIED_ENOUGH)
    assert tries == message.attempts == 15
    assert timedelta(hours=5) < now - NOW < timedelta(hours=8)


def test_a_message_that_has_become_worthless_is_not_sent(smtp):
    message = posted(mail(not_after=NOW + timedelta(hours=2)))
    assert send(message, NOW + timedelta(hours=2)) == State.REFUSED
    assert message.fault == Fault.TOO_LATE
    assert not smtp.noted("taken")


def test_a_secret_is_wiped_once_it_is_sent(smtp):
    message = posted(mail(text="le lien", secret=True))
    assert send(message) == State.SENT
    assert message.text == ""
    assert smtp.noted("taken")[0]["text"].strip() == "le lien"


def test_a_secret_whose_key_is_lost_says_so(smtp):
    message = posted(mail(secret=True))
    keys.place(SECRETS_KEY).unlink()
    assert send(message) == State.REFUSED
    assert message.fault == Fault.UNREADABLE


def test_a_secret_that_never_left_is_wiped_when_it_is_worthless(smtp):
    message = posted(mail("unknown@ch.example", secret=True, not_after=NOW + timedelta(hours=2)))
    send(message)
    assert message.text
    operations.forget_expired(NOW + timedelta(hours=2))
    message.refresh_from_db()
    assert message.text == ""
    with pytest.raises(NotAgain):
        operations.send_again(by="user:1", message=message, now=NOW)


class TestWithoutServices:
    @pytest.fixture(autouse=True)
    def folder(self, settings, tmp_path):
        settings.MAIL_DIR = tmp_path / "mail"
        return settings.MAIL_DIR

    @pytest.mark.parametrize("letter", [mail(), sms(), hook()])
    def test_a_message_is_printed_and_nobody_is_told_that_it_left(self, letter, caplog):
        caplog.set_level("INFO")
        message = posted(letter)
        assert send(message) == State.PRINTED
        assert message.sent_at is None
        assert message.to in caplog.text

    def test_a_secret_is_not_printed_but_kept_in_a_file(self, caplog, folder):
        caplog.set_level("INFO")
        message = posted(mail(text="le lien s3cret", secret=True))
        send(message)
        (path,) = folder.iterdir()
        assert "s3cret" not in caplog.text
        assert "le lien s3cret" in path.read_text()
        assert path.stat().st_mode & 0o077 == 0


def test_what_we_did_not_foresee_leaves_it_unknown(smtp, settings, caplog):
    settings.MAIL_FROM = "Vigie\n<vigie@ch.example>"
    message = posted(mail())
    assert send(message) == State.UNKNOWN
    assert (message.fault, message.answer) == (Fault.BROKEN, "ValueError")
    assert "may not have left" in caplog.text


def test_recipient_and_text_are_forgotten_after_their_time(smtp, settings):
    sent, waiting = posted(mail(), key="first"), posted(mail(), key="second")
    send(sent)
    later = NOW + timedelta(days=settings.MESSAGES_KEPT_DAYS)
    assert operations.forget_expired(later - timedelta(seconds=1)) == 0
    assert operations.forget_expired(later) == 1
    assert operations.forget_expired(later) == 0
    sent.refresh_from_db()
    waiting.refresh_from_db()
    kept = (sent.to, sent.subject, sent.text, sent.payload, sent.answer)
    assert kept == ("", "", "", {}, "")
    assert (sent.state, sent.erased_at, sent.to_shown) == (State.SENT, later, "")
    assert waiting.to == "camille@ch.example"
    again = posted(mail(), key="first")
    assert again == sent, "posting the same again must not queue it once more"


def test_nothing_of_a_restored_backup_leaves_by_itself(smtp):
    posted(mail("a@ch.example"), mail("b@ch.example"), mail("unknown@ch.example"))
    claim("email", now=NOW)
    assert operations.doubt_restored(apps, LATE) == 3
    assert states() == [State.UNKNOWN] * 3
    assert operations.send_next("email", tell_time=lambda: LATE) is None


@pytest.mark.django_db(transaction=True)
def test_a_restored_instance_sends_nothing_that_waited_in_the_backup(smtp, settings, tmp_path):
    move_to(settings, tmp_path / "here")
    sent, _waiting = posted(mail("a@ch.example")), posted(mail("b@ch.example", secret=True))
    send(sent)
    backup(tmp_path / "vigie.backup", now=NOW)
    lose_everything(settings, tmp_path)
    restore(tmp_path / "vigie.backup", now=LATE)
    assert states() == [State.SENT, State.UNKNOWN]
    assert operations.send_next("email", tell_time=lambda: LATE) is None
    restored = Outgoing.objects.get(state=State.UNKNOWN)
    operations.send_again(by="user:1", message=restored, now=LATE)
    assert send(restored, LATE) == State.SENT, "a secret must be readable with the keys restored"


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_send_each_message_once(smtp):
    letters = [mail(f"person{number}@ch.example") for number in range(24)]
    operations.post(letters=letters, about="incident:42", key="all", now=NOW)
    failures = []

    def work():
        try:
            while operations.send_next("email", tell_time=lambda: NOW):
                pass
        except Exception as reason:  # noqa: BLE001 - told to the test
            failures.append(reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert set(states()) == {State.SENT}
    taken = sorted(one["to"] for one in smtp.noted("taken"))
    assert taken == sorted(letter.to for letter in letters)


@pytest.mark.django_db(transaction=True)
def test_sending_inside_a_transaction_is_refused(smtp):
    posted(mail())
    with pytest.raises(RuntimeError), transaction.atomic():
        claim("email", now=NOW)
    assert states() == [State.WAITING]
