"""The server's own certificate."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from config import certificate

NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.ALLOWED_HOSTS = ["vigie.example.org", "127.0.0.1"]
    return settings.KEYS_DIR


def names_of(path):
    held = certificate.load(path).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return {str(name.value) for name in held.value}


def test_it_is_good_for_every_name_and_address(keys):
    path, key = certificate.own_certificate("10.1.2.3", now=NOW)
    assert {"vigie.example.org", "127.0.0.1", "10.1.2.3"} <= names_of(path)
    assert key.stat().st_mode & 0o077 == 0


def test_it_is_kept_as_long_as_it_is_good(keys):
    path, _ = certificate.own_certificate("10.1.2.3", now=NOW)
    first = path.read_bytes()
    certificate.own_certificate("10.1.2.3", now=NOW)
    assert path.read_bytes() == first
    certificate.own_certificate("10.9.9.9", now=NOW)
    assert path.read_bytes() != first


def test_it_is_renewed_before_it_ends(keys):
    path, _ = certificate.own_certificate("10.1.2.3", now=NOW)
    first = path.read_bytes()
    certificate.own_certificate("10.1.2.3", now=NOW + certificate.VALID - timedelta(days=10))
    assert path.read_bytes() != first
