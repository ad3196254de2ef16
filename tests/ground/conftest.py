"""Instances and commands as an operator has them: processes of their own, never the test's."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

VIGIE = Path(sys.executable).with_name("vigie")
SITES = """annee,finess_et,finess_ej,raison_sociale,categorie,espic,region,departement,\
commune_insee,commune,code_postal,lits_total,passages_urgences_gen
2022,010000024,010780054,CH DU VAL INVENTÉ,355,1,84,01,01451,VIRIAT,01440,385,42384
"""
READY_WITHIN = 30  # seconds, on a machine that does other things too


@dataclass
class Instance:
    """A folder with a prepared database, and the command that works on it."""

    home: Path
    environment: dict[str, str]

    def run(self, *words, stdin="", **more):
        """Run one command to its end."""
        return subprocess.run(
            [VIGIE, *words],
            cwd=ROOT,
            env=self.environment | more,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *words, **more):
        """Start a command in a group of its own, as a terminal or a supervisor does."""
        return subprocess.Popen(
            [VIGIE, *words],
            cwd=ROOT,
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory):
    """A home whose database is migrated, to be copied: that takes seconds only once."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    prepared = Instance(home, plain_environment(home)).run("audit", "head")
    assert prepared.returncode == 0, prepared.stderr
    return home


def plain_environment(home):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIGIE_", "DATABASE_"))}
    return kept | {"VIGIE_HOME": str(home)}


@pytest.fixture
def instance(prepared_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(prepared_home, home)
    return Instance(home, plain_environment(home))


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def up(instance, free_port):
    """Start `vigie up` and wait for its ready line; whatever is left of it dies with the test."""
    started = []

    def start(*words, **more):
        process = instance.start("up", "--port", str(free_port), *words, **more)
        started.append(process)
        process.ready_line = process.stdout.readline()
        assert process.ready_line.startswith("Vigie is ready"), process.stderr.read()
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def children_of(pid):
    """Return the processes that a process started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def is_running(pid):
    """Return whether a process runs; one that waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true, within=READY_WITHIN):
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def token(instance, tmp_path):
    """A token of someone who may declare for the one hospital of the instance."""
    sites = tmp_path / "sites.csv"
    sites.write_text(SITES, encoding="utf-8")
    assert instance.run("import", "sae", str(sites)).returncode == 0
    instance.run("user", "create", "desk@example.org", "--role", "cert_analyst")
    return instance.run("token", "create", "desk@example.org", "--name", "load").stdout.strip()


class Client:
    """Declares over one connection, with a key of its own each time."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.connection.close()

    def declare(self, key, **more):
        facts = {
            "title": "Messagerie indisponible",
            "description": "Plus aucun message n’arrive depuis la nuit.",
            "noticed": "2026-03-14",
            "endangerment": "none",
            "structure_impact": "degraded",
            "support_requested": False,
        } | more
        body = {
            "key": key,
            "establishment": "010780054",
            "facts": facts,
            "declarant": {"name": "Camille Personne", "phone": "01 99 00 12 34"},
        }
        self.connection.request("POST", "/api/v1/incidents", json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())
