"""Drills: back up, lose everything, restore; and every way a backup can be wrong."""

import json
import threading
from datetime import timedelta
from importlib.metadata import version

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections

from vigie.audit import operations, queries, rules
from vigie.audit.models import Event, People
from vigie.audit.operations.backup import backup
from vigie.audit.operations.restore import RestoreRefused, restore
from vigie.audit.tests.factories import NOW, write
from vigie.audit.tests.instances import run_elsewhere
from vigie.kernel import archives, keys, tables, vault
from vigie.kernel.imports import NoProgress

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def here(settings, tmp_path):
    move_to(settings, tmp_path / "here")


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
    return {
        str(path.relative_to(settings.HOME)): path.read_bytes()
        for path in settings.HOME.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def lived(tmp_path):
    """An instance with a sealed journal, people, a file and an entry that waits for its seal."""
    write(5, people={"reporter": "Jeanne Exemple"}, note="« 02:10 » ; \\ \N{SNOWMAN}")
    operations.seal(NOW)
    write(1)
    return vault.store([b"02:10 salle serveurs\n" * 9000], limit=10**6)


@pytest.fixture
def made(lived, tmp_path):
    backup(tmp_path / "vigie.backup", now=NOW)
    return tmp_path / "vigie.backup"


def test_everything_comes_back(settings, tmp_path, lived):
    path = tmp_path / "vigie.backup"
    told = backup(path, now=NOW)
    before, with_files = contents(), files(settings)
    before["audit.Event"].pop()  # that the backup was made was written after it
    lose_everything(settings, tmp_path)
    found = restore(path, now=LATER)
    after = contents()
    assert Event.objects.get(verb="journal.restored").details["head"] == str(told.head)
    after["audit.Event"].pop()
    assert after == before
    assert files(settings) == with_files
    assert b"".join(vault.read(lived.token)) == b"02:10 salle serveurs\n" * 9000
    assert (found.uploads, found.with_keys, found.rows) == (1, True, told.rows)
    assert (found.verdict.holds, found.verdict.sealed) == (True, 6)
    assert found.verdict.head == told.head


def test_the_instance_goes_on_as_if_nothing_had_happened(settings, tmp_path, made):
    last = Event.objects.order_by("-id").first().pk
    lose_everything(settings, tmp_path)
    restore(made, now=LATER)
    (event,) = write(1)
    assert event.pk > last
    operations.seal(LATER)
    assert queries.verify().holds


def test_a_number_given_once_is_not_given_again(settings, tmp_path, lived):
    gone = ContentType.objects.create(app_label="gone", model="gone").pk
    ContentType.objects.filter(pk=gone).delete()
    backup(tmp_path / "vigie.backup", now=NOW)
    lose_everything(settings, tmp_path)
    restore(tmp_path / "vigie.backup", now=LATER)
    assert ContentType.objects.create(app_label="new", model="new").pk > gone


def test_erased_people_do_not_come_back_from_a_later_backup(settings, tmp_path, lived):
    operations.forget(by="user:1", now=NOW, actor="user:42")
    backup(tmp_path / "vigie.backup", now=NOW)
    lose_everything(settings, tmp_path)
    assert restore(tmp_path / "vigie.backup", now=LATER).verdict.holds
    assert not People.objects.exists()
    assert b"Jeanne" not in b"".join(files(settings).values())


class Meanwhile(NoProgress):
    """Somebody who writes and seals while the backup is under way."""

    def __init__(self):
        self.wrote = 0

    def total(self, amount):
        worker = threading.Thread(target=self.write)
        worker.start()
        worker.join(timeout=5)
        assert not worker.is_alive(), "a writer had to wait for the backup"

    def write(self):
        try:
            self.wrote += len(write(3))
            operations.seal(NOW)
        finally:
            connections.close_all()


def test_a_backup_shows_one_moment_while_others_write(settings, tmp_path, lived):
    somebody = Meanwhile()
    before = Event.objects.count()
    backup(tmp_path / "vigie.backup", now=NOW, progress=somebody)
    assert somebody.wrote == 6  # when the rows were counted, and again before the files
    assert Event.objects.count() == before + somebody.wrote + 1
    lose_everything(settings, tmp_path)
    restore(tmp_path / "vigie.backup", now=LATER)
    assert Event.objects.exclude(verb="journal.restored").count() == before
    assert queries.verify().holds


def test_a_backup_never_overwrites(made):
    content, entries = made.read_bytes(), Event.objects.count()
    with pytest.raises(FileExistsError):
        backup(made, now=NOW)
    assert made.read_bytes() == content
    assert Event.objects.count() == entries


def test_the_backup_is_in_the_journal_with_its_hash(tmp_path, lived):
    told = backup(tmp_path / "vigie.backup", now=NOW)
    event = Event.objects.get(verb="journal.backed_up")
    assert event.details["sha256"] == told.sha256
    assert rules.read_head(event.details["head"]) == told.head


def test_sessions_are_left_behind(tmp_path, made):
    with archives.Reader(made) as archive:
        assert not any(
            "session" in name.rpartition("/")[2].split(".")[0] for name in archive.members
        )


def test_a_journal_that_someone_broke_does_not_cost_the_backup(tmp_path, lived):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_chainhead SET position = position + 1")
    write(1)
    told = backup(tmp_path / "vigie.backup", now=NOW)
    assert "altered" in told.warning


# --- keys kept elsewhere ------------------------------------------------------------------------


@pytest.fixture
def keys_elsewhere(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "safe"
    return settings.KEYS_DIR


def test_keys_kept_elsewhere_stay_there_and_serve_the_restore(
    settings, tmp_path, keys_elsewhere, made
):
    with archives.Reader(made) as archive:
        assert not any(name.startswith("keys/") for name in archive.members)
    lose_everything(settings, tmp_path)
    settings.KEYS_DIR = keys_elsewhere
    found = restore(made, now=LATER)
    assert (found.verdict.holds, found.with_keys) == (True, False)


def test_without_the_keys_kept_elsewhere_nothing_is_restored(
    settings, tmp_path, keys_elsewhere, made
):
    lose_everything(settings, tmp_path)
    before = contents()
    with pytest.raises(keys.KeyMissing, match=r"journal\.key"):
        restore(made, now=LATER)
    assert (contents(), files(settings)) == (before, {})


@pytest.mark.parametrize("name", ["journal.key", "uploads.key"])
def test_with_other_keys_nothing_is_restored(settings, tmp_path, keys_elsewhere, made, name):
    lose_everything(settings, tmp_path)
    settings.KEYS_DIR = keys_elsewhere
    keys.place(name).unlink()
    keys.create(name)
    before = contents()
    with pytest.raises(RestoreRefused, match=r"another one|not the key"):
        restore(made, now=LATER)
    assert (contents(), files(settings)) == (before, {})


def test_keys_in_a_backup_never_replace_those_kept_elsewhere(settings, tmp_path, made):
    lose_everything(settings, tmp_path)
    settings.KEYS_DIR = tmp_path / "safe"
    keys.create("uploads.key")
    kept = keys.load("uploads.key")
    with pytest.raises(RestoreRefused, match="move it away"):
        restore(made, now=LATER)
    assert keys.load("uploads.key") == kept
    assert [path.name for path in settings.KEYS_DIR.iterdir()] == ["uploads.key"]


# --- what is refused ----------------------------------------------------------------------------


def assert_refused(settings, path, refusal):
    """The restore fails as told and changes neither rows nor files."""
    before, with_files = contents(), files(settings)
    with pytest.raises(refusal) as reason:
        restore(path, now=LATER)
    assert contents() == before
    assert files(settings) == with_files
    return str(reason.value)


def test_an_instance_that_holds_anything_is_left_alone(settings, made):
    sentence = assert_refused(settings, made, RestoreRefused)
    assert "not empty" in sentence


@pytest.mark.parametrize("part", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_a_flipped_byte_is_found_and_nothing_restored(settings, tmp_path, made, part):
    content = bytearray(made.read_bytes())
    content[int(part * len(content))] ^= 0x10
    made.write_bytes(content)
    lose_everything(settings, tmp_path)
    assert_refused(settings, made, archives.DamagedArchive)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_cut_file_is_found_and_nothing_restored(settings, tmp_path, made, part):
    content = made.read_bytes()
    made.write_bytes(content[: int(part * len(content))])
    lose_everything(settings, tmp_path)
    assert_refused(settings, made, archives.DamagedArchive)


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
    return lines


def altered_entry(name, lines):
    if name == "tables/audit.event.jsonl":
        lines[3][lines[0].index("actor")] = "user:1"
    return lines


def removed_entry(name, lines):
    return lines[:3] + lines[4:] if name == "tables/audit.event.jsonl" else lines


def altered_names(name, lines):
    if name == "tables/audit.people.jsonl":
        lines[2][lines[0].index("content")] = {"reporter": "Paul Exemple"}
    return lines


def row_that_points_nowhere(name, lines):
    if name == "tables/auth.permission.jsonl":
        lines[1][lines[0].index("content_type_id")] = 987654321
    return lines


def row_twice(name, lines):
    return [*lines, lines[-1]] if name == "tables/audit.people.jsonl" else lines


def value_of_another_kind(name, lines):
    if name == "tables/audit.event.jsonl":
        lines[1][lines[0].index("happened_at")] = "hier"
    return lines


def other_columns(name, lines):
    if name == "tables/audit.people.jsonl":
        lines[0][0] = "number"
    return lines


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (altered_entry, "broken at entry 3"),
        (removed_entry, "broken at entry 3"),
        (altered_names, "broken at entry 2"),
        (row_that_points_nowhere, "does not hold together"),
        (row_twice, "audit_people"),
        (value_of_another_kind, "audit_event"),
        (other_columns, "other columns"),
    ],
)
def test_a_backup_that_was_tampered_with_is_refused(settings, tmp_path, made, change, sentence):
    forged = rewritten(made, change)
    lose_everything(settings, tmp_path)
    refused = (RestoreRefused, rules.UnreadableBackup)
    assert sentence in assert_refused(settings, forged, refused)


def test_a_backup_without_one_of_its_tables_is_refused(settings, tmp_path, made):
    forged = rewritten(made, drop=["tables/audit.people.jsonl"])
    lose_everything(settings, tmp_path)
    assert "audit.people" in assert_refused(settings, forged, rules.UnreadableBackup)


def test_a_backup_without_one_of_its_files_is_refused(settings, tmp_path, made, lived):
    whole = made.read_bytes()
    forged = rewritten(made, drop=[f"uploads/{lived.token}"])
    with archives.Reader(made) as old, archives.Reader(forged) as new:
        assert set(old.members) - set(new.members) == {f"uploads/{lived.token}"}
    assert made.read_bytes() == whole


LATER_ONES = {
    "a later version": ({"version": "99.0"}, "install that version"),
    "a later format": ({"format": 2}, "install that version"),
    "a later schema": ({"migrations": [["audit", "0099_later"]]}, "does not know"),
    "nothing readable": ({"journal_head": "?"}, "does not say what it is"),
}


@pytest.mark.parametrize(("told", "sentence"), LATER_ONES.values(), ids=LATER_ONES)
def test_a_backup_of_a_later_version_is_refused(settings, tmp_path, made, told, sentence):
    forged = rewritten(made, manifest=told)
    lose_everything(settings, tmp_path)
    assert sentence in assert_refused(settings, forged, rules.UnreadableBackup)


def test_a_backup_written_again_without_change_is_restored(settings, tmp_path, made):
    forged = rewritten(made, manifest={"version": version("vigie")})
    lose_everything(settings, tmp_path)
    assert restore(forged, now=LATER).verdict.holds


# --- an earlier schema, another database --------------------------------------------------------


def test_a_backup_of_an_earlier_schema_is_brought_forward(settings, tmp_path, lived):
    call_command("migrate", "audit", "0001", verbosity=0)
    try:
        backup(tmp_path / "old.backup", now=NOW)
    finally:
        call_command("migrate", verbosity=0)
    before = contents()
    before["audit.Event"].pop()
    lose_everything(settings, tmp_path)
    assert restore(tmp_path / "old.backup", now=LATER).verdict.holds
    after = contents()
    after["audit.Event"].pop()
    assert after == before
    with pytest.raises(Exception, match="never changed or removed"):
        Event.objects.filter(position=1).delete()


def test_a_backup_of_a_schema_that_cannot_be_reached_is_refused(settings, tmp_path, made):
    with archives.Reader(made) as archive:
        migrations = archive.manifest["migrations"]
    # One that its authors cannot undo.
    last = ("django_tasks_database", "0013")
    before = [[app, name] for app, name in migrations if not (app == last[0] and name >= last[1])]
    assert before != migrations
    forged = rewritten(made, manifest={"migrations": before})
    lose_everything(settings, tmp_path)
    assert "cannot be reached" in assert_refused(settings, forged, rules.UnreadableBackup)
    assert restore(made, now=LATER).verdict.holds


LIVE = """
operations.record(actor="user:42", verb="incident.declared", target="incident:1", at=NOW,
                  details={"note": "été"}, people={"reporter": "Jeanne Exemple"})
operations.seal(NOW)
from vigie.kernel import vault
token = vault.store([b"02:10 salle serveurs"], limit=1000).token
"""


def test_a_backup_of_an_instance_on_sqlite_is_restored_here(settings, tmp_path):
    path = tmp_path / "from-sqlite.backup"
    code = f"{LIVE}\nbackup(Path({str(path)!r}), now=NOW); print(token)"
    token = run_elsewhere(tmp_path / "elsewhere", code)
    call_command("flush", interactive=False, verbosity=0)
    assert restore(path, now=LATER).verdict.holds
    assert Event.objects.get(verb="incident.declared").details == {"note": "été"}
    assert People.objects.get().content == {"reporter": "Jeanne Exemple"}
    assert b"".join(vault.read(token)) == b"02:10 salle serveurs"
    operations.seal(LATER)
    assert queries.verify().holds


def test_a_backup_made_here_is_restored_on_sqlite(settings, tmp_path, made, lived):
    code = f"""
from vigie.kernel import vault
found = restore(Path({str(made)!r}), now=NOW)
operations.seal(NOW)
print(found.verdict.sealed, queries.verify().holds, len(b"".join(vault.read({lived.token!r}))))
"""
    assert run_elsewhere(tmp_path / "elsewhere", code) == f"6 True {lived.size}"
