"""Send requests and time them. No part of Vigie is loaded here: it stands outside."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4


@dataclass(frozen=True)
class Timing:
    """Latencies in milliseconds, sorted, and how long it took in all."""

    latencies: list[float]
    seconds: float

    def at(self, share: float) -> float:
        """Return the latency that this share of the requests did not exceed."""
        rank = min(len(self.latencies) - 1, int(len(self.latencies) * share))
        return round(self.latencies[rank], 1)

    def as_json(self) -> dict[str, float]:
        """Return the figures to print."""
        return {
            "count": len(self.latencies),
            "per_second": round(len(self.latencies) / self.seconds, 1),
            "p50_ms": self.at(0.5),
            "p95_ms": self.at(0.95),
            "p99_ms": self.at(0.99),
            "max_ms": round(self.latencies[-1], 1),
        }


def together(clients: int, seconds: float, act: Callable[[], Callable[[], None]]) -> Timing:
    """Let clients act again and again for a time. act: makes one client's own act."""
    latencies: list[float] = []
    problems: list[BaseException] = []
    until = time.monotonic() + seconds

    def work() -> None:
        try:
            step = act()
            while time.monotonic() < until:
                started = time.perf_counter()
                step()
                latencies.append((time.perf_counter() - started) * 1000)
        except BaseException as reason:  # noqa: BLE001 - shown to the caller below
            problems.append(reason)

    began = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if problems:
        raise problems[0]
    return Timing(sorted(latencies), took)


def repeated(times: int, step: Callable[[], None], *, warm: int = 5) -> Timing:
    """Do a step again and again, alone, after a few that do not count."""
    for _ in range(warm):
        step()
    latencies = []
    began = time.perf_counter()
    for _ in range(times):
        started = time.perf_counter()
        step()
        latencies.append((time.perf_counter() - started) * 1000)
    return Timing(sorted(latencies), time.perf_counter() - began)


def declaring(port: int, token: str, finess: str) -> Callable[[], Callable[[], None]]:
    """Return what makes a client that declares over one connection."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def client() -> Callable[[], None]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

        def declare() -> None:
            body = json.dumps(declaration(finess))
            connection.request("POST", "/api/v1/incidents", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 201:
                raise RuntimeError(f"{answer.status}: {text[:300]!r}")

        return declare

    return client


def declaration(finess: str) -> dict[str, object]:
    """Return a declaration of ordinary length, with a key of its own."""
    return {
        "key": str(uuid4()),
        "establishment": finess,
        "facts": {
            "title": "Serveur de fichiers chiffré",
            "description": "Les dossiers partagés ne s’ouvrent plus depuis cette nuit. " * 8,
            "noticed": "2026-03-14T02:10+01:00",
            "endangerment": "none",
            "structure_impact": "degraded",
            "support_requested": True,
            "category": "ransomware",
            "origin": "malicious",
        },
        "declarant": {"name": "Camille Personne", "phone": "01 99 00 12 34"},
    }


def reading(port: int, path: str, headers: dict[str, str]) -> Callable[[], None]:
    """Return a step that reads one page over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def read() -> None:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}: {text[:300]!r}")

    return read
