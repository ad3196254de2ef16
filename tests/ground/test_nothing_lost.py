"""An answer "declared" means on the disk: killing the server under load loses none."""

import http.client
import json
import os
import signal
import threading
from uuid import uuid4

import pytest

from tests.ground.conftest import wait_until

pytestmark = pytest.mark.one_database
CLIENTS = 6
KILLED_AFTER = 60  # acknowledged declarations
SITES = """annee,finess_et,finess_ej,raison_sociale,categorie,espic,region,departement,\
commune_insee,commune,code_postal,lits_total,passages_urgences_gen
2022,010000024,010780054,CH DU VAL INVENTÉ,355,1,84,01,01451,VIRIAT,01440,385,42384
"""


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

    def declare(self, key):
        facts = {
            "title": "Messagerie indisponible",
            "description": "Plus aucun message n’arrive depuis la nuit.",
            "noticed": "2026-03-14",
            "endangerment": "none",
            "structure_impact": "degraded",
            "support_requested": False,
        }
        body = {
            "key": key,
            "establishment": "010780054",
            "facts": facts,
            "declarant": {"name": "Camille Personne", "phone": "01 99 00 12 34"},
        }
        self.connection.request("POST", "/api/v1/incidents", json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_a_killed_server_loses_no_acknowledged_declaration(up, instance, token, free_port):
    process = up()
    acknowledged = {}
    wrong = []

    def load():
        with Client(free_port, token) as client:
            while not wrong:
                key = str(uuid4())
                try:
                    status, said = client.declare(key)
                except (OSError, http.client.HTTPException, ValueError):  # cut in the middle
                    return
                if status == 201:
                    acknowledged[key] = said["reference"]
                else:
                    wrong.append((status, said))

    threads = [threading.Thread(target=load) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    wait_until(lambda: wrong or len(acknowledged) >= KILLED_AFTER)
    os.killpg(process.pid, signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert not wrong
    up()
    with Client(free_port, token) as client:
        for key, reference in acknowledged.items():
            status, said = client.declare(key)
            assert (status, said["reference"]) == (200, reference), "an acknowledged one is gone"
    assert instance.run("audit", "verify").returncode == 0
