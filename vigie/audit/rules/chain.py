"""Decide how a journal entry is written, sealed and believed. Pure: no Django, no clock."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

GENESIS = "0" * 64  # what the first entry of a chain follows
HEAD_MARK = "vigie-journal"


class BadHead(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A text is not the head of a journal."""

    def __init__(self, text: str) -> None:
        super().__init__(f"not the head of a journal: {text[:100]!r}")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Everything that the seal of one entry covers."""

    position: int
    id: int
    happened_at: datetime
    actor: str
    verb: str
    target: str
    details: Mapping[str, object]
    people_seal: str  # empty when no person is named


@dataclass(frozen=True)
class Head:
    """The last sealed entry; position 0 is an empty journal."""

    position: int
    mac: str
    sealed_at: datetime | None = None

    def __str__(self) -> str:
        when = utc_text(self.sealed_at) if self.sealed_at else "-"
        return f"{HEAD_MARK} {self.position} {self.mac} {when}"


EMPTY = Head(0, GENESIS)


class Flaw(StrEnum):
    """What is wrong with the first entry that cannot be believed."""

    ALTERED = "altered"  # its content, its place or its seal is not what was sealed
    REMOVED = "removed"  # the chain goes on without it
    CUT = "cut"  # the chain ends before its head
    ADDED = "added"  # it claims a seal that the head does not know
    HEAD = "head"  # the head itself was altered, or is gone
    OTHER_HEAD = "other_head"  # the head kept elsewhere is not in this chain
    PEOPLE = "people"  # the names kept beside the entry are not those recorded


@dataclass(frozen=True)
class Fault:
    """The first entry that cannot be believed; entry is its id where it still exists."""

    flaw: Flaw
    position: int
    entry: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a walk along the whole chain found."""

    sealed: int
    unsealed: int
    head: Head
    fault: Fault | None = None

    @property
    def holds(self) -> bool:
        """Return whether every sealed entry can be believed."""
        return self.fault is None


class Walk:
    """A walk along the chain from its first entry, one entry at a time.

    kept: a head kept elsewhere, which the chain must contain.
    """

    def __init__(self, key: bytes, kept: Head | None = None) -> None:
        self.key = key
        self.kept = kept if kept and kept.position else None
        self.end = EMPTY

    def follow(self, entry: Entry, mac: str | None) -> Fault | None:
        """Go on to the entry with the seal that it bears; return what is wrong with it."""
        expected = self.end.position + 1
        if entry.position != expected:
            return Fault(Flaw.REMOVED, expected)
        if not mac or not hmac.compare_digest(entry_mac(self.key, self.end.mac, entry), mac):
            return Fault(Flaw.ALTERED, expected, entry.id)
        if self.kept and self.kept.position == expected and self.kept.mac != mac:
            return Fault(Flaw.OTHER_HEAD, expected, entry.id)
        self.end = Head(expected, mac)
        return None

    def arrive(self, head: Head | None, seal: str) -> Fault | None:
        """Compare the end of the walk with the stored head and its seal; return what is wrong."""
        here = self.end.position
        if head is None or (head.position and head_mac(self.key, head) != seal):
            return Fault(Flaw.HEAD, here) if here or head else None
        if here > head.position:
            return Fault(Flaw.ADDED, head.position + 1)
        if here < head.position or (self.kept and here < self.kept.position):
            return Fault(Flaw.CUT, here + 1)
        return None if self.end.mac == head.mac else Fault(Flaw.HEAD, here)


def utc_text(moment: datetime) -> str:
    """Return the moment as ISO text in UTC with microseconds, the same on every database.

    Raises ValueError when the time zone is missing.
    """
    if moment.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(value: object) -> bytes:
    """Return the one JSON spelling of a value: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def plain(value: object) -> object:
    """Return the value as JSON that every database gives back unchanged.

    Fractions become text, since databases spell them differently; so does whatever JSON lacks.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return plain_text(value)


def plain_text(value: object) -> str:
    """Return the value as text; moments and days in ISO form."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return storable(str(value))


def storable(text: str) -> str:
    """Return the text without the characters that PostgreSQL refuses (NUL, lone surrogates)."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def entry_mac(key: bytes, previous: str, entry: Entry) -> str:
    """Return the seal of an entry that follows the entry with the seal `previous`, in hex."""
    fields = [
        entry.position,
        entry.id,
        utc_text(entry.happened_at),
        entry.actor,
        entry.verb,
        entry.target,
        entry.details,
        entry.people_seal,
    ]
    return hmac.digest(key, previous.encode() + canonical(fields), "sha256").hex()


def head_mac(key: bytes, head: Head) -> str:
    """Return the seal of a head, in hex: without the key nobody can set the head back."""
    return hmac.digest(key, b"head " + str(head).encode(), "sha256").hex()


def people_seal(salt: bytes, people: Mapping[str, str]) -> str:
    """Return what the chain keeps of the people of an entry, in hex.

    Once the salt is erased with the names, nothing can be guessed from it.
    """
    return hashlib.sha256(salt + canonical(dict(people))).hexdigest()


def read_head(text: str) -> Head:
    """Return the head that a text spells. Raises BadHead when it spells none."""
    try:
        mark, position, mac, when = text.split()
        if mark != HEAD_MARK or len(bytes.fromhex(mac)) != 32:
            raise BadHead(text)
        sealed_at = None if when == "-" else datetime.fromisoformat(when)
        return Head(int(position), mac.lower(), sealed_at)
    except ValueError as reason:
        raise BadHead(text) from reason
