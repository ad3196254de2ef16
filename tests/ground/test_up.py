"""`vigie up` as an operator sees it: it starts, answers, stops, and never half of it."""

import http.client
import json
import os
import resource
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ground.conftest import children_of, is_running, wait_until

pytestmark = [
    pytest.mark.one_database,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
LEAST_PARTS = 2  # the parent, which works in the background, and a web process


def ask(port, path="/healthz", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def test_it_is_ready_within_five_seconds(up):
    """Processor time, against that of reading Django alone: other tests slow down both alike.

    On a quiet machine of 2026 the yardstick takes half a second, so ten of them are the five.
    """

    def start_and_stop():
        process = up()
        process.terminate()
        assert process.wait(timeout=10) == 0

    def yardstick():
        subprocess.run([sys.executable, "-c", "import django.contrib.admin.options"], check=True)

    assert seconds_of(start_and_stop) < 10 * max(seconds_of(yardstick) for _ in range(3))


def seconds_of(work):
    """Return the processor time of the children that some work starts and ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_it_is_ready_when_it_says_so(up, free_port):
    process = up()
    assert process.ready_line == f"Vigie is ready: http://localhost:{free_port}\n"
    status, body = ask(free_port)
    assert status == 200
    assert json.loads(body) == {"status": "ok"}


@pytest.mark.parametrize(
    "stop",
    [
        pytest.param(lambda p: p.terminate(), id="SIGTERM"),
        pytest.param(lambda p: os.killpg(p.pid, signal.SIGTERM), id="SIGTERM to all"),
        pytest.param(lambda p: os.killpg(p.pid, signal.SIGINT), id="Ctrl+C"),
    ],
)
def test_it_stops_at_once_and_leaves_nothing_behind(up, free_port, stop):
    process = up()
    parts = children_of(process.pid)
    assert parts
    stop(process)
    assert process.wait(timeout=10) == 0
    assert not [pid for pid in parts if is_running(pid)]
    with pytest.raises(ConnectionRefusedError):
        ask(free_port)


def test_the_death_of_a_web_process_stops_all_with_an_error(up):
    process = up()
    os.kill(children_of(process.pid)[0], signal.SIGKILL)
    assert process.wait(timeout=10) == 1
    assert "a web process died" in process.stderr.read()


def test_web_processes_end_when_their_parent_was_killed(up, free_port):
    process = up()
    parts = children_of(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not [pid for pid in parts if is_running(pid)], within=5)
    wait_until(lambda: refuses(free_port), within=5)


def refuses(port):
    try:
        ask(port)
    except ConnectionRefusedError:
        return True
    except ConnectionError:  # the system is still closing what the dead process held
        return False
    return False


def test_a_port_that_is_taken_is_said_in_a_sentence(up, instance, free_port):
    up()
    second = instance.run("up", "--port", str(free_port))
    assert second.returncode == 1
    assert f"cannot listen on 127.0.0.1:{free_port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_host_name_that_nobody_gave_it_is_refused(up, free_port):
    up()
    assert ask(free_port, Host="evil.example")[0] == 400


def test_idle_it_needs_less_than_250_megabytes_in_all(up):
    process = up()
    everything = [process.pid, *children_of(process.pid)]
    assert len(everything) >= LEAST_PARTS
    kilobytes = sum(proportional_kilobytes(pid) for pid in everything)
    assert kilobytes < 250 * 1000


def proportional_kilobytes(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise AssertionError("no Pss line")


def test_beyond_loopback_it_serves_tls_with_its_own_certificate(up, instance, free_port):
    process = up("--host", "0.0.0.0")  # noqa: S104 - that is the case under test
    assert process.ready_line.startswith("Vigie is ready: https://")
    ours = ssl.create_default_context(cafile=instance.home / "keys" / "tls.crt")
    connection = http.client.HTTPSConnection("127.0.0.1", free_port, timeout=10, context=ours)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    assert (instance.home / "keys" / "tls.key").stat().st_mode & 0o077 == 0


def test_a_demo_instance_stays_on_this_machine(instance, free_port):
    import sqlite3  # noqa: PLC0415 - only this test looks behind the command

    with sqlite3.connect(instance.home / "db.sqlite3") as database:
        database.execute(
            "INSERT INTO establishments_instance (id, name, is_demo, created_at)"
            " VALUES (1, 'demo', 1, '2026-01-01 00:00:00')"
        )
    database.close()
    refused = instance.run("up", "--host", "0.0.0.0", "--port", str(free_port))  # noqa: S104
    assert refused.returncode == 1
    assert "stays on localhost" in refused.stderr


def test_what_requests_wrote_is_sealed_when_it_stops(up, instance):
    """The worker seals every few seconds; a stop in between must not leave entries open."""
    process = up()
    instance.run("user", "create", "officer@example.org")
    process.terminate()
    assert process.wait(timeout=10) == 0
    verdict = instance.run("audit", "verify")
    assert verdict.returncode == 0
    assert ", 0 not sealed yet" in verdict.stdout
