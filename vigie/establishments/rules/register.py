"""Say where a structure lies, check its FINESS number and compare names. Pure: no Django."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol, Self

from vigie.reference import catalogue


class TerritoryKind(StrEnum):
    """What a role, a figure or a filter can be about, from the widest to the narrowest."""

    NATION = "nation"
    REGION = "region"
    DEPARTMENT = "department"
    GROUP = "group"
    EJ = "ej"  # legal entity (entité juridique)
    ET = "et"  # site (établissement géographique)


class BadTerritory(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The text does not name a territory."""


@dataclass(frozen=True, slots=True)
class Territory:
    """A part of the world: nation:FR, region:84, department:2A, group:…, ej:…, et:…"""

    kind: TerritoryKind
    code: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the territory that a text such as « region:84 » names.

        Raises BadTerritory when the kind is unknown or the code empty.
        """
        kind, _, code = text.strip().partition(":")
        code = code.strip()
        if kind.strip().lower() not in set(TerritoryKind) or not code:
            raise BadTerritory(
                f"{text!r}: expected KIND:CODE, KIND one of {', '.join(TerritoryKind)}"
            )
        found = TerritoryKind(kind.strip().lower())
        if found in {TerritoryKind.NATION, TerritoryKind.EJ, TerritoryKind.ET}:
            code = code.upper()
        if found == TerritoryKind.DEPARTMENT:
            code = department_code(code)
        return cls(found, code)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies: the facts that a territory is held against. Empty = unknown."""

    country: str = ""
    region: str = ""
    department: str = ""
    establishment_id: int | None = None
    site_id: int | None = None


class Located(Protocol):
    """Anything that lies somewhere."""

    @property
    def place(self) -> Place:
        """Return where it lies."""


class Actor(Protocol):
    """Who does an act. People satisfy it; they are known on a higher floor."""

    @property
    def journal_name(self) -> str:
        """Return the name that the journal keeps: opaque, no personal data."""

    def may(self, permission: str, *, at: Place) -> bool:
        """Return whether the actor holds the permission at the place."""


class DesignationKind(StrEnum):
    """What a public authority made of a structure."""

    OSE = "ose"  # operator of essential services (NIS 1)
    OIV = "oiv"  # operator of vital importance (defence code)
    EE = "ee"  # essential entity (NIS 2)
    EI = "ei"  # important entity (NIS 2)
    PRIORITY = "priority"  # followed first by the national programme


class GroupKind(StrEnum):
    """Why establishments stand together."""

    GHT = "ght"
    GCS = "gcs"
    OTHER = "other"


class Portal(StrEnum):
    """Where the law of a nation wants the declaration."""

    HERE = "here"
    ELSEWHERE = "elsewhere"


COUNTRY_SHAPE = re.compile(r"[A-Z]{2}")
FINESS_SHAPE = re.compile(r"[0-9][0-9AB][0-9]{7}")
FINESS_LETTERS = str.maketrans({"A": "1", "B": "2"})
# The statistical survey of health establishments (SAE) writes overseas departments 9A…9F, and so
# do some FINESS extracts; the official geographic code writes 971…976.
OVERSEAS = {"9A": "971", "9B": "972", "9C": "973", "9D": "974", "9F": "976"}
OVERSEAS_BACK = {official: short for short, official in OVERSEAS.items()}
OVERSEAS_FINESS = {"9701": "971", "9702": "972", "9703": "973", "9704": "974", "9805": "976"}


def finess_of(text: str) -> str:
    """Return a FINESS number as it is stored: no spaces, capitals."""
    return re.sub(r"\s", "", text).upper()


def is_finess(text: str) -> bool:
    """Return whether nine characters make a FINESS number with the right check digit.

    Source: Luhn over the nine characters, Corsica's A counted 1 and B counted 2; holds for the
    6,190 numbers of the 2022 survey of health establishments.
    """
    if not FINESS_SHAPE.fullmatch(text) or (text[1].isalpha() and text[0] != "2"):
        return False
    return _luhn(text.translate(FINESS_LETTERS)) == 0


def finess_check_digit(first_eight: str) -> str:
    """Return the ninth character of a FINESS number from its first eight."""
    return str(-_luhn(first_eight.translate(FINESS_LETTERS) + "0") % 10)


