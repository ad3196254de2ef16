"""An OpenID Connect provider in a process of its own, for tests."""

import contextlib
import json
import socket
import subprocess
import sys
import time


@contextlib.contextmanager
def running_provider(*people):
    """Run a provider that knows some people, by their claims; return its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    for who in people:
        command += ["--user-claims", json.dumps(who)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port, process):
    for _ in range(300):
        assert process.poll() is None, "the provider stopped"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the provider does not answer")
