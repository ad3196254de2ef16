"""A second instance, on SQLite and in a process of its own, to carry backups to and from."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
START = """
import django; django.setup()
from datetime import UTC, datetime
from pathlib import Path
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
from vigie.audit import operations, queries
from vigie.audit.operations.backup import backup
from vigie.audit.operations.restore import restore
"""


def run_elsewhere(home, code):
    """Run code in the instance of a folder, made when it is absent; return what it printed."""
    elsewhere = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VIGIE_", "PG", "DATABASE_URL"))
    }
    elsewhere |= {
        "VIGIE_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(
        [sys.executable, "-c", START + code],
        env=elsewhere,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
