"""Archives that tell any damage: a zip whose last member lists the others with their SHA-256, and
whose comment holds the SHA-256 of every byte before it. Any unzip tool opens them.
"""

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Self

from vigie.kernel import keys

MANIFEST = "manifest.json"
COMMENT = b"vigie sha256 "
DIGEST = 64  # hexadecimal digits at the very end of the file
PIECE = 1024 * 1024
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


class DamagedArchive(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A file is not what was written, or never was an archive."""


class Summed:
    """A file written once from start to end that knows the hash of all but its last digits."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.sha = hashlib.sha256()
        self.tail = b""

    def write(self, piece: bytes, /) -> int:
        """Write on."""
        waiting = self.tail + bytes(piece)
        cut = max(len(waiting) - DIGEST, 0)
        self.sha.update(waiting[:cut])
        self.tail = waiting[cut:]
        return self.file.write(piece)

    def flush(self) -> None:
        """Pass it on."""
        self.file.flush()

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class Writer:
    """Writes an archive beside its place and moves it there, whole, at `finish`."""

    def __init__(self, path: Path, made_at: datetime) -> None:
        """Raise FileExistsError when there is something at the place already."""
        if os.path.lexists(path):
            raise FileExistsError(17, "exists already; a backup never overwrites", str(path))
        self.path = path
        self.draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        self.made_at = made_at
        self.members: list[dict[str, object]] = []
        handle = os.open(self.draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self.file = os.fdopen(handle, "w+b")
        self.summed = Summed(self.file)
        self.zip = zipfile.ZipFile(self.summed, "w", compresslevel=4)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        with contextlib.suppress(Exception):  # after a full disk nothing more can be written
            self.zip.close()
        self.file.close()
        self.draft.unlink(missing_ok=True)

    def add(self, name: str, pieces: Iterable[bytes], *, method: int = DEFLATED) -> int:
        """Add one member, and return how many pieces (such as lines) it was given in."""
        count = size = 0
        sha = hashlib.sha256()
        with self.zip.open(self._info(name, method), "w", force_zip64=True) as member:
            for piece in pieces:
                count += 1
                size += len(piece)
                sha.update(piece)
                member.write(piece)
        self.members.append(
            {"name": name, "size": size, "sha256": sha.hexdigest(), "pieces": count}
        )
        return count

    def finish(self, facts: Mapping[str, object]) -> str:
        """Write the manifest, bring all down to the disk, move it to its place; return its hash.

        Raises FileExistsError when something came to the place meanwhile.
        """
        told = json.dumps({**facts, "members": self.members}, indent=1, ensure_ascii=False)
        self.zip.writestr(self._info(MANIFEST, DEFLATED), told)
        self.zip.comment = COMMENT + b"0" * DIGEST
        self.zip.close()
        self.file.seek(-DIGEST, os.SEEK_END)
        self.file.write(self.summed.sha.hexdigest().encode())
        self.file.flush()
        os.fsync(self.file.fileno())
        self._move()
        return self.summed.sha.hexdigest()

    def _info(self, name: str, method: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self.made_at.timetuple()[:6])
        info.compress_type = method
        info.external_attr = 0o600 << 16
        return info

    def _move(self) -> None:
        try:
            os.link(self.draft, self.path)
        except FileExistsError:
            raise
        except OSError:  # no links on a USB stick's file system
            self.draft.rename(self.path)
        keys.sync_folder(self.path.parent)


class Reader:
    """Reads an archive whose every byte has been checked first."""

    def __init__(self, path: Path) -> None:
        """Raise DamagedArchive, with the damaged member where it can be told."""
        self.path = path
        if written_hash(path) != true_hash(path):
            raise DamagedArchive(f"{path} is damaged: {culprit(path)}")
        self.file = path.open("rb")  # ours, so that a member left half read cannot keep it open
        try:
            self._open()
        except BaseException:
            self.file.close()
            raise

    def _open(self) -> None:
        try:
            self.zip = zipfile.ZipFile(self.file)
            self.manifest: dict[str, Any] = json.loads(self.zip.read(MANIFEST))
            self.members = {told["name"]: told for told in self.manifest["members"]}
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as reason:
            raise DamagedArchive(f"{self.path} holds no readable manifest") from reason
        missing = {*self.members, MANIFEST} ^ set(self.zip.namelist())
        if missing:
            raise DamagedArchive(f"{self.path} lacks or adds: {', '.join(sorted(missing))}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.file.close()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a member piece by piece; raise DamagedArchive when it ends otherwise than told."""
        with self.zip.open(name) as member:
            yield from self._checked(name, iter(lambda: member.read(PIECE), b""))

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield a member line by line, checked as by pieces."""
        with self.zip.open(name) as member:
            yield from self._checked(name, member)

    def _checked(self, name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        sha = hashlib.sha256()
        for part in parts:
            sha.update(part)
            yield part
        if sha.hexdigest() != self.members[name]["sha256"]:
            raise DamagedArchive(f"{self.path} is damaged: {name} is not what was written")


def written_hash(path: Path) -> bytes:
    """Return the hash that stands at the end of a file. Raises DamagedArchive without one."""
    with path.open("rb") as file:
        length = len(COMMENT) + DIGEST
        if file.seek(0, os.SEEK_END) < length:
            raise DamagedArchive(f"{path} is no backup of Vigie, or only its beginning")
        file.seek(-length, os.SEEK_END)
        end = file.read()
    if not end.startswith(COMMENT):
        raise DamagedArchive(f"{path} is no backup of Vigie, or only its beginning")
    return end[len(COMMENT) :]


def true_hash(path: Path) -> bytes:
    """Return the hash of a file without its last digits."""
    sha, left = hashlib.sha256(), path.stat().st_size - DIGEST
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(PIECE, left))):
            sha.update(piece)
            left -= len(piece)
    return sha.hexdigest().encode()


def culprit(path: Path) -> str:
    """Return which member of a damaged file is not what was written, as far as it can be told."""
    try:
        with zipfile.ZipFile(path) as opened:
            first = opened.testzip()
    except Exception:  # noqa: BLE001 - a damaged file may fail in any way; we only describe it
        first = None
    return f"{first} is not what was written" if first else "its content is not what was written"
