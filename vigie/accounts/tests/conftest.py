"""What the tests of accounts share."""

import socket

import pytest


@pytest.fixture
def free_port():
    """A port on loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
