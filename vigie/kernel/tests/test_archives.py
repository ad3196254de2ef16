import hashlib
import zipfile
from datetime import UTC, datetime

import pytest

from vigie.kernel.archives import STORED, DamagedArchive, Reader, Writer

NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
LINES = [f'{{"number": {number}}}\n'.encode() for number in range(200)]


def write(path):
    with Writer(path, NOW) as archive:
        archive.add("tables/numbers.jsonl", iter(LINES))
        archive.add("uploads/a", [b"\x00\xff" * 50], method=STORED)
        return archive.finish({"format": 1})


@pytest.fixture
def path(tmp_path):
    write(tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


def test_what_was_written_is_read_back(path):
    with Reader(path) as archive:
        assert list(archive.lines("tables/numbers.jsonl")) == LINES
        assert b"".join(archive.pieces("uploads/a")) == b"\x00\xff" * 50
        assert archive.manifest["format"] == 1
        told = archive.members["tables/numbers.jsonl"]
        assert told["sha256"] == hashlib.sha256(b"".join(LINES)).hexdigest()
        assert (told["pieces"], told["size"]) == (200, len(b"".join(LINES)))


def test_any_unzip_tool_opens_it(path):
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["tables/numbers.jsonl", "uploads/a", "manifest.json"]


def test_it_is_for_its_owner_alone_and_the_hash_is_that_of_the_file(tmp_path):
    digest = write(tmp_path / "x.zip")
    content = (tmp_path / "x.zip").read_bytes()
    assert digest == hashlib.sha256(content[:-64]).hexdigest() == content[-64:].decode()
    assert (tmp_path / "x.zip").stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.zip"]


def test_the_same_content_and_moment_give_the_same_file(tmp_path):
    assert write(tmp_path / "one.zip") == write(tmp_path / "two.zip")


def test_a_flipped_bit_anywhere_is_found(path):
    content = path.read_bytes()
    for at in range(0, len(content), 3):
        spoilt = bytearray(content)
        spoilt[at] ^= 1 << at % 8
        path.write_bytes(spoilt)
        with pytest.raises(DamagedArchive):
            Reader(path)


@pytest.mark.parametrize("left", [0, 1, 63, 64, 100, 500, -1])
def test_a_file_cut_anywhere_is_found(path, left):
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(DamagedArchive):
        Reader(path)


def test_bytes_added_at_either_end_are_found(path):
    content = path.read_bytes()
    for longer in (content + b"\n", b"\n" + content):
        path.write_bytes(longer)
        with pytest.raises(DamagedArchive):
            Reader(path)


def test_the_damaged_member_is_named(path):
    content = path.read_bytes()
    at = content.index(b"\x00\xff" * 50)
    path.write_bytes(content[:at] + b"\x01" + content[at + 1 :])
    with pytest.raises(DamagedArchive, match="uploads/a is not what was written"):
        Reader(path)


def test_another_file_is_no_backup(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"%PDF-1.7" * 100)
    with pytest.raises(DamagedArchive, match="no backup of Vigie"):
        Reader(tmp_path / "x.zip")


def test_nothing_is_overwritten(path):
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        Writer(path, NOW)
    assert path.read_bytes() == before


def test_what_came_to_the_place_meanwhile_is_not_overwritten(tmp_path):
    path = tmp_path / "backup.zip"
    with Writer(path, NOW) as archive:
        path.write_bytes(b"somebody's")
        with pytest.raises(FileExistsError):
            archive.finish({})
    assert path.read_bytes() == b"somebody's"
    assert [entry.name for entry in tmp_path.iterdir()] == ["backup.zip"]


def lines_that_fail():
    yield b"1\n"
    raise ConnectionError


def test_nothing_is_left_of_an_archive_that_failed(tmp_path):
    archive = Writer(tmp_path / "backup.zip", NOW)
    with pytest.raises(ConnectionError), archive:
        archive.add("tables/x.jsonl", lines_that_fail())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_the_manifest_does_not_know_or_that_is_gone_is_found(tmp_path):
    with Writer(tmp_path / "x.zip", NOW) as archive:
        archive.add("uploads/a", [b"a"])
        archive.members.append({"name": "uploads/b", "size": 1, "sha256": "0"})
        archive.finish({})
    with pytest.raises(DamagedArchive, match="lacks or adds: uploads/b"):
        Reader(tmp_path / "x.zip")


def test_a_member_left_half_read_keeps_nothing_open(path):
    with Reader(path) as archive:
        assert next(archive.lines("tables/numbers.jsonl")) == LINES[0]
