"""Every way in which a backup can be wrong: it is refused, and nothing changes."""

from importlib.metadata import version

import pytest

from vigie.audit import rules
from vigie.audit.operations.restore import RestoreRefused, restore
from vigie.audit.tests.drills import LATER, assert_refused, lose_everything, rewritten
from vigie.kernel import archives

pytestmark = pytest.mark.django_db(transaction=True)


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
