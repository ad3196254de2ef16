"""Real services in processes of their own."""

import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@dataclass
class Service:
    """A process that listens on loopback and notes what it gets."""

    folder: Path
    port: int

    def noted(self, name):
        """Return what it has noted."""
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def start(tmp_path):
    """Start a service; it ends with the test."""
    processes = []

    def one(script, *words, folder=""):
        folder = tmp_path / (folder or script)
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, HERE / f"{script}.py", folder, *words],
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return Service(folder, int(process.stdout.readline()))

    yield one
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def free_port():
    """A port on loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def smtp(start, settings):
    """The mail server of the settings."""
    service = start("smtp_server")
    settings.SMTP_HOST, settings.SMTP_PORT = "127.0.0.1", service.port
    settings.SMTP_STARTTLS = False
    settings.MAIL_FROM = "Vigie <vigie@ch.example>"
    settings.VIGIE_URL = "https://vigie.ch.example"
    return service


@pytest.fixture
def web(start):
    """An HTTP service."""
    return start("web_server")


@pytest.fixture
def gateway(web, settings):
    """The SMS gateway of the settings, at the path that a test chooses."""

    def at(path="/ok"):
        settings.SMS_URL = f"http://127.0.0.1:{web.port}{path}"
        settings.SMS_SECRET = "Bearer s3cret"  # noqa: S105
        return web

    return at


@pytest.fixture
def hooks(web, settings):
    """The webhooks of the settings, each at the path of its name."""

    def at(**paths):
        settings.WEBHOOKS = {
            name: {"url": f"http://127.0.0.1:{web.port}{path}", "secret": "a shared secret!"}
            for name, path in paths.items()
        }
        return web

    return at
