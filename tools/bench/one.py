"""Measure one database, the one that the environment names. Prints JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def main(sizes: list[int], seconds: float) -> dict[str, Any]:
    """Return every figure of this database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    began = time.perf_counter()
    django.setup()
    from bench import disk, fill, server  # noqa: PLC0415
    from config.instance import prepare  # noqa: PLC0415 - needs Django

    prepare()
    figures: dict[str, Any] = {"set_up_seconds": round(time.perf_counter() - began, 2)}
    figures["disk"] = {"fsync_ms": disk.fsync_ms(), "commits_per_second": disk.commits_per_second()}
    say(f"{figures}")
    with server.serving("--workers", "1") as up:
        time.sleep(3)
        figures["idle"] = {"ready_seconds": up.ready_seconds, "pss_mb": up.memory_mb()}
    token = token_of(fill.people())
    figures["declare"] = declaring(token, seconds)
    say(f"{figures['declare']}")
    figures["pages"] = pages(token, sizes)
    return figures


def token_of(user: Any) -> str:
    """Return the secret of a token that may declare and read."""
    from bench import fill  # noqa: PLC0415 - needs Django
    from vigie.accounts.operations import create_token  # noqa: PLC0415
    from vigie.accounts.rules import Permission  # noqa: PLC0415
    from vigie.kernel import clock  # noqa: PLC0415

    made = create_token(
        by=user,
        name="bench",
        scopes=[Permission.DECLARE, Permission.READ_INCIDENTS],
        expires_at=fill.expiry(),
        now=clock.now(),
    )
    return str(made.secret)


def declaring(token: str, seconds: float) -> dict[str, Any]:
    """Return declarations by HTTP against the same act in this process, in turns."""
    from bench import fill, load, server  # noqa: PLC0415 - need Django
    from vigie.accounts.models import User  # noqa: PLC0415
    from vigie.establishments.models import Establishment  # noqa: PLC0415
    from vigie.incidents import operations  # noqa: PLC0415
    from vigie.kernel import clock  # noqa: PLC0415

    structure = Establishment.objects.order_by("id")[0]

    def in_process() -> None:
        person = User.objects.get()  # as a request does: nothing is remembered
        operations.declare(by=person, submission=fill.as_sent(structure), now=clock.now())

    rounds = []
    with server.serving("--workers", "2") as up:
        load.together(8, 1, load.declaring(up.port, token, structure.finess or ""))
        for _ in range(3):
            alone = load.together(1, seconds / 2, lambda: in_process)
            http = load.together(8, seconds, load.declaring(up.port, token, structure.finess or ""))
            rounds.append((alone.as_json(), http.as_json()))
    rounds.sort(key=lambda pair: pair[1]["per_second"] / pair[0]["per_second"])
    alone_figures, http_figures = rounds[1]
    ratio = http_figures["per_second"] / alone_figures["per_second"]
    return {
        "http_8_clients": http_figures,
        "in_process": alone_figures,
        "ratio": round(ratio, 2),
        "rounds": [pair[1]["per_second"] for pair in rounds],
    }


def pages(token: str, sizes: list[int]) -> dict[str, Any]:
    """Return the time of the pages at each number of files, one client."""
    from bench import fill, load, server, session  # noqa: PLC0415 - need Django
    from vigie.accounts.models import User  # noqa: PLC0415
    from vigie.incidents.models import Incident  # noqa: PLC0415

    user = User.objects.get(email="bench@example.org")
    session.clear_files()
    fill.declare_some(user)
    cookie = session.signed_in(user)
    bearer = {"Authorization": f"Bearer {token}"}
    found: dict[str, Any] = {}
    with server.serving("--workers", "1") as up:
        for size in sizes:
            fill.grow_to(size)
            middle = Incident.objects.order_by("id").values_list("pk", flat=True)[size // 2]
            wanted: dict[str, tuple[str, dict[str, str]]] = {
                "list_25": ("/incidents/?size=25", cookie),
                "queue": ("/incidents/queue/", cookie),
                "search": ("/incidents/?q=imagerie", cookie),
                "file": (f"/incidents/{middle}/", cookie),
                "api_list_25": ("/api/v1/incidents?limit=25", bearer),
                "api_file": (f"/api/v1/incidents/{middle}", bearer),
            }
            found[str(size)] = {
                name: _timed(load.reading(up.port, path, headers), load.repeated)
                for name, (path, headers) in wanted.items()
            }
            say(f"{size}: {found[str(size)]}")
    return found


def _timed(step: Callable[[], None], repeat: Callable[..., Any]) -> dict[str, float]:
    figures: dict[str, float] = repeat(100, step).as_json()
    return {name: figures[name] for name in ("p50_ms", "p95_ms", "max_ms")}


if __name__ == "__main__":
    print(json.dumps(main([int(size) for size in sys.argv[1].split(",")], float(sys.argv[2]))))
