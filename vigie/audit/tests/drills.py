"""Drills: lose everything, look at everything, write a backup again with changes."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command

from vigie.audit.operations.restore import restore
from vigie.audit.tests.factories import NOW
from vigie.kernel import archives, tables

LATER = NOW + timedelta(days=1)


def move_to(settings, home):
    """Let the folders of the instance be somewhere else, as on another machine."""
    settings.HOME = home
    settings.KEYS_DIR = home / "keys"
    settings.UPLOADS_DIR = home / "uploads"


def lose_everything(settings, tmp_path):
    """Empty the database and take a folder without keys or files."""
    call_command("flush", interactive=False, verbosity=0)
    move_to(settings, tmp_path / "there")


def contents():
    """Return every row of every table that a backup keeps, as JSON."""
    return {
        model._meta.label: [json.loads(line) for line in tables.dump(model)][1:]
        for model in tables.kept_models(apps)
    }


def files(settings):
    """Return every file of the instance."""
    return {
        str(path.relative_to(settings.HOME)): path.read_bytes()
        for path in settings.HOME.rglob("*")
        if path.is_file()
    }


def assert_refused(settings, path, refusal):
    """The restore fails as told and changes neither rows nor files."""
    before, with_files = contents(), files(settings)
    with pytest.raises(refusal) as reason:
        restore(path, now=LATER)
    assert contents() == before
    assert files(settings) == with_files
    return str(reason.value)


def rewritten(path, change=None, *, drop=(), manifest=None):
    """Write a backup again, as somebody would who knows the format, with changes."""
    forged = path.with_name("forged.backup")
    with archives.Reader(path) as old, archives.Writer(forged, NOW) as new:
        for name in old.members:
            if name not in drop:
                lines = (
                    [json.loads(line) for line in old.lines(name)] if "tables/" in name else None
                )
                if lines is None:
                    new.add(name, list(old.pieces(name)))
                else:
                    new.add(name, [tables.line(row) for row in (change or same)(name, lines)])
        told = {key: value for key, value in old.manifest.items() if key != "members"}
        new.finish({**told, **(manifest or {})})
    return forged


def same(name, lines):
    """Change nothing."""
    return lines
