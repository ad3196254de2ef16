"""Commands on a PostgreSQL prepare it once, whichever machine they come from."""

import os
import subprocess

import pytest
from django.db import connection

from tests.architecture.house import ROOT
from tests.ground.conftest import VIGIE, plain_environment


@pytest.fixture
def empty_database(django_db_blocker):
    """The URL of a database of its own on the server that the tests use."""
    if connection.vendor != "postgresql":
        pytest.skip("concerns machines that share a PostgreSQL")
    name = f"prepared_{os.getpid()}"
    url = os.environ["DATABASE_URL"]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        path = url.partition("?")[0].rpartition("/")[0]
        yield url.replace(url.partition("?")[0], f"{path}/{name}")
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.django_db(transaction=True)
def test_two_machines_that_start_at_once_make_one_schema(empty_database, tmp_path):
    machines = [
        subprocess.Popen(
            [VIGIE, "audit", "verify"],
            cwd=ROOT,
            env=plain_environment(tmp_path / f"machine{number}") | {"DATABASE_URL": empty_database},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        for number in range(2)
    ]
    said = [machine.communicate(timeout=180)[1] for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0], said
