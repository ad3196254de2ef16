"""SMS and webhooks to a real HTTP server in a process of its own."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from datetime import timedelta

import pytest

from config.certificate import own_certificate
from vigie.kernel import clock
from vigie.messages import operations
from vigie.messages.rules import Fault, State
from vigie.messages.tests.factories import NOW, hook, posted, sms

pytestmark = pytest.mark.django_db


def send(message, after=timedelta(0)):
    outcome = operations.send_next(message.lane, tell_time=lambda: NOW + after)
    message.refresh_from_db()
    return outcome


def test_an_sms_reaches_the_gateway_as_it_wants_it(gateway, settings):
    settings.SMS_BODY = {"recipients": ["{to}"], "content": "Vigie : {text}", "retry": 0}
    service = gateway()
    message = posted(sms("06 39 98 12 34", text='La "biologie" {to}'))
    send(message)
    (asked,) = service.noted("asked")
    assert json.loads(asked["body"]) == {
        "recipients": ["+33639981234"],
        "content": 'Vigie : La "biologie" {to}',
        "retry": 0,
    }
    assert asked["headers"]["Authorization"] == "Bearer s3cret"
    assert (message.state, message.answer) == (State.SENT, "202 said")


@pytest.mark.parametrize(
    ("path", "state", "fault"),
    [
        ("/status/400", State.REFUSED, Fault.REFUSED),
        ("/status/403", State.RETRIED, Fault.NO_ACCESS),
        ("/status/429", State.RETRIED, Fault.LATER),
        ("/status/500", State.RETRIED, Fault.LATER),
        ("/status/504", State.UNKNOWN, Fault.NO_ANSWER),
        ("/redirect", State.REFUSED, Fault.REFUSED),
        ("/lost", State.UNKNOWN, Fault.NO_ANSWER),
    ],
)
def test_each_answer_of_a_gateway_means_something(gateway, path, state, fault):
    service = gateway(path)
    message = posted(sms())
    send(message)
    assert (message.state, message.fault) == (state, fault)
    assert len(service.noted("asked")) == 1, "a redirect was followed, or it was asked twice"


def test_a_busy_gateway_is_asked_again_with_the_same_key(gateway):
    service = gateway("/busy-once")
    message = posted(sms(urgent=True))
    send(message)
    assert message.next_try_at == NOW + timedelta(seconds=15)
    send(message, timedelta(seconds=16))
    assert message.state == State.SENT
    keys = [asked["headers"]["Idempotency-Key"] for asked in service.noted("asked")]
    assert keys == [message.message_id] * 2


def test_a_gateway_that_is_down_is_tried_again(gateway, settings, free_port):
    gateway()
    settings.SMS_URL = f"http://127.0.0.1:{free_port}/"
    message = posted(sms())
    assert send(message).is_down
    assert (message.state, message.fault) == (State.RETRIED, Fault.UNREACHABLE)


def test_a_webhook_can_tell_that_it_was_us(hooks):
    service = hooks(astreinte="/ok")
    message = posted(hook("astreinte", subject="Incident", payload={"incident": 42}), key="alert:7")
    send(message)
    (asked,) = service.noted("asked")
    headers, body = asked["headers"], asked["body"]
    assert message.state == State.SENT
    assert headers["Idempotency-Key"] == "alert:7"
    assert headers["Webhook-Timestamp"] == str(int(NOW.timestamp()))
    signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.{body}"
    mac = hmac.digest(b"a shared secret!", signed.encode(), hashlib.sha256)
    assert headers["Webhook-Signature"] == f"v1,{base64.b64encode(mac).decode()}"
    told = json.loads(body)
    assert (told["data"], told["about"], told["subject"]) == (
        {"incident": 42},
        "incident:42",
        "Incident",
    )


def test_a_webhook_that_the_settings_do_not_name_is_not_called(hooks):
    service = hooks(astreinte="/ok")
    message = posted(hook("somewhere-else"))
    send(message)
    assert (message.state, message.fault) == (State.REFUSED, Fault.NOT_SET)
    assert not service.noted("asked")


def test_a_webhook_is_never_led_elsewhere(hooks):
    service = hooks(astreinte="/redirect")
    message = posted(hook("astreinte"))
    send(message)
    assert message.state == State.REFUSED
    assert [asked["path"] for asked in service.noted("asked")] == ["/redirect"]


class TestEncrypted:
    @pytest.fixture(autouse=True)
    def behind_tls(self, start, settings, tmp_path):
        settings.KEYS_DIR = tmp_path / "keys"
        self.files = own_certificate("localhost", now=clock.now())
        self.service = start("web_server", *self.files, folder="tls")
        url = f"https://localhost:{self.service.port}/ok"
        settings.WEBHOOKS = {"duty": {"url": url, "secret": "a shared secret!"}}

    def test_a_service_whose_certificate_is_good_is_called(self, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(self.files[0]))
        message = posted(hook("duty"))
        send(message)
        assert message.state == State.SENT
        assert len(self.service.noted("asked")) == 1

    def test_one_that_is_not_trusted_is_told_nothing(self):
        message = posted(hook("duty"))
        send(message)
        assert (message.state, message.fault) == (State.RETRIED, Fault.NOT_TRUSTED)
        assert not self.service.noted("asked")


def test_beyond_loopback_the_way_leads_through_the_proxy(settings):
    asked = []

    def proxy(listening):
        connection, _ = listening.accept()
        with connection:
            asked.append(connection.recv(1000).split(b"\r\n")[0])
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.HTTP_PROXY = f"127.0.0.1:{listening.getsockname()[1]}"
        url = "https://hooks.ch.example/vigie"
        settings.WEBHOOKS = {"duty": {"url": url, "secret": "a shared secret!"}}
        thread = threading.Thread(target=proxy, args=(listening,))
        thread.start()
        message = posted(hook("duty"))
        send(message)
        thread.join()
    assert asked[0].startswith(b"CONNECT hooks.ch.example:443 ")
    assert (message.state, message.fault) == (State.RETRIED, Fault.UNREACHABLE)
