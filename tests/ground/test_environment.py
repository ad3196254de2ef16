"""Settings from the environment: nonsense is a sentence, secrets may lie in files."""

import json
import threading

import pytest

from config.environment import (
    BadSetting,
    database,
    env_bool,
    env_choice,
    env_int,
    env_json,
    env_numbers,
    env_text,
    env_webhooks,
    secret_kept_in,
)


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("Yes", True), ("off", False), ("", True)]
)
def test_yes_and_no(monkeypatch, text, value):
    monkeypatch.setenv("PROBE", text)
    assert env_bool("PROBE", default=True) is value


@pytest.mark.parametrize(
    "read",
    [
        lambda: env_bool("PROBE"),
        lambda: env_int("PROBE", 1),
        lambda: env_choice("PROBE", "A", ("A", "B")),
        lambda: env_numbers("PROBE", "200"),
    ],
)
def test_nonsense_names_the_variable(monkeypatch, read):
    monkeypatch.setenv("PROBE", "perhaps")
    with pytest.raises(BadSetting, match="PROBE must be"):
        read()


def test_a_number_that_is_too_small_is_nonsense(monkeypatch):
    monkeypatch.setenv("PROBE", "0")
    with pytest.raises(BadSetting, match="at least 1"):
        env_int("PROBE", 8, least=1)


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("PROBE_FILE", str(tmp_path / "secret"))
    assert env_text("PROBE") == "hush"
    monkeypatch.setenv("PROBE_FILE", str(tmp_path / "absent"))
    with pytest.raises(BadSetting, match="PROBE_FILE"):
        env_text("PROBE")


def test_a_secret_is_made_once_however_many_ask(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(secret_kept_in(tmp_path / "keys" / "one")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) >= 48
    assert (tmp_path / "keys" / "one").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["one"]


def test_a_database_url_with_a_socket_folder_and_odd_characters():
    found = database("postgresql://v%40l:p%2Fw@/vi-gie?host=/run/postgresql&sslmode=require")
    assert found["USER"] == "v@l"
    assert found["PASSWORD"] == "p/w"  # noqa: S105 - of nobody
    assert found["HOST"] == "/run/postgresql"
    assert found["NAME"] == "vi-gie"
    assert found["OPTIONS"]["sslmode"] == "require"
    assert "-c synchronous_commit=on" in found["OPTIONS"]["options"]


def test_a_url_of_another_kind_of_database_is_refused():
    with pytest.raises(BadSetting, match="postgresql"):
        database("mysql://localhost/vigie")


def test_json_that_is_none_is_nonsense(monkeypatch):
    monkeypatch.setenv("PROBE", '{"to": ')
    with pytest.raises(BadSetting, match="PROBE is not JSON"):
        env_json("PROBE", "{}")


LONG = "long enough to be one"


def test_webhooks_are_read_by_name(monkeypatch):
    assert env_webhooks("PROBE") == {}
    hooks = {"duty-2": {"url": "https://hooks.ch.example/vigie", "secret": LONG}}
    monkeypatch.setenv("PROBE", json.dumps(hooks))
    assert env_webhooks("PROBE") == hooks


@pytest.mark.parametrize(
    "hooks",
    [
        [],
        {"duty": "https://hooks.ch.example"},
        {"duty": {"url": "https://hooks.ch.example"}},
        {"duty": {"url": "http://hooks.ch.example", "secret": LONG}},
        {"duty": {"url": "https://hooks.ch.example", "secret": "short"}},
        {"duty": {"url": 1, "secret": LONG}},
        {"On duty": {"url": "https://hooks.ch.example", "secret": LONG}},
    ],
)
def test_a_webhook_that_is_none_stops_the_start(monkeypatch, hooks):
    monkeypatch.setenv("PROBE", json.dumps(hooks))
    with pytest.raises(BadSetting, match="PROBE"):
        env_webhooks("PROBE")
