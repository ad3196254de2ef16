"""Start and stop `vigie up` as its users do, and weigh it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

VIGIE = Path(sys.executable).with_name("vigie")


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]
    ready_seconds: float

    def memory_mb(self) -> float:
        """Return the proportional set size of all its processes together, in MB."""
        return round(sum(pss_kb(pid) for pid in family(self.process.pid)) / 1024, 1)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def serving(*words: str) -> Iterator[Running]:
    """Start `vigie up` on a free port, wait until it answers, stop it by its own process id."""
    port, began = free_port(), time.perf_counter()
    command = [str(VIGIE), "up", "--port", str(port), *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until_ready(process, port)
        yield Running(port, process, round(time.perf_counter() - began, 2))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_until_ready(process: subprocess.Popen[bytes], port: int, within: float = 60) -> None:
    """Return once the health page answers. Raises RuntimeError when it does not."""
    until = time.monotonic() + within
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError("the server did not answer")


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(folder.name)] = int(fields[1])
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found


def pss_kb(pid: int) -> int:
    """Return the proportional set size of a process, in kB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the whole process group at once, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)
