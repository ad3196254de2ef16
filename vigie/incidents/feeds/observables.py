"""Read observables out of any text: mails, reports, logs, with or without defanging."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vigie.incidents.rules.observables import BadObservable, Named, Sort, named
from vigie.reference import threats

LONGEST_TEXT = 100_000  # characters of one reading
MOST = 300  # observables of one reading
PIECE = 1_000  # characters read at once: the library's time grows faster than the text
LONGEST_WORD = 1_000  # a longer run of signs is no address; it would only cost time

KINDS: dict[str, Sort] = {
    "urls": Sort.URL,
    "email_addresses": Sort.EMAIL,
    "ipv4s": Sort.IPV4,
    "ipv6s": Sort.IPV6,
    "sha512s": Sort.SHA512,
    "sha256s": Sort.SHA256,
    "sha1s": Sort.SHA1,
    "md5s": Sort.MD5,
    "cves": Sort.CVE,
    "domains": Sort.DOMAIN,
}
# A sentence that begins right after a full stop is no domain: « l’hôpital.Il a … ».
NO_SPACE_AFTER_STOP = re.compile(r"(?<=[^\W\d_])\.(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ’'])")
BRACKETS = re.compile(r"[()\[\]{}<>]{4,}")
OTHER_FANGS = re.compile(r"\[(?:point|arobase)\]|\((?:point|arobase)\)", re.IGNORECASE)
ACCOUNT = re.compile(r"(?<![\w\\:/.-])([A-Za-z][\w-]{1,14}\\[\w][\w.$-]{0,63})(?![\w\\])")
NEAR = r"(?:ran[cç]ongiciels?|ransomwares?|groupes?|groups?|gang|par|by)"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text held. is_cut: the text, or what it held, was more than one reading takes."""

    found: list[Named]
    is_cut: bool = False


def read(texts: Iterable[str]) -> Reading:
    """Return the observables of texts, each once, in the order of their kinds."""
    whole = "\n".join(texts)
    found: dict[Named, None] = {}
    for piece in pieces(whole[:LONGEST_TEXT]):
        found |= dict.fromkeys(_in_piece(piece))
    order = {sort: place for place, sort in enumerate(Sort)}
    sorted_found = sorted(found, key=lambda one: (order[one.sort], one.value))
    is_cut = len(whole) > LONGEST_TEXT or len(sorted_found) > MOST
    return Reading(sorted_found[:MOST], is_cut)


def pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces short enough to be read fast, cut between words."""
    calm = BRACKETS.sub(" ", NO_SPACE_AFTER_STOP.sub(". ", text.replace("\0", " ")))
    calm = OTHER_FANGS.sub(lambda mark: "." if "oin" in mark[0].casefold() else "@", calm)
    held: list[str] = []
    length = 0
    for word in calm.split():
        if len(word) > LONGEST_WORD:
            continue
        if length + len(word) > PIECE and held:
            yield " ".join(held)
            held, length = [], 0
        held.append(word)
        length += len(word) + 1
    if held:
        yield " ".join(held)


def _in_piece(piece: str) -> Iterator[Named]:
    # Its grammars take half a second to build: whoever pastes a text waits for them, no start does.
    import ioc_finder  # noqa: PLC0415

    told = ioc_finder.find_iocs(
        piece,
        included_ioc_types=list(KINDS),
        parse_domain_from_email_address=False,
        parse_from_url_path=False,
        parse_urls_without_scheme=False,
        parse_unicode_iocs=True,
    )
    for name, sort in KINDS.items():
        for text in told.get(name, ()):
            yield from _one(sort, text.rstrip(").,;:'\"»]>"))
    for account in ACCOUNT.findall(piece):
        yield from _one(Sort.ACCOUNT, account.rstrip(".-"))
    yield from _families(piece)


def _one(sort: Sort, text: str) -> Iterator[Named]:
    """Yield the observable that the library saw, unless our own rules know better."""
    try:
        yield named(sort, text)
    except BadObservable:
        return


def _families(piece: str) -> Iterator[Named]:
    """Yield the families of ransomware that a text names, an everyday word only beside its kind."""
    small = piece.casefold()
    for name, family in threats.by_name().items():
        if name not in small:
            continue
        word = rf"(?<!\w){re.escape(name)}(?!\w)"
        if family.is_word:
            word = rf"{NEAR}\W{{1,3}}{re.escape(name)}(?!\w)|{word}\W{{1,3}}(?:ransomware|gang)"
        if re.search(word, small):
            yield named(Sort.STRAIN, family.name)
