"""What an attack leaves that can be looked for elsewhere: kinds, one spelling, defanged, noise."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, urlsplit

from vigie.establishments.rules import fold
from vigie.reference import threats

LONGEST = 2_000  # characters of one value; a longer address is cut by nobody and taken by nobody
NAME_LENGTH = 120  # of an account, a strain, a group


class Sort(StrEnum):
    """What an observable is."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    DOMAIN = "domain"
    URL = "url"
    EMAIL = "email"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"
    CVE = "cve"
    ACCOUNT = "account"
    STRAIN = "strain"
    GROUP = "group"


class Mark(StrEnum):
    """Why an observable says nothing about an attacker; NONE where nothing speaks against it."""

    NONE = ""
    PRIVATE = "private"  # inside any network: RFC 1918, loopback, link-local, unique local
    RESERVED = "reserved"  # multicast, kept for tests or for nobody
    KNOWN = "known"  # everybody's: public resolvers, large services, the empty file


ADDRESSES = frozenset({Sort.IPV4, Sort.IPV6})
HASHES = {32: Sort.MD5, 40: Sort.SHA1, 64: Sort.SHA256, 128: Sort.SHA512}
# What two files hardly share by chance. A strain, a group or a vulnerability is everybody's.
TELLING = ADDRESSES | {Sort.DOMAIN, Sort.URL, Sort.EMAIL, *HASHES.values()}

HEX = re.compile(r"[0-9a-f]+", re.ASCII)
CVE = re.compile(r"CVE-(?:19|20)\d{2}-\d{4,7}", re.ASCII)
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
DOMAIN = re.compile(rf"(?:{LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{2,59}})", re.ASCII)
LOCAL_PART = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}")
SCHEMES = frozenset({"http", "https", "ftp", "ftps", "sftp", "smb", "ldap", "ldaps", "ws", "wss"})
FANGS = (
    (re.compile(r"^(h)(?:xx|\*\*|tt)(ps?)", re.IGNORECASE), r"\1tt\2"),
    (re.compile(r"^fxp", re.IGNORECASE), "ftp"),
    (re.compile(r"\[(://|:)\]"), r"\1"),
    (re.compile(r"\s?[\[({](?:\.|dot|point)[\])}]\s?|(?<=\w)\[\.(?=\w)", re.IGNORECASE), "."),
    (re.compile(r"\s?[\[({](?:@|at|arobase)[\])}]\s?", re.IGNORECASE), "@"),
)


