"""What the drills of backup and restore share."""

import pytest

from vigie.audit import operations
from vigie.audit.operations.backup import backup
from vigie.audit.tests.drills import move_to
from vigie.audit.tests.factories import NOW, write
from vigie.kernel import vault


@pytest.fixture
def here(settings, tmp_path, transactional_db):
    """The folders of an instance of its own."""
    move_to(settings, tmp_path / "here")


@pytest.fixture
def lived(here):
    """An instance with a sealed journal, people, a file and an entry that waits for its seal."""
    write(5, people={"reporter": "Jeanne Exemple"}, note="« 02:10 » ; \\ \N{SNOWMAN}")
    operations.seal(NOW)
    write(1)
    return vault.store([b"02:10 salle serveurs\n" * 9000], limit=10**6)


@pytest.fixture
def made(lived, tmp_path):
    """A backup of that instance."""
    backup(tmp_path / "vigie.backup", now=NOW)
    return tmp_path / "vigie.backup"
