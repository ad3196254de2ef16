"""Fixtures of the tests that belong to no capability."""

import os

import pytest


@pytest.fixture
def bare_environment():
    """Return the environment of a fresh instance in a folder, as a hospital would start it."""

    def of(home, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIGIE_", "DATABASE_"))}
        return kept | {
            "VIGIE_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONWARNINGS": "error",
            **more,
        }

    return of
