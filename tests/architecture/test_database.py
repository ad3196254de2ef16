"""The promise "declared means on the disk", asked of the product's own connection."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.architecture.house import ROOT

ASK_SQLITE = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    print(cursor.execute("PRAGMA {pragma}").fetchone()[0])
"""


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("secure_delete", "1"),  # what is erased is overwritten
        ("foreign_keys", "1"),
        ("busy_timeout", "15000"),
    ],
)
def test_sqlite_runs_as_settings_say(pragma, value, tmp_path, bare_environment):
    """In a process of its own, with nothing set: what an instance of a hospital runs with."""
    answer = subprocess.run(
        [sys.executable, "-c", ASK_SQLITE.format(pragma=pragma)],
        cwd=ROOT,
        env=bare_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == value


@pytest.mark.django_db
@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_postgresql_writes_to_the_disk_before_it_answers(setting):
    if connection.vendor != "postgresql":
        pytest.skip("a setting of PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        assert cursor.fetchone() == ("on",)


def test_sqlite_begins_to_write_at_once():
    """A transaction that reads first and writes later would fail when another wrote meanwhile."""
    if connection.vendor != "sqlite":
        pytest.skip("a setting of SQLite")
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
