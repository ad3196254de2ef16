import hashlib

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from vigie.kernel import keys, vault
from vigie.kernel.vault import BLOCK, MARK, SALT, TAG

HEADER = len(MARK) + SALT
MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.UPLOADS_DIR = tmp_path / "uploads"
    return settings.UPLOADS_DIR


def text_of(size):
    return (b"02:10 salle serveurs\n" * (size // 21 + 1))[:size]


def store(content, limit=MEGABYTE):
    return vault.store([content], limit=limit)


def clear(token):
    return b"".join(vault.read(token))


sizes = st.one_of(
    st.integers(1, 3 * BLOCK),
    st.sampled_from([1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1]),
)


@given(sizes, st.integers(1, 2 * BLOCK))
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_stored_comes_back_however_it_was_sent(size, step):
    content = text_of(size)
    pieces = (content[at : at + step] for at in range(0, size, step))
    stored = vault.store(pieces, limit=MEGABYTE)
    assert clear(stored.token) == content
    assert (stored.size, stored.kind) == (size, "text")
    assert stored.sha256 == hashlib.sha256(content).hexdigest()


def test_the_disk_holds_nothing_in_clear_and_for_its_owner_alone(folders):
    stored = store(text_of(5000))
    (path,) = (path for path in folders.rglob("*") if path.is_file())
    assert path.name == stored.token
    assert b"serveurs" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_content_is_never_encrypted_the_same_way():
    one, two = store(text_of(5000)), store(text_of(5000))
    assert vault.place(one.token).read_bytes() != vault.place(two.token).read_bytes()


@pytest.mark.parametrize(
    "at", [0, len(MARK), HEADER, HEADER + BLOCK, HEADER + BLOCK + TAG, HEADER + 2 * BLOCK, -1]
)
def test_any_flipped_byte_is_found(at):
    stored = store(text_of(3 * BLOCK))
    path = vault.place(stored.token)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(vault.Damaged):
        clear(stored.token)


@pytest.mark.parametrize(
    "length", [0, 4, HEADER, HEADER + BLOCK + TAG, HEADER + 2 * (BLOCK + TAG), -1]
)
def test_a_shortened_file_is_found(length):
    stored = store(text_of(3 * BLOCK))
    path = vault.place(stored.token)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(vault.Damaged):
        clear(stored.token)


def test_blocks_that_changed_places_are_found():
    stored = store(text_of(3 * BLOCK))
    path = vault.place(stored.token)
    content = path.read_bytes()
    head, size = content[:HEADER], BLOCK + TAG
    blocks = [content[HEADER + n * size :][:size] for n in range(3)]
    path.write_bytes(head + blocks[1] + blocks[0] + blocks[2])
    with pytest.raises(vault.Damaged):
        clear(stored.token)


def test_one_file_put_in_the_place_of_another_is_found():
    one, two = store(b"un"), store(b"deux")
    vault.place(one.token).write_bytes(vault.place(two.token).read_bytes())
    with pytest.raises(vault.Damaged):
        clear(one.token)


def test_nothing_opens_without_the_key():
    stored = store(b"texte")
    keys.place("uploads.key").unlink()
    with pytest.raises(keys.KeyMissing):
        clear(stored.token)
    keys.create("uploads.key")
    with pytest.raises(vault.Damaged):
        clear(stored.token)


def broken_upload():
    yield text_of(2 * BLOCK)
    raise ConnectionError("cut")


@pytest.mark.parametrize(
    ("pieces", "refusal"),
    [
        ([text_of(MEGABYTE + 1)], vault.BadUpload),
        ([], vault.BadUpload),
        ([b"", b""], vault.BadUpload),
        ([b"MZ\x90\0\x03\0\0\0"], vault.BadUpload),
        (broken_upload(), ConnectionError),
    ],
)
def test_what_is_refused_or_cut_leaves_nothing_behind(folders, pieces, refusal):
    with pytest.raises(refusal):
        vault.store(pieces, limit=MEGABYTE)
    assert not [path for path in folders.rglob("*") if path.is_file()]
    assert list(vault.tokens()) == []


def test_a_refusal_is_a_sentence():
    with pytest.raises(vault.BadUpload, match=r"dépasse 1 Mo\."):
        store(text_of(MEGABYTE + 1))
    with pytest.raises(vault.BadUpload, match=r"Acceptés : pdf, png"):
        store(b"MZ\x90\0\x03\0\0\0")


@pytest.mark.parametrize("token", ["", "../db.sqlite3", "a" * 31, "A" * 32, "a" * 33, "a/" * 16])
def test_only_a_token_names_a_file(token):
    with pytest.raises(ValueError, match="not the token"):
        vault.read(token)


def test_a_discarded_file_is_gone():
    stored = store(b"texte")
    assert list(vault.tokens()) == [stored.token]
    vault.discard(stored.token)
    vault.discard(stored.token)
    assert list(vault.tokens()) == []
    with pytest.raises(FileNotFoundError):
        vault.read(stored.token)


def test_a_browser_only_ever_saves_a_file():
    stored = store(b"<script>alert(1)</script>")
    answer = vault.attachment(stored.token, "d\u00e9mo.html", stored.kind)
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''d%C3%A9mo.html.txt"
    assert answer["X-Content-Type-Options"] == "nosniff"
