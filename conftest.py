"""The ground of every test: an instance of its own, a client whose GET only reads."""

import os
import shutil
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import django
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import translation
from playwright.sync_api import sync_playwright
from postgres import quick_folder

# Before any setting is read: tests never touch the instance of the person who runs them.
for name in [name for name in os.environ if name.startswith("VIGIE_")]:
    del os.environ[name]
HOME = Path(tempfile.mkdtemp(prefix="vigie-tests-", dir=quick_folder()))
os.environ["VIGIE_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

SHARED_DATA = Path(__file__).resolve().parent.parent / "shared" / "data"
# What runs on SQLite alone: slow, and nothing in it depends on the dialect.
ONE_DATABASE_MARKS = {"browser", "real_data", "one_database"}
GUARDS = (
    "vigie.audit.migrations.0002_entries_stay",
    "vigie.observatory.migrations.0002_publications_stay",
)
NOTES_A_USE = 'UPDATE "accounts_apitoken" SET "last_used_on"'
MAY_WRITE_ON_GET = ('"audit_', '"django_session"', '"django_cache"')


def pytest_runtest_setup(item):
    """Speak French at the start of each test, whatever language a request before it spoke."""
    translation.activate(settings.LANGUAGE_CODE)


def pytest_addoption(parser):
    parser.addoption(
        "--database-only",
        action="store_true",
        help="run only the tests that touch the database and must pass on each",
    )


def pytest_unconfigure(config):
    shutil.rmtree(HOME, ignore_errors=True)


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--database-only"):
        return
    kept = [item for item in items if touches_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def touches_the_database(item):
    if any(item.get_closest_marker(mark) for mark in ONE_DATABASE_MARKS):
        return False
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures or item.get_closest_marker("django_db"))


@pytest.fixture(scope="session", autouse=True)
def settings_of_tests():
    """Quick passwords (argon2 takes 50 ms each) and static files as they lie in the sources."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def a_test_database_can_be_emptied():
    """Lift what guards rows while Django empties a test database after a transactional test."""
    guards = [import_module(name) for name in GUARDS]
    # Not imported above: before Django is set up, its database modules import each other.
    operations_of = import_module("django.db.backends.base.operations").BaseDatabaseOperations
    empty = operations_of.execute_sql_flush

    def lifted(operations, sql_list):
        with transaction.atomic(using=operations.connection.alias):
            schema = SimpleNamespace(
                connection=operations.connection, execute=operations.connection.cursor().execute
            )
            for guard in guards:
                guard.remove(None, schema)
            empty(operations, sql_list)
            for guard in guards:
                guard.install(None, schema)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations_of, "execute_sql_flush", lifted)
        yield


class ReadOnlyGetClient(Client):
    """A test client that fails when a GET writes anything but a journal line or a session."""

    def get(self, *args, **kwargs):
        with connection.execute_wrapper(only_reads):
            return super().get(*args, **kwargs)

    def force_login(self, user, backend=None):
        """Sign in as with password and second factor; tests of signing in do it for real."""
        super().force_login(user, backend)
        proof = {"method": "mfa", "type": "totp", "at": time.time()}
        session = self.session
        session["account_authentication_methods"] = [proof]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()


@pytest.fixture
def client():
    return ReadOnlyGetClient()


def only_reads(execute, sql, params, many, context):
    """Let reads pass, and the few writes that looking at a page may cause."""
    words = sql.lstrip().split(None, 3)
    if words[0].upper() in {"INSERT", "UPDATE", "DELETE", "REPLACE"}:
        table = next(word for word in words[1:] if word.startswith('"'))
        allowed = table.startswith(MAY_WRITE_ON_GET) or sql.startswith(NOTES_A_USE)
        assert allowed, f"a GET wrote: {sql}"
    return execute(sql, params, many, context)


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data that lies beside the project, where there is one."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data here: {SHARED_DATA} is absent")
    return SHARED_DATA


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven as it is; one a process, since Playwright bears no second."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here")
    # Playwright runs a loop in this thread; the database is only used between its calls.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
