"""Read an e-mail file (.eml) within limits: what is broken is named and does not stop the rest.

Nothing is fetched and no attachment is opened. Sources: RFC 5322, RFC 2045 to 2049, RFC 2231.
"""

import email.header
import email.utils
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import compat32
from enum import StrEnum

from vigie.incidents.feeds.html_text import as_text

LARGEST = 25_000_000  # bytes
MOST_LINES = 400_000
MOST_HEADERS = 2_000
HEADER_LENGTH = 2_000  # bytes of one header that are read
MOST_NESTED = 60  # parts that hold others
DEEPEST = 10
MOST_PARTS = 100
TEXT_LENGTH = 20_000  # characters
HTML_LENGTH = 200_000  # bytes
CHUNK = 64 * 1024
WANTED = frozenset({"from", "subject", "date", "message-id", "mime-version"})
LETTERHEAD = WANTED | {"received", "to", "return-path", "delivered-to", "x-mailer", "sender"}
NESTED = re.compile(rb"(?im)^content-type:[ \t]*(?:multipart|message)/")
HEADER_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
OUTLOOK, ARCHIVES = b"\xd0\xcf\x11\xe0", (b"PK\x03\x04", b"%PDF-")
YEARS = range(1990, 2101)


class Problem(StrEnum):
    """What was broken, or left out, in a mail."""

    MANY_HEADERS = "many_headers"
    LONG = "long"
    DEEP = "deep"
    MANY_PARTS = "many_parts"
    SLOW = "slow"
    NO_BOUNDARY = "no_boundary"
    CHARSET = "charset"
    DATE = "date"
    BROKEN_PART = "broken_part"
    OUTLOOK_PARTS = "outlook_parts"  # winmail.dat
    ENCRYPTED = "encrypted"
    NO_TEXT = "no_text"
    TEXT_CUT = "text_cut"


class NotMail(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The file is no e-mail that can be read. .problem: empty, large, outlook or other."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Part:
    """A file that a mail carries; name: as it was sent, "" where it had none."""

    name: str
    content: bytes


@dataclass(slots=True)
class Mail:
    """What could be read of a mail."""

    subject: str = ""
    sender_name: str = ""
    sender_address: str = ""
    sent_at: datetime | None = None
    text: str = ""
    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, problem: Problem) -> None:
        """Name a problem once."""
        if problem not in self.problems:
            self.problems.append(problem)


