"""Drills: back up, lose everything, restore; with keys kept elsewhere, on the other database."""

import threading

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections

from vigie.audit import operations, queries, rules
from vigie.audit.models import Event, People
from vigie.audit.operations.backup import backup
from vigie.audit.operations.restore import RestoreRefused, restore
from vigie.audit.tests.drills import LATER, contents, files, lose_everything
from vigie.audit.tests.factories import NOW, write
from vigie.audit.tests.instances import run_elsewhere
from vigie.kernel import archives, keys, vault
from vigie.kernel.imports import NoProgress

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("here")]


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


class Latecomer(NoProgress):
    """Somebody who acts while the restore is under way."""

    def stage(self, name):
        if name == "Restoring tables":
            self.worker = threading.Thread(target=self.write)
            self.worker.start()
            self.worker.join(timeout=0.5)
            assert self.worker.is_alive(), "an act got between the check and the restore"

    def write(self):
        try:
            write(1, late=True)
        finally:
            connections.close_all()


def test_whoever_acts_during_a_restore_waits_for_its_end(settings, tmp_path, made):
    lose_everything(settings, tmp_path)
    somebody = Latecomer()
    restored = restore(made, now=LATER, progress=somebody)
    somebody.worker.join()
    assert Event.objects.get(details__late=True).pk > restored.verdict.sealed
    operations.seal(LATER)
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


class Discarding(NoProgress):
    """Somebody who discards a file after the tables were read."""

    def __init__(self, token):
        self.token = token

    def stage(self, name):
        if name == "Backing up uploaded files":
            vault.discard(self.token)


def test_a_file_discarded_meanwhile_is_left_out(tmp_path, lived):
    kept = vault.store([b"second"], limit=100)
    told = backup(tmp_path / "vigie.backup", now=NOW, progress=Discarding(lived.token))
    assert told.uploads == 1
    with archives.Reader(tmp_path / "vigie.backup") as archive:
        assert f"uploads/{kept.token}" in archive.members


def test_the_machine_keeps_its_own_certificate(settings, tmp_path, lived):
    (settings.KEYS_DIR / "tls.key").write_text("here")
    backup(tmp_path / "vigie.backup", now=NOW)
    lose_everything(settings, tmp_path)
    settings.KEYS_DIR.mkdir(parents=True)
    (settings.KEYS_DIR / "tls.key").write_text("there")
    restore(tmp_path / "vigie.backup", now=LATER)
    assert (settings.KEYS_DIR / "tls.key").read_text() == "there"


def test_a_restore_that_was_killed_can_be_run_again(settings, tmp_path, made, lived):
    lose_everything(settings, tmp_path)
    left = vault.place(lived.token)
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    keys.create("journal.key")
    assert restore(made, now=LATER).verdict.holds
    assert len(b"".join(vault.read(lived.token))) == lived.size


def test_thousands_of_rows_come_back_and_are_counted_on_the_way(settings, tmp_path, here):
    class Counting(NoProgress):
        advanced = 0

        def advance(self, amount=1):
            self.advanced += amount

    Event.objects.bulk_create(
        Event(actor="a", verb="b", target=f"c:{n}", happened_at=NOW) for n in range(2500)
    )
    counting = Counting()
    told = backup(tmp_path / "vigie.backup", now=NOW, progress=counting)
    assert counting.advanced == told.rows
    lose_everything(settings, tmp_path)
    counting = Counting()
    assert restore(tmp_path / "vigie.backup", now=LATER, progress=counting).verdict.sealed == 2500
    assert counting.advanced == told.rows


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


def test_the_key_that_signs_sessions_stays_when_keys_are_kept_elsewhere(settings, tmp_path, made):
    (settings.KEYS_DIR / "django.key").write_text("old")
    made.unlink()
    backup(made, now=NOW)
    lose_everything(settings, tmp_path)
    settings.KEYS_DIR = tmp_path / "safe"
    settings.KEYS_DIR.mkdir()
    (settings.KEYS_DIR / "django.key").write_text("new")
    assert restore(made, now=LATER).verdict.holds
    assert (settings.KEYS_DIR / "django.key").read_text() == "new"


def test_keys_in_a_backup_never_replace_those_kept_elsewhere(settings, tmp_path, made):
    lose_everything(settings, tmp_path)
    settings.KEYS_DIR = tmp_path / "safe"
    keys.create("uploads.key")
    kept = keys.load("uploads.key")
    with pytest.raises(RestoreRefused, match="move it away"):
        restore(made, now=LATER)
    assert keys.load("uploads.key") == kept
    assert [path.name for path in settings.KEYS_DIR.iterdir()] == ["uploads.key"]


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
