"""Recognise and narrow the secrets of programs. Pure: texts in, texts out."""

import hashlib
from collections.abc import Iterable

from vigie.accounts.rules.roles import Permission

MARK = "vig_"  # begins every token, so that scanners of leaked secrets recognise it
HINT_LENGTH = len(MARK) + 4


def fingerprint(secret: str) -> str:
    """Return what is stored of a secret of 256 random bits: its SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def known_permissions(texts: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions that texts name; what no release knows any more is left out."""
    return frozenset(Permission(text) for text in texts if text in set(Permission))
