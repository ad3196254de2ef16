"""An answer "declared" means on the disk: killing the server under load loses none."""

import http.client
import os
import signal
import threading
from uuid import uuid4

import pytest

from tests.ground.conftest import Client, wait_until

pytestmark = pytest.mark.one_database
CLIENTS = 6
KILLED_AFTER = 60  # acknowledged declarations


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
