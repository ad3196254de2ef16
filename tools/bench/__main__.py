"""Run the measures and print one JSON object; what happens meanwhile goes to standard error.

make bench BENCH="--databases sqlite,postgresql --files 1000,10000,100000 --seconds 8"
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def database(name: str) -> Iterator[str]:
    """Give the DATABASE_URL of an empty database: "" for SQLite."""
    if name == "sqlite":
        yield ""
        return
    from postgres import running_postgres  # noqa: PLC0415 - only where it is asked for

    with running_postgres() as url:
        yield url


def measured(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of one database, measured in a process of its own."""
    with database(name) as url, tempfile.TemporaryDirectory(prefix="vigie-bench-") as home:
        environment = os.environ | {"VIGIE_HOME": home, "DATABASE_URL": url}
        words = [sys.executable, "-m", "bench.one", options.files, str(options.seconds)]
        run = subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
        found: dict[str, Any] = json.loads(run.stdout)
        return found


def main() -> None:
    """Measure each database in turn."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--files", default="1000,10000,100000")
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args()
    figures = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        **{name: measured(name, options) for name in options.databases.split(",")},
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
