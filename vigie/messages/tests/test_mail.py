"""Mail to a real server in a process of its own: it refuses, greylists, drops, loses its answer."""

import socket
from datetime import timedelta

import pytest

from config.certificate import own_certificate
from vigie.kernel import clock
from vigie.messages import operations
from vigie.messages.exports import mail as exports
from vigie.messages.models import Outgoing
from vigie.messages.rules import Fault, State
from vigie.messages.tests.factories import NOW, mail, posted

pytestmark = pytest.mark.django_db


def send(message, after=timedelta(0)):
    outcome = operations.send_next("email", tell_time=lambda: NOW + after)
    message.refresh_from_db()
    return outcome


def test_a_message_arrives_as_it_was_written(smtp):
    message = posted(mail(subject="Biologie à l’arrêt", text="Première ligne\n.\n.seule\n"))
    send(message)
    (taken,) = smtp.noted("taken")
    assert (message.state, message.attempts, message.settled_at) == (State.SENT, 1, NOW)
    assert message.answer == "250 2.0.0 queued as 4D2A"
    assert taken["text"].splitlines() == ["Première ligne", ".", ".seule"]
    assert taken["from"] == "vigie@ch.example"
    assert taken["headers"] | {"MIME-Version": "1.0"} == taken["headers"]
    said = {name: taken["headers"][name] for name in ("Subject", "From", "To", "Message-ID")}
    assert said == {
        "Subject": "Biologie à l’arrêt",
        "From": "Vigie <vigie@ch.example>",
        "To": "camille@ch.example",
        "Message-ID": message.message_id,
    }
    assert message.message_id.endswith("@vigie.ch.example>")


def test_an_unknown_address_is_refused_and_not_tried_again(smtp):
    message = posted(mail("unknown@ch.example"))
    send(message)
    assert (message.state, message.fault) == (State.REFUSED, Fault.UNKNOWN_ADDRESS)
    assert "unknown@ch.example" not in message.answer
    assert send(message, timedelta(days=9)) is None


@pytest.mark.parametrize("name", ["full", "spam"])
def test_a_refusal_for_another_reason_says_so(smtp, name):
    message = posted(mail(f"{name}@ch.example"))
    send(message)
    assert (message.state, message.fault) == (State.REFUSED, Fault.REFUSED)
    assert not smtp.noted("taken")


def test_greylisting_is_waited_out_with_the_same_message_id(smtp):
    message = posted(mail("grey@ch.example"))
    send(message)
    assert (message.state, message.fault) == (State.RETRIED, Fault.LATER)
    assert message.next_try_at == NOW + timedelta(minutes=1)
    assert send(message, timedelta(seconds=59)) is None
    send(message, timedelta(seconds=61))
    assert (message.state, message.attempts) == (State.SENT, 2)
    (taken,) = smtp.noted("taken")
    assert taken["headers"]["Message-ID"] == message.message_id


@pytest.mark.parametrize(("name", "arrived"), [("drop", 0), ("lost", 1)])
def test_a_connection_lost_after_the_message_leaves_it_unknown(smtp, name, arrived):
    message = posted(mail(f"{name}@ch.example"))
    send(message)
    assert (message.state, message.fault) == (State.UNKNOWN, Fault.NO_ANSWER)
    assert send(message, timedelta(days=9)) is None
    assert len(smtp.noted("taken")) == arrived


def test_a_server_that_is_down_is_tried_again(settings, smtp, free_port):
    settings.SMTP_PORT = free_port
    message = posted(mail())
    assert send(message).is_down
    assert (message.state, message.fault) == (State.RETRIED, Fault.UNREACHABLE)


def test_a_server_that_says_nothing_is_given_up_after_a_while(settings, smtp, monkeypatch):
    monkeypatch.setattr(exports, "ANSWER_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.SMTP_PORT = silent.getsockname()[1]
        message = posted(mail())
        assert send(message).is_down
    assert (message.state, message.fault) == (State.RETRIED, Fault.UNREACHABLE)


def test_one_bad_recipient_delays_nobody(smtp):
    letters = [mail("unknown@ch.example"), mail("grey@ch.example"), mail("a@ch.example")]
    messages = posted(*letters)
    for message in messages:
        send(message)
    states = list(Outgoing.objects.order_by("id").values_list("state", flat=True))
    assert states == [State.REFUSED, State.RETRIED, State.SENT]


class TestEncrypted:
    @pytest.fixture(autouse=True)
    def behind_tls(self, start, settings, smtp, tmp_path, monkeypatch):
        settings.KEYS_DIR = tmp_path / "keys"
        self.files = own_certificate("localhost", now=clock.now())
        self.service = start("smtp_server", *self.files, folder="tls")
        settings.SMTP_HOST, settings.SMTP_PORT = "localhost", self.service.port
        settings.SMTP_STARTTLS = True
        settings.SMTP_USER, settings.SMTP_PASSWORD = "vigie", "s3cret"

    def test_a_server_whose_certificate_is_good_gets_it(self, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(self.files[0]))
        message = posted(mail())
        send(message)
        assert message.state == State.SENT
        (taken,) = self.service.noted("taken")
        assert (taken["tls"], taken["user"]) == (True, "vigie")

    def test_one_that_is_not_trusted_gets_nothing(self):
        message = posted(mail())
        send(message)
        assert (message.state, message.fault) == (State.RETRIED, Fault.NOT_TRUSTED)
        assert not self.service.noted("seen")

    def test_a_wrong_password_loses_no_message(self, settings, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(self.files[0]))
        settings.SMTP_USER = "somebody"
        message = posted(mail())
        assert send(message).is_down
        assert (message.state, message.fault) == (State.RETRIED, Fault.NO_ACCESS)
