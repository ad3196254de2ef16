"""Keep uploaded files: recognised by their content, encrypted, outside the web root.

A file is: mark, salt of 32 bytes, then blocks of 64 KiB sealed one by one with AES-256-GCM under a
key of its own, derived from `uploads.key`, the salt and the token. The nonce counts the blocks and
says which is the last, so that none can be changed, moved, left out or brought from another file.
"""

import hashlib
import itertools
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_noop

from vigie.kernel import keys, kinds

KEY = "uploads.key"
MARK = b"VIGIE-1\n"
SALT = 32
BLOCK = 64 * 1024
TAG = 16
TOKEN = re.compile(r"[0-9a-f]{32}")


class BadUpload(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A file is not taken; message is a sentence to translate, params fill its gaps."""

    def __init__(self, message: str, **params: object) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


class Damaged(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A stored file is not what was stored, or its key is another one."""


@dataclass(frozen=True)
class Stored:
    """What to keep in the database of a stored file; size and hash are of its clear content."""

    token: str
    kind: str
    size: int
    sha256: str


def store(pieces: Iterable[bytes], *, limit: int, any_kind: bool = False) -> Stored:
    """Encrypt and keep a file; it is on the disk, whole, when this returns.

    limit: bytes of clear content. any_kind: keep also what is of no known kind, as evidence.
    Raises BadUpload when the file is empty, too large or of a kind that is not taken.
    """
    token = secrets.token_hex(16)
    path = place(token)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{token}")
    content = Content(limit, any_kind=any_kind)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            encrypt(content.blocks(pieces), file, token)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        keys.sync_folder(folder)
    return Stored(token, content.kind, content.size, content.sha.hexdigest())


def read(token: str) -> Iterator[bytes]:
    """Return the clear content in blocks, each checked before it is given, the first at once.

    Raises FileNotFoundError, KeyMissing, or Damaged (also while it is read).
    """
    blocks = decrypt(place(token), token)
    return itertools.chain([next(blocks)], blocks)


def discard(token: str) -> None:
    """Remove a file for good; nothing happens when it is gone already."""
    place(token).unlink(missing_ok=True)


def tokens() -> Iterator[str]:
    """Yield the token of every stored file, in their order."""
    for path in sorted(Path(settings.UPLOADS_DIR).glob("??/*")):
        if TOKEN.fullmatch(path.name):
            yield path.name


def place(token: str) -> Path:
    """Return where a file lies. Raises ValueError for anything but a token."""
    if not TOKEN.fullmatch(token):
        raise ValueError("not the token of a file")
    return Path(settings.UPLOADS_DIR) / token[:2] / token


def attachment(token: str, name: str, kind: str) -> StreamingHttpResponse:
    """Return the answer that downloads a file: a browser saves it and never shows or runs it."""
    answer = StreamingHttpResponse(read(token), content_type="application/octet-stream")
    named = content_disposition_header(as_attachment=True, filename=kinds.safe_name(name, kind))
    answer["Content-Disposition"] = named
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


class Content:
    """The clear content while it passes: counted, hashed, recognised."""

    def __init__(self, limit: int, *, any_kind: bool = False) -> None:
        self.limit = limit
        self.any_kind = any_kind
        self.kind = ""
        self.size = 0
        self.sha = hashlib.sha256()

    def blocks(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the content in blocks of one size, the last one shorter."""
        waiting = bytearray()
        for piece in pieces:
            waiting += piece
            while len(waiting) > BLOCK:
                yield self.seen(bytes(waiting[:BLOCK]))
                del waiting[:BLOCK]
        if not waiting:
            raise BadUpload(gettext_noop("Ce fichier est vide."))
        yield self.seen(bytes(waiting))

    def seen(self, block: bytes) -> bytes:
        """Return the block once it has been counted and, for the first, recognised."""
        self.size += len(block)
        if self.size > self.limit:
            megabytes = self.limit // 1_000_000
            raise BadUpload(
                gettext_noop("Ce fichier dépasse %(megabytes)s Mo."), megabytes=megabytes
            )
        if not self.kind:
            self.kind = kinds.recognise(block) or (kinds.ANY if self.any_kind else "")
        if not self.kind:
            raise BadUpload(
                gettext_noop("Ce type de fichier n’est pas accepté. Acceptés : %(kinds)s."),
                kinds=kinds.accepted(),
            )
        self.sha.update(block)
        return block


def encrypt(blocks: Iterable[bytes], file: BinaryIO, token: str) -> None:
    """Write the header and every block, sealed."""
    salt = secrets.token_bytes(SALT)
    file.write(MARK + salt)
    cipher = cipher_of(keys.load_or_create(KEY), salt, token)
    for number, block, last in numbered(blocks):
        file.write(cipher.encrypt(nonce(number, last=last), block, MARK))


def decrypt(path: Path, token: str) -> Iterator[bytes]:
    """Yield every block in clear. Raises Damaged at the first that is not what was sealed."""
    with path.open("rb") as file:
        mark, salt = file.read(len(MARK)), file.read(SALT)
        sealed = iter(lambda: file.read(BLOCK + TAG), b"")
        cipher = cipher_of(keys.load(KEY), salt, token)
        number = -1
        for number, block, last in numbered(sealed):
            try:
                yield cipher.decrypt(nonce(number, last=last), block, mark)
            except InvalidTag as reason:
                raise Damaged(token) from reason
        if number < 0:
            raise Damaged(token)


def cipher_of(key: bytes, salt: bytes, token: str) -> AESGCM:
    """Return the cipher of one file."""
    derived = HKDF(hashes.SHA256(), 32, salt, b"vigie upload " + token.encode())
    return AESGCM(derived.derive(key))


def nonce(number: int, *, last: bool) -> bytes:
    """Return the nonce of a block: never twice under the key of one file."""
    return number.to_bytes(11, "big") + bytes([last])


def numbered(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """Yield each block with its number from 0 and whether it is the last."""
    number, held = 0, None
    for block in blocks:
        if held is not None:
            yield number, held, False
            number += 1
        held = block
    if held is not None:
        yield number, held, True
