"""Killed while it sends, the worker sends nothing twice and keeps nothing back."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from ast import literal_eval
from pathlib import Path
from uuid import uuid4

import pytest

from tests.architecture.house import ROOT
from tests.ground.conftest import Client, wait_until

pytestmark = pytest.mark.one_database
SERVER = ROOT / "vigie/messages/tests/smtp_server.py"
START = """
import django; django.setup()
from datetime import timedelta
from vigie.kernel import clock
from vigie.messages.models import Outgoing
from vigie.messages import operations, rules
from vigie.messages.rules import Channel, Letter
"""
POST = """
names = ["slow", "a", "b"]
letters = [Letter(Channel.EMAIL, f"{name}@ch.example", "Alerte", "texte") for name in names]
operations.post(letters=letters, about="incident:1", key="alert", now=clock.now())
"""
GIVE_UP = "operations.give_up_lost(clock.now() + rules.LEASE + timedelta(seconds=1))\n"
TELL = "print(dict(Outgoing.objects.values_list('to', 'state')))\n"


@pytest.fixture
def mail_server(tmp_path):
    """A mail server in a process of its own; .taken() is what it took, in order."""
    process = subprocess.Popen(
        [sys.executable, SERVER, tmp_path], stdout=subprocess.PIPE, text=True
    )
    process.port = process.stdout.readline().strip()
    process.taken = lambda: recipients(tmp_path / "taken")
    yield process
    process.kill()
    process.communicate()


def recipients(path: Path) -> list[str]:
    return (
        [json.loads(line)["to"] for line in path.read_text().splitlines()] if path.exists() else []
    )


def run(instance, code):
    """Run code in the instance, in a process of its own; return what it printed."""
    words = [sys.executable, "-c", START + code]
    environment = instance.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_a_worker_killed_while_sending_sends_nothing_twice(up, instance, mail_server):
    smtp = {
        "VIGIE_SMTP_HOST": "127.0.0.1",
        "VIGIE_SMTP_PORT": mail_server.port,
        "VIGIE_SMTP_STARTTLS": "0",
    }
    run(instance, POST)
    process = up(**smtp)
    wait_until(lambda: mail_server.taken() == ["slow@ch.example"])  # taken, not acknowledged yet
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert "'slow@ch.example': 'sending'" in run(instance, TELL)
    up(**smtp)
    wait_until(lambda: len(mail_server.taken()) == 3)
    said = run(instance, GIVE_UP + TELL)
    assert said == str(
        {"slow@ch.example": "unknown", "a@ch.example": "sent", "b@ch.example": "sent"}
    )
    assert sorted(mail_server.taken()) == ["a@ch.example", "b@ch.example", "slow@ch.example"]


def test_the_settings_of_mail_can_be_tried(instance, mail_server):
    smtp = {
        "VIGIE_SMTP_HOST": "127.0.0.1",
        "VIGIE_SMTP_PORT": mail_server.port,
        "VIGIE_SMTP_STARTTLS": "0",
    }
    done = instance.run("message", "test", "me@ch.example", **smtp)
    assert (done.returncode, done.stdout) == (0, "sent: 250 2.0.0 queued as 4D2A\n")
    refused = instance.run("message", "test", "unknown@ch.example", **smtp)
    assert refused.returncode == 1
    assert "vigie: refused: unknown address · 550 5.1.1 <•••>: Recipient" in refused.stderr
    unset = instance.run("message", "test", "me@ch.example")
    assert unset.stderr.strip().endswith(
        "vigie: printed: no service is set for this kind of message"
    )
    assert mail_server.taken() == ["me@ch.example"]


ON_CALL = """
from vigie.establishments.tests.factories import DutyFactory, RotaFactory
rota = RotaFactory(kind="nation", establishment=None, country="FR")
now = clock.now()
ends = now + timedelta(days=1)
DutyFactory(rota=rota, level=1, email="me@ch.example", starts_at=now, ends_at=ends)
"""


def test_declaring_answers_at_once_while_no_service_answers(up, instance, token, free_port):
    """A patient is in danger, and mail server and SMS gateway take connections in silence."""
    run(instance, ON_CALL)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        up(
            VIGIE_SMTP_HOST="127.0.0.1",
            VIGIE_SMTP_PORT=port,
            VIGIE_SMS_URL=f"http://127.0.0.1:{port}/",
        )
        with Client(free_port, token) as client:
            for _ in range(3):
                started = time.monotonic()
                assert client.declare(str(uuid4()), endangerment="proven")[0] == 201
                assert time.monotonic() - started < 2
        told = run(instance, "print({m.channel: m.state for m in Outgoing.objects.all()})")
    assert {"email", "sms"} <= set(literal_eval(told))
    assert not {"sent", "refused"} & set(literal_eval(told).values())