def parse(raw: bytes, expired: Callable[[], bool]) -> Mail:
    """Return what can be read of a mail.

    expired: tells when the time for it is over; what was read until then is given.
    Raises NotMail.
    """
    _check(raw)
    mail = Mail()
    head, body = _split(raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    headers = _headers(head, mail)
    if not headers.keys() & LETTERHEAD:
        raise NotMail("other")
    _envelope(headers, mail)
    structure = b"".join(
        name.encode() + b": " + value + b"\r\n"
        for name, value in headers.items()
        if name.startswith("content-")
    )
    message = _parsed(structure + b"\r\n" + _bounded(body, mail), mail, expired)
    _Reading(mail, expired).read(message)
    if not mail.text:
        mail.note(Problem.NO_TEXT)
    return mail


def _check(raw: bytes) -> None:
    if not raw.strip():
        raise NotMail("empty")
    if len(raw) > LARGEST:
        raise NotMail("large")
    if raw.startswith(OUTLOOK):
        raise NotMail("outlook")
    if raw.startswith(ARCHIVES):
        raise NotMail("other")


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """Return the headers and the body, parted at the first empty line."""
    found = re.search(rb"\r?\n\r?\n|\r\r", raw)
    return (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")


def _headers(head: bytes, mail: Mail) -> dict[str, bytes]:
    """Return the headers that are read, by lower-case name, unfolded and cut."""
    found: dict[str, bytes] = {}
    name, count = "", 0
    for line in head.splitlines():
        if line[:1] in (b" ", b"\t"):
            if name and len(found[name]) < HEADER_LENGTH:
                found[name] = (found[name] + b" " + line.strip())[:HEADER_LENGTH]
            continue
        count += 1
        match = HEADER_NAME.match(line[:100])
        key = match[1].decode("ascii").lower() if match else ""
        wanted = key in LETTERHEAD or key.startswith("content-")
        name = key if match and wanted and key not in found else ""
        if match and name:
            found[name] = line[match.end() :].strip()[:HEADER_LENGTH]
    if count > MOST_HEADERS:
        mail.note(Problem.MANY_HEADERS)
    return found


def _envelope(headers: dict[str, bytes], mail: Mail) -> None:
    mail.subject = _words(headers.get("subject", b""))
    sender = _text(headers.get("from", b""))
    name, address = email.utils.parseaddr(sender)
    mail.sender_address = address if "@" in address else ""
    mail.sender_name = _decoded(name) if name or address else _decoded(sender)
    if headers.get("date"):
        mail.sent_at = _moment(_text(headers["date"]))
        if mail.sent_at is None:
            mail.note(Problem.DATE)


def _text(raw: bytes) -> str:
    """Return a header as text: ASCII in a sound mail, else UTF-8, else Windows-1252."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _words(raw: bytes) -> str:
    return _decoded(_text(raw))


def _decoded(text: str) -> str:
    """Return a header with its encoded words read; as it stands where they are broken."""
    # Bad base64 and unknown charsets raise one or the other.
    with suppress(ValueError, LookupError, TypeError, AttributeError):
        text = str(email.header.make_header(email.header.decode_header(text)))
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _moment(text: str) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found if found.astimezone(UTC).year in YEARS else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _bounded(body: bytes, mail: Mail) -> bytes:
    """Return the body cut where it has too many lines, or flattened where it nests too much."""
    if body.count(b"\n") > MOST_LINES:
        mail.note(Problem.LONG)
        body = b"\n".join(body.split(b"\n", MOST_LINES)[:MOST_LINES])
    if len(NESTED.findall(body)) > MOST_NESTED:
        mail.note(Problem.DEEP)
        body = NESTED.sub(b"x-flattened: ", body)
    return body


def _parsed(raw: bytes, mail: Mail, expired: Callable[[], bool]) -> "Message[str, str]":
    parser = BytesFeedParser(policy=compat32)
    for start in range(0, len(raw), CHUNK):
        if expired():
            mail.note(Problem.SLOW)
            break
        parser.feed(raw[start : start + CHUNK])
    return parser.close()


class _Reading:
    """One walk over the parts of a mail: texts are gathered, files kept as they are."""

    def __init__(self, mail: Mail, expired: Callable[[], bool]) -> None:
        self.mail = mail
        self.expired = expired
        self.plain: list[str] = []
        self.marked_up: list[str] = []
        self.seen = 0

    def read(self, message: "Message[str, str]") -> None:
        """Fill the mail with the text and the files of its parts."""
        for part in self._leaves(message, 0):
            self._take(part)
        text = "\n\n".join(text for text in self.plain if text.strip())
        text = text or "\n\n".join(self.marked_up)
        text = "\n".join(line.rstrip() for line in text.splitlines()).strip()
        if len(text) > TEXT_LENGTH:
            self.mail.note(Problem.TEXT_CUT)
        self.mail.text = text[:TEXT_LENGTH]

    def _leaves(self, part: "Message[str, str]", depth: int) -> Iterator["Message[str, str]"]:
        """Yield the parts that hold no others; a mail within the mail is one of them."""
        self.seen += 1
        if self.seen > MOST_PARTS or depth > DEEPEST or self.expired():
            over = Problem.MANY_PARTS if self.seen > MOST_PARTS else Problem.DEEP
            self.mail.note(Problem.SLOW if self.expired() else over)
            return
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            if part.get_content_subtype() == "encrypted":
                self.mail.note(Problem.ENCRYPTED)
            for one in inside:
                if isinstance(one, Message):
                    yield from self._leaves(one, depth + 1)
        else:
            yield part

    def _take(self, part: "Message[str, str]") -> None:
        try:
            self._sort(part)
        except Exception:  # noqa: BLE001 - a broken part raises nearly anything in the library
            self.mail.note(Problem.BROKEN_PART)

    def _sort(self, part: "Message[str, str]") -> None:
        kind, name = part.get_content_type(), _name(part)
        if kind.startswith("multipart/"):  # it says so, and no boundary was found
            self.mail.note(Problem.NO_BOUNDARY)
            kind = "text/plain"
        attached = part.get_content_disposition() == "attachment" or bool(name)
        if kind == "message/rfc822":
            self._keep_mail(part)
        elif kind in ("text/plain", "text/html") and not attached:
            self._gather(kind, part)
        else:
            self._keep(kind, name, _content(part))

    def _gather(self, kind: str, part: "Message[str, str]") -> None:
        content = _content(part)
        if kind == "text/html":
            if len(content) > HTML_LENGTH:
                self.mail.note(Problem.TEXT_CUT)
            self.marked_up.append(as_text(self._said(part, content[:HTML_LENGTH])))
        else:
            self.plain.append(self._said(part, content))

    def _said(self, part: "Message[str, str]", content: bytes) -> str:
        """Return the text of a part in its own charset, else in one that can read it."""
        named = str(part.get_content_charset() or "utf-8")
        try:
            text = content.decode(named)
        except (LookupError, ValueError):
            self.mail.note(Problem.CHARSET)
            text = _text(content)
        return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")

    def _keep_mail(self, part: "Message[str, str]") -> None:
        inside = part.get_payload()
        inner = inside[0] if isinstance(inside, list) and inside else None
        if not isinstance(inner, Message):
            self.mail.note(Problem.BROKEN_PART)
            return
        subject = _decoded(str(inner.get("subject", ""))[:HEADER_LENGTH])
        self.mail.parts.append(Part(f"{subject or 'message'}.eml", inner.as_bytes()))
        if not self.plain and not self.marked_up:
            for leaf in self._leaves(inner, 1):
                if leaf.get_content_type() == "text/plain":
                    self._gather("text/plain", leaf)

    def _keep(self, kind: str, name: str, content: bytes) -> None:
        if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
            self.mail.note(Problem.OUTLOOK_PARTS)
        if kind == "application/pkcs7-mime":
            self.mail.note(Problem.ENCRYPTED)
        if content:
            self.mail.parts.append(Part(name, content))


def _name(part: "Message[str, str]") -> str:
    """Return the name of a part, "" where it has none or it cannot be read."""
    try:
        return _decoded(str(part.get_filename("") or "")[:HEADER_LENGTH])
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _content(part: "Message[str, str]") -> bytes:
    """Return the content of a part, decoded as far as it goes."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
