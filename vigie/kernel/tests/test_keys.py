import threading

import pytest

from vigie.kernel import keys


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    return settings.KEYS_DIR


def test_a_key_is_made_once_for_its_owner_alone(place):
    made = keys.load_or_create("journal.key")
    assert len(made) == 32
    assert keys.load_or_create("journal.key") == keys.load("journal.key") == made
    assert (place / "journal.key").stat().st_mode & 0o777 == 0o600
    assert place.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in place.iterdir()] == ["journal.key"]


def test_many_that_start_at_once_share_one_key():
    start, found = threading.Barrier(8), []

    def come():
        start.wait()
        found.append(keys.load_or_create("journal.key"))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", [None, "", "not hexadecimal", "00ff"])
def test_a_key_that_is_absent_or_spoilt_is_named(place, content):
    if content is not None:
        place.mkdir()
        (place / "journal.key").write_text(content)
    with pytest.raises(keys.KeyMissing, match=r"journal\.key"):
        keys.load("journal.key")
