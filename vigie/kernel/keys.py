"""The secret keys of an instance: one file each, outside the database, for its owner alone."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

SIZE = 32  # bytes


class KeyMissing(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A key that something was sealed or encrypted with is not where it should be."""


def load(name: str) -> bytes:
    """Return a key that must be there already.

    Raises KeyMissing when it is absent or no key: what it protects cannot be read without it.
    """
    path = place(name)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError as reason:
        raise KeyMissing(f"{path} is missing: bring it back from where keys are kept") from reason
    except ValueError as reason:
        raise KeyMissing(f"{path} holds no key") from reason
    if len(key) != SIZE:
        raise KeyMissing(f"{path} holds {len(key)} bytes, not {SIZE}")
    return key


def load_or_create(name: str) -> bytes:
    """Return a key, made at its first use."""
    if not place(name).exists():
        create(name)
    return load(name)


def create(name: str) -> None:
    """Write a new key unless another process was first: it appears whole or not at all."""
    path = place(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{name}.{secrets.token_hex(8)}")
    try:
        write_private(draft, [secrets.token_hex(SIZE).encode(), b"\n"])
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:  # no links on a USB stick's file system
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def place(name: str) -> Path:
    """Return where a key lies."""
    return Path(settings.KEYS_DIR) / name


def write_private(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a new file that only its owner may read, down to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder down to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