class BadObservable(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A text is no observable of its kind."""


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """An observable in its one spelling."""

    sort: Sort
    value: str

    @property
    def digest(self) -> str:
        """Return what stands for it in an index, however long it is: SHA-256, 64 characters."""
        return hashlib.sha256(f"{self.sort}\n{self.value}".encode()).hexdigest()

    @property
    def shown(self) -> str:
        """Return it so that nobody opens it by a click."""
        return defanged(self.sort, self.value)

    @property
    def mark(self) -> Mark:
        """Return why it says nothing about an attacker, NONE where nothing speaks against it."""
        return mark(self.sort, self.value)

    @property
    def links(self) -> bool:
        """Return whether two files that hold it may have something in common."""
        return self.sort in TELLING and self.mark is Mark.NONE


def refanged(text: str) -> str:
    """Return one typed observable as machines spell it: hxxp, [.] and (at) undone."""
    plain = text.strip()
    for pattern, real in FANGS:
        plain = pattern.sub(real, plain)
    return plain


def named(sort: Sort, text: str) -> Named:
    """Return an observable of a kind in its one spelling. Raises BadObservable."""
    if len(text) > LONGEST:
        raise BadObservable(sort)
    if sort in (Sort.STRAIN, Sort.GROUP, Sort.ACCOUNT):
        return Named(sort, _name(sort, text))
    plain = refanged(text)
    spelled = SPELL.get(sort, _hash)(plain)
    if spelled is None or len(spelled) > LONGEST:
        raise BadObservable(sort)
    if sort in HASHES.values() and HASHES.get(len(spelled)) is not sort:
        raise BadObservable(sort)
    if sort in ADDRESSES and (":" in spelled) is not (sort is Sort.IPV6):
        raise BadObservable(sort)
    return Named(sort, spelled)


def typed(text: str) -> Named | None:
    """Return the observable that a typed text is by its shape alone, None where it is none."""
    plain = refanged(text)
    if not plain or len(plain) > LONGEST:
        return None
    for sort in (Sort.IPV4, Sort.IPV6, Sort.CVE, *HASHES.values(), Sort.URL, Sort.EMAIL):
        try:
            return named(sort, plain)
        except BadObservable:
            continue
    spelled = _domain(plain)
    return Named(Sort.DOMAIN, spelled) if spelled else None


def readings(text: str) -> list[Named]:
    """Return every observable that a question may ask for: by its shape, or as a name."""
    found = typed(text)
    shaped = [found] if found else []
    names = [
        Named(sort, _name(sort, text))
        for sort in (Sort.STRAIN, Sort.GROUP, Sort.ACCOUNT)
        if 0 < len(text.strip()) <= NAME_LENGTH and fold(text)
    ]
    return [*shaped, *names]


def defanged(sort: Sort, value: str) -> str:
    """Return a value that no mail program or browser makes a link of."""
    if sort is Sort.URL:
        scheme, _colon, rest = value.partition("://")
        host, slash, path = rest.partition("/")
        safe = scheme.replace("tt", "xx", 1) if "tt" in scheme else scheme.replace("t", "x", 1)
        return f"{safe}://{_broken(host)}{slash}{path}"
    if sort in ADDRESSES | {Sort.DOMAIN, Sort.EMAIL}:
        return _broken(value)
    if sort is Sort.ACCOUNT:
        return value.replace("@", "[@]")
    return value


def mark(sort: Sort, value: str) -> Mark:
    """Return why a value says nothing about an attacker, NONE where nothing speaks against it."""
    known = threats.known_to_all()
    if sort in ADDRESSES:
        return _address_mark(ip_address(value), value in known)
    if sort is Sort.URL:
        return host_mark(urlsplit(value).hostname or "")
    if sort is Sort.DOMAIN:
        return host_mark(value)
    if sort is Sort.EMAIL:
        host = host_mark(value.rpartition("@")[2])
        return Mark.NONE if host is Mark.KNOWN else host  # anybody may have an address there
    return Mark.KNOWN if value in known else Mark.NONE


def host_mark(host: str) -> Mark:
    """Return the mark of a host: an address, or a name that is or lies below a known one."""
    try:
        return _address_mark(ip_address(host), host in threats.known_to_all())
    except ValueError:
        pass
    labels = host.split(".")
    if labels[-1] in {"invalid", "test"}:
        return Mark.RESERVED
    if labels[-1] in {"local", "lan", "internal", "localhost", "intranet", "home", "corp"}:
        return Mark.PRIVATE
    above = {".".join(labels[start:]) for start in range(len(labels) - 1)}
    return Mark.KNOWN if above & threats.known_to_all() else Mark.NONE


def host_of(found: Named) -> str:
    """Return the host that an address, a URL, a domain or a mail address names, "" for others."""
    if found.sort is Sort.URL:
        return urlsplit(found.value).hostname or ""
    if found.sort is Sort.EMAIL:
        return found.value.rpartition("@")[2]
    return found.value if found.sort in ADDRESSES | {Sort.DOMAIN} else ""


def is_own(found: Named, own_hosts: frozenset[str]) -> bool:
    """Return whether an observable is a structure's own: at one of its hosts or below."""
    host = host_of(found)
    return any(host == own or host.endswith(f".{own}") for own in own_hosts)


def _address_mark(address: IPv4Address | IPv6Address, is_known: bool) -> Mark:
    if is_known:
        return Mark.KNOWN
    if address.is_loopback or address.is_link_local:
        return Mark.PRIVATE
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return Mark.RESERVED
    # Addresses of examples count as any other: demonstrations and exercises work with them.
    of_fiction = any(address in network for network in threats.networks_of_fiction())
    return Mark.NONE if address.is_global or of_fiction else Mark.PRIVATE


def _broken(text: str) -> str:
    """Return a host or a mail address whose signs no program reads as one."""
    return text.replace("@", "[@]").replace(".", "[.]").replace(":", "[:]")


def _name(sort: Sort, text: str) -> str:
    """Return a name as it is compared: one space between words, capitals of no importance."""
    plain = " ".join(text.split())
    if not plain or len(plain) > NAME_LENGTH or not fold(plain):
        raise BadObservable(sort)
    known = threats.by_name().get(plain.casefold())
    if sort is not Sort.ACCOUNT and known is not None:
        return known.name
    return plain.casefold()


def _ip(text: str) -> str | None:
    bare = text.removeprefix("[").removesuffix("]")
    try:
        return str(ip_address(bare))
    except ValueError:
        return None


def _hash(text: str) -> str | None:
    plain = text.casefold()
    return plain if HEX.fullmatch(plain) else None


def _cve(text: str) -> str | None:
    plain = text.upper()
    return plain if CVE.fullmatch(plain) else None


def _domain(text: str) -> str | None:
    plain = text.casefold().removesuffix(".").removeprefix("*.")
    if not plain.isascii():
        try:
            plain = plain.encode("idna").decode()
        except UnicodeError:
            return None
    return plain if len(plain) <= 253 and DOMAIN.fullmatch(plain) else None


def _email(text: str) -> str | None:
    plain = text.removeprefix("mailto:").casefold()
    local, _at, host = plain.rpartition("@")
    spelled = _domain(host)
    return f"{local}@{spelled}" if spelled and LOCAL_PART.fullmatch(local) else None


def _url(text: str) -> str | None:
    """Return an address with scheme and host in small letters, the rest as it was typed."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.casefold() not in SCHEMES or not rest or any(map(str.isspace, text)):
        return None
    try:
        parts = urlsplit(f"{scheme.casefold()}://{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    spelled = _domain(host) or _ip(host)
    if spelled is None:
        return None
    at = f"[{spelled}]" if ":" in spelled else spelled
    behind = "".join(part for part in (f":{port}" if port else "",))
    tail = quote(_tail(parts.path, parts.query, parts.fragment), safe="/?#[]@!$&'()*+,;=:%~-._")
    return f"{parts.scheme}://{at}{behind}{tail}"


def _tail(path: str, query: str, fragment: str) -> str:
    asked = f"?{query}" if query else ""
    return (
        (path if path != "/" or asked or fragment else "")
        + asked
        + (f"#{fragment}" if fragment else "")
    )


SPELL = {
    Sort.IPV4: _ip,
    Sort.IPV6: _ip,
    Sort.DOMAIN: _domain,
    Sort.URL: _url,
    Sort.EMAIL: _email,
    Sort.CVE: _cve,
}
