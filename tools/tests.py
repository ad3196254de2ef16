"""Run every test: those of the database on PostgreSQL first, then the whole suite on SQLite.

The last line is pytest's own summary: of the whole suite, or of the run that failed. Branch
coverage of rules, operations and queries is counted over both runs, since each speaks only
one dialect of SQL. Arguments go to pytest: `python tools/tests.py -k journal`.
"""

import os
import subprocess
import sys
from pathlib import Path

from postgres import running_postgres

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
WORKERS = ["-n", "2", "--dist", "loadgroup"]
NO_TESTS = 5  # pytest's exit code when nothing was selected


def main(*words: str) -> int:
    """Run both runs and the coverage. Returns 0 when all is well."""
    coverage("erase")
    with running_postgres() as url:
        print("On PostgreSQL: the tests that touch the database", flush=True)
        first, first_line = pytest(["--database-only", *words], DATABASE_URL=url)
    print(f"{first_line}\n\nOn SQLite: all tests", flush=True)
    second, second_line = pytest(list(words), DATABASE_URL="")
    covered = 0 if words else enough_is_covered()
    last_line = first_line if first and not second else second_line
    print(last_line, flush=True)
    return first or second or covered


def pytest(words: list[str], **environment: str) -> tuple[int, str]:
    """Run pytest, passing on what it says but its last line. Returns its code and that line."""
    command = [PYTHON, "-m", "coverage", "run", "-m", "pytest", *WORKERS, *words]
    if sys.stdout.isatty():
        command.append("--color=yes")
    held = ""
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as run:
        for line in run.stdout or []:
            if not line.strip():
                continue
            if held:
                print(held, flush=True)
            held = line.rstrip("\n")
    return (0 if run.returncode == NO_TESTS else run.returncode), held


def enough_is_covered() -> int:
    """Print what is not covered when it is too much. Returns coverage's exit code."""
    coverage("combine", "--quiet")
    report = coverage("report", "--skip-covered", "--show-missing")
    total = report.stdout.rstrip().splitlines()
    print(report.stdout if report.returncode else f"Branch coverage of decisions: {total[-1]}")
    return report.returncode


def coverage(*words: str) -> subprocess.CompletedProcess[str]:
    """Run coverage; its settings are in pyproject.toml."""
    return subprocess.run(
        [PYTHON, "-m", "coverage", *words], cwd=ROOT, check=False, capture_output=True, text=True
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
