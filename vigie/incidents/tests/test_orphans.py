"""What the sweep of stored files leaves and takes, with the tables that name them."""

import ast
import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from vigie.incidents.models import Attachment
from vigie.incidents.operations.attach import Upload
from vigie.incidents.operations.exchange import write_message
from vigie.incidents.operations.intake import bring_file
from vigie.incidents.tests.factories import NOW, IncidentFactory, MembershipFactory, person
from vigie.kernel import orphans, vault


@pytest.fixture(autouse=True)
def own_vault(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


def aged(path, **age):
    moment = (NOW - timedelta(**age)).timestamp()
    os.utime(path, (moment, moment))


def stored(**age):
    token = vault.store([b"text"], limit=100).token
    aged(vault.place(token), **age)
    return token


@pytest.mark.django_db
def test_only_old_files_that_no_row_names_are_removed(tmp_path):
    incident = IncidentFactory()
    lead = MembershipFactory(role="cert_lead", nation="FR").user
    officer = person("rssi", incident.establishment)
    note = Upload("note.txt", [b"note"])
    write_message(by=officer, incident=incident, text="x", key=uuid4(), uploads=[note], now=NOW)
    brought = bring_file(by=lead, upload=Upload("t.csv", [b"a;b"]), key=uuid4(), now=NOW)
    named = {Attachment.objects.get().stored_as, brought.stored_as}
    for token in named:
        aged(vault.place(token), days=9)
    young, old = stored(hours=23), stored(hours=25)
    half = vault.place(old).with_name(".0123456789abcdef0123456789abcdef")
    half.write_bytes(b"x")
    aged(half, days=2)
    foreign = vault.place(old).with_name("lisez-moi.txt")
    foreign.write_bytes(b"x")
    aged(foreign, days=2)
    assert orphans.sweep(NOW) == 2
    assert set(vault.tokens()) == {*named, young}
    assert foreign.exists()
    assert not half.exists()
    assert orphans.sweep(NOW) == 0


def test_whoever_stores_files_names_them_in_the_column_that_the_sweep_reads():
    root = Path(vault.__file__).resolve().parents[1]
    storing = {
        path
        for path in root.rglob("*.py")
        if "tests" not in path.parts
        and path.name != "vault.py"
        and any(
            isinstance(node, ast.Attribute) and node.attr == "store" and calls_vault(node)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    for path in storing:
        capability = root / path.relative_to(root).parts[0]
        models = [p for p in capability.rglob("*.py") if "models" in p.as_posix()]
        assert any(f"{orphans.COLUMN} = " in p.read_text(encoding="utf-8") for p in models), path


def calls_vault(node):
    return isinstance(node.value, ast.Name) and node.value.id == "vault"