def _luhn(digits: str) -> int:
    odd = sum(int(digit) for digit in digits[::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10


def department_code(code: str) -> str:
    """Return the official code of a department written either way: 9A and 971 give 971."""
    code = code.strip().upper()
    return OVERSEAS.get(code, code)


def survey_department_code(code: str) -> str:
    """Return the code that the SAE survey writes for a department: 971 gives 9A."""
    return OVERSEAS_BACK.get(code, code)


def finess_department(finess: str) -> str:
    """Return the department in which a FINESS number was given, "" when it names none."""
    if finess.startswith(("97", "98")):
        return OVERSEAS_FINESS.get(finess[:4], "")
    return finess[:2]


def near_finess(text: str) -> set[str]:
    """Return the valid FINESS numbers that one typing mistake separates from a text."""
    signs = "0123456789AB"
    cuts = [(text[:i], text[i:]) for i in range(len(text) + 1)]
    near = {a + sign + b[1:] for a, b in cuts if b for sign in signs}
    near |= {a + sign + b for a, b in cuts for sign in signs}
    near |= {a + b[1:] for a, b in cuts if b}
    near |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    return {finess for finess in near if is_finess(finess)}


@dataclass(frozen=True, slots=True)
class Presence:
    """From when until when editions of a register show a structure; the end is excluded."""

    opened_on: date | None
    closed_on: date | None


def presence(editions: Iterable[int], *, first_seen: int, last_seen: int) -> Presence:
    """Return what the years of all known editions say about one structure.

    It came on 1 January of the first edition that shows it, unless no earlier edition is known;
    it left on 1 January of the first edition after the last that shows it. A gap between two
    editions that show it counts as presence. The order in which editions arrive is indifferent.
    """
    years = sorted(set(editions))
    came = date(first_seen, 1, 1) if years and years[0] < first_seen else None
    after = [year for year in years if year > last_seen]
    return Presence(came, date(after[0], 1, 1) if after else None)


LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ł": "l"}
)
DOTTED = re.compile(r"\b(?:[^\W_]\.){2,}[^\W_]?\b")
NOT_A_WORD = re.compile(r"[\W_]+")
EMPTY_WORDS = frozenset(
    (
        "a",
        "au",
        "aux",
        "d",
        "de",
        "des",
        "du",
        "en",
        "et",
        "l",
        "la",
        "le",
        "les",
        "sur",
        "un",
        "une",
    )
)
SAME_WORD = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
SHORT_FOR = {
    "ch": ("centre", "hospitalier"),
    "chr": ("centre", "hospitalier", "regional"),
    "chu": ("centre", "hospitalier", "universitaire"),
    "chru": ("centre", "hospitalier", "regional", "universitaire"),
    "chs": ("centre", "hospitalier", "specialise"),
    "ght": ("groupement", "hospitalier", "territoire"),
    "had": ("hospitalisation", "domicile"),
    "hop": ("hopital",),
    "clin": ("clinique",),
    "aphp": ("assistance", "publique", "hopitaux", "paris"),
    "aphm": ("assistance", "publique", "hopitaux", "marseille"),
    "hcl": ("hospices", "civils", "lyon"),
}


def fold(text: str) -> str:
    """Return a text without capitals, accents, ligatures and punctuation, words one space apart."""
    plain = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    plain = DOTTED.sub(lambda found: found[0].replace(".", "") + " ", plain)
    return NOT_A_WORD.sub(" ", plain).strip()


def words(text: str) -> list[str]:
    """Return the words of a text as search compares them, in order: « St » reads « saint »."""
    return [SAME_WORD.get(word, word) for word in fold(text).split()]


def search_words(*texts: str) -> set[str]:
    """Return every word under which a structure must be found, abbreviations spelled out."""
    found = {word for text in texts for word in words(text)} - EMPTY_WORDS
    return found | {long for word in found for long in SHORT_FOR.get(word, ())}


def asked_words(text: str) -> list[str]:
    """Return the words that a person asks for; articles count only when nothing else is there."""
    asked = list(dict.fromkeys(words(text)))
    return [word for word in asked if word not in EMPTY_WORDS] or asked


def deletions(word: str) -> set[str]:
    """Return a word and what is left of it when any one letter goes.

    Two words one typing mistake apart always share one of these, which makes the search for
    near words a look-up. Source: symmetric delete algorithm (W. Garbe, 2012).
    """
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def one_typo_apart(a: str, b: str) -> bool:
    """Return whether one letter added, lost, replaced or swapped with its neighbour is enough."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[:start] + a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped == b


def after_prefix(prefix: str) -> str:
    """Return the first word after all those that begin with a prefix of a-z and 0-9.

    An empty text means that nothing comes after. A range reads an index on every database and in
    every collation, which LIKE does not.
    """
    stem = prefix.rstrip("z")
    if not stem:
        return ""
    return stem[:-1] + ("a" if stem[-1] == "9" else chr(ord(stem[-1]) + 1))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a person states about an establishment or a site. Empty = not stated."""

    name: str
    finess: str = ""
    structure_type: str = ""
    country: str = "FR"
    region: str = ""
    department: str = ""
    commune: str = ""
    opened_on: date | None = None

    def checked(self) -> Self:
        """Return the same facts in stored form: trimmed, the region filled from the department."""
        country, department = self.country.strip().upper(), department_code(self.department)
        known = catalogue.departments(country).get(department)
        return replace(
            self,
            name=" ".join(self.name.split()),
            finess=finess_of(self.finess),
            structure_type=self.structure_type or catalogue.default_structure_type(),
            country=country,
            region=self.region.strip() or (known.region if known else ""),
            department=department,
            commune=" ".join(self.commune.split()),
        )

    def faults(self) -> dict[str, str]:
        """Return the fields that cannot be stored, each with the code of what is wrong."""
        regions = catalogue.regions(self.country)
        department = catalogue.departments(self.country).get(self.department)
        found = {
            "name": "" if self.name else "empty",
            "finess": "finess" if self.finess and not is_finess(self.finess) else "",
            "structure_type": "" if self.structure_type in catalogue.structure_types() else "type",
            "country": "" if COUNTRY_SHAPE.fullmatch(self.country) else "country",
            "region": "region" if regions and self.region and self.region not in regions else "",
            "department": "",
        }
        if regions and self.department:
            inside = department is not None and department.region == self.region
            found["department"] = "" if inside else "department"
        return {field: fault for field, fault in found.items() if fault}


@dataclass(frozen=True, slots=True)
class EstablishmentFacts(Facts):
    """What a person states about an establishment."""

    legal_status: str = ""

    def faults(self) -> dict[str, str]:
        """Return the fields that cannot be stored, each with the code of what is wrong."""
        found = Facts.faults(self)
        if self.legal_status and self.legal_status not in catalogue.legal_statuses():
            found["legal_status"] = "status"
        return found


@dataclass(frozen=True, slots=True)
class SiteFacts(Facts):
    """What a person states about a site."""

    category: str = ""
    commune_insee: str = ""
    postcode: str = ""
    beds: int = 0
    emergency_visits: int | None = None
