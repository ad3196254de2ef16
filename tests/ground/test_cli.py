"""The command line as an operator and a script see it."""

import json

import pytest

from tests.ground.conftest import Instance, plain_environment

pytestmark = pytest.mark.one_database


def test_help_names_every_command(instance):
    shown = instance.run("--help", COLUMNS="200")
    assert shown.returncode == 0
    for command in (
        "up",
        "demo",
        "import",
        "report",
        "audit",
        "backup",
        "restore",
        "user",
        "token",
    ):
        assert f" {command} " in shown.stdout


def test_help_needs_neither_instance_nor_settings(tmp_path):
    absent = Instance(tmp_path / "absent", plain_environment(tmp_path / "absent"))
    assert absent.run("--help", DATABASE_URL="nonsense").returncode == 0
    assert not absent.home.exists()


def test_the_first_command_makes_the_instance(tmp_path):
    fresh = Instance(tmp_path / "fresh", plain_environment(tmp_path / "fresh"))
    done = fresh.run("audit", "verify")
    assert done.returncode == 0
    assert (fresh.home / "db.sqlite3").exists()
    assert fresh.home.stat().st_mode & 0o077 == 0, "an instance is for its owner alone"


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (["import", "sae", "/nowhere/a.csv"], {}, "/nowhere/a.csv: no such file"),
        (["audit", "verify"], {"VIGIE_THREADS": "many"}, "VIGIE_THREADS must be a whole number"),
        (["audit", "verify"], {"DATABASE_URL": "mysql://x"}, "DATABASE_URL must begin with"),
        (
            ["audit", "verify"],
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
            "database: ",
        ),
        (["token", "create", "nobody@example.org", "--name", "x"], {}, "no active account"),
        (["user", "create", "no-address"], {}, "valid email address"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_to_be_expected_is_said_in_one_sentence(instance, words, environment, sentence):
    done = instance.run(*words, **environment)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ["import", "nonsense", "."],
        ["user", "create", "a@example.org", "--role", "emperor"],
        ["user", "create", "a@example.org", "--role", "auditor", "--on", "moon:1"],
        ["up", "--port", "70000"],
        ["restore", "/nowhere/at/all"],
    ],
    ids=" ".join,
)
def test_a_wrong_word_is_a_mistake_of_usage(instance, words):
    done = instance.run(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_account_a_role_and_a_token(instance):
    created = instance.run("user", "create", "Ada@example.org", "--role", "administrator")
    assert created.stdout == "ada@example.org, administrator on nation:FR\n"
    made = instance.run("token", "create", "ada@example.org", "--name", "probe", "--days", "1")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("vig_")
    assert len(made.stdout.splitlines()) == 1, "a script reads the token alone"
    again = instance.run("user", "create", "ada@example.org")
    assert again.returncode == 1
    assert "exists" in again.stderr


def test_a_weak_password_opens_no_account(instance):
    refused = instance.run("user", "create", "a@example.org", "--password-stdin", stdin="azerty\n")
    assert refused.returncode == 1
    assert "password" in refused.stderr
    allowed = instance.run(
        "user", "create", "a@example.org", "--password-stdin", stdin="quatre marmottes au bloc\n"
    )
    assert allowed.returncode == 0, allowed.stderr


def test_a_command_seals_what_it_wrote(instance):
    instance.run("user", "create", "ada@example.org")
    verdict = instance.run("audit", "verify")
    assert verdict.stdout.endswith("1 entries sealed, 0 not sealed yet\n")


def test_a_head_kept_elsewhere_must_be_in_the_chain(instance):
    instance.run("user", "create", "ada@example.org")
    kept = instance.run("audit", "head").stdout.strip()
    instance.run("user", "create", "bo@example.org")
    assert instance.run("audit", "verify", "--head", kept).returncode == 0
    position, mac = kept.split()[1:3]
    other = kept.replace(mac, "0" * len(mac))
    broken = instance.run("audit", "verify", "--head", other)
    assert broken.returncode == 1
    assert broken.stdout.startswith(f"BROKEN at {position}")


SAE_HEADER = "nonsense\n"


def test_an_import_that_reads_nothing_still_ends_with_its_summary(instance, tmp_path):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(SAE_HEADER)
    done = instance.run("import", "sae", str(wrong), "--json")
    assert done.returncode == 1
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["format"] == "sae"
    assert summary["errors"][0]["file"].endswith("wrong.csv")
    assert summary["read"] == summary["created"] == summary["refused"] == 0


def test_a_demo_is_built_only_where_nothing_is(instance):
    instance.run("user", "create", "ada@example.org")
    before = instance.run("audit", "head").stdout
    refused = instance.run("demo")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert instance.run("audit", "head").stdout == before


def test_two_first_commands_at_once_make_one_instance(tmp_path):
    fresh = Instance(tmp_path / "fresh", plain_environment(tmp_path / "fresh"))
    both = [fresh.start("audit", "verify") for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said


def test_a_year_is_published_by_somebody_who_answers_for_it(instance):
    nobody = instance.run("report", "publish", "--year", "2024", "--by", "lead@cert.example")
    assert nobody.returncode == 1
    assert "nobody has this address" in nobody.stderr
    instance.run("user", "create", "lead@cert.example", "--role", "cert_lead")
    empty = instance.run("report", "publish", "--year", "2024", "--by", "lead@cert.example")
    assert empty.returncode == 1
    assert "nothing to publish" in empty.stderr
    assert "Traceback" not in empty.stderr
