"""SMS and webhooks to a real HTTP server in a process of its own."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

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
