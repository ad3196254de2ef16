"""What the tests of accounts share."""

import socket

import pytest

from vigie.messages.tests.factories import Outbox


@pytest.fixture
def free_port():
    """A port on loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def silent_server():
    """A port on loopback that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def outbox(db):
    """What was queued to be sent."""
    return Outbox()
