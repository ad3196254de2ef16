"""The yearly survey of health establishments (SAE), one site a line.

Source: DREES, Statistique annuelle des établissements de santé (Licence Ouverte 2.0),
https://data.drees.solidarites-sante.gouv.fr. Overseas departments may be written 9A…9F or 971…976;
the file may be UTF-8 or cp1252, with commas or semicolons.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vigie.establishments import rules
from vigie.reference import catalogue

COUNTRY = "FR"
FIRST_YEAR = 1980
NAME_LENGTH = 200
LINE_END = re.compile(r"\r\n|\n|\r")  # splitlines() would also cut inside names
NEEDED = ("annee", "finess_et", "finess_ej", "raison_sociale", "categorie", "departement")


class NotASurvey(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The text is not an edition of the survey."""


@dataclass(frozen=True, slots=True)
class SurveySite:
    """One site as an edition states it."""

    line: int
    year: int
    finess: str
    owner: str  # FINESS of the legal entity
    name: str
    category: str
    structure_type: str
    legal_status: str
    region: str
    department: str
    commune: str
    commune_insee: str
    postcode: str
    beds: int
    emergency_visits: int | None
    doubts: tuple["Fault", ...] = ()  # what could not be read, and is kept as unknown


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be imported, or a field of it that cannot be read."""

    line: int
    field: str
    reason: str
    year: int | None = None
    finess: str = ""  # of the site, where it can be read: the site is not absent


class _Unusable(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def decoded(content: bytes) -> str:
    """Return the text of a file. Raises NotASurvey when no known encoding reads it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotASurvey("is neither UTF-8 nor Windows text")


def parse(text: str, *, latest: int) -> Iterator[SurveySite | Fault]:
    """Yield what each line of an edition says, in its order; line 1 holds the column names.

    latest: the last year that is not absurd. A site is one physical line, so that a stray
    quotation mark spoils its own line only. Raises NotASurvey when a needed column is absent.
    """
    lines = LINE_END.split(text)
    header = lines[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    columns = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    if missing := [name for name in NEEDED if name not in columns]:
        raise NotASurvey(f"has no column {', '.join(missing)}")
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            yield _read(number, line, columns, delimiter, latest)


def _read(
    number: int, line: str, columns: list[str], delimiter: str, latest: int
) -> SurveySite | Fault:
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as reason:
        return Fault(number, "", str(reason))
    if len(cells) != len(columns):
        return Fault(number, "", f"has {len(cells)} columns, the first line has {len(columns)}")
    raw = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    year = _whole(raw["annee"])
    finess = rules.finess_of(raw["finess_et"])
    try:
        return _site(number, raw, latest)
    except _Unusable as fault:
        known = finess if rules.is_finess(finess) else ""
        return Fault(number, fault.field, str(fault), year, known)


def _site(number: int, raw: Mapping[str, str], latest: int) -> SurveySite:
    year = _whole(raw["annee"])
    if year is None or not FIRST_YEAR <= year <= latest:
        raise _Unusable("annee", f"{raw['annee']!r} is not a year from {FIRST_YEAR} to {latest}")
    region, department = _geography(raw)
    legal_status = catalogue.legal_status_of(raw.get("espic", ""), raw.get("statut_code", ""))
    beds, visits = _number(number, raw, "lits_total"), _number(number, raw, "passages_urgences_gen")
    return SurveySite(
        line=number,
        year=year,
        finess=_finess(raw, "finess_et"),
        owner=_finess(raw, "finess_ej"),
        name=_name(raw),
        category=raw["categorie"][:3],
        structure_type=catalogue.structure_type_of(raw["categorie"], legal_status),
        legal_status=legal_status,
        region=region,
        department=department,
        commune=raw.get("commune", "")[:100],
        commune_insee=_official(raw.get("commune_insee", ""))[:5],
        postcode=_official(raw.get("code_postal", ""))[:10],
        beds=beds if isinstance(beds, int) else 0,
        emergency_visits=visits if isinstance(visits, int) else None,
        doubts=tuple(doubt for doubt in (beds, visits) if isinstance(doubt, Fault)),
    )


def _finess(raw: Mapping[str, str], field: str) -> str:
    finess = rules.finess_of(raw[field])
    if not rules.is_finess(finess):
        raise _Unusable(field, f"{raw[field]!r} is not a FINESS number")
    return finess


def _name(raw: Mapping[str, str]) -> str:
    name = " ".join(raw["raison_sociale"].split())
    if not name:
        raise _Unusable("raison_sociale", "is empty")
    if len(name) > NAME_LENGTH:
        raise _Unusable("raison_sociale", f"is longer than {NAME_LENGTH} characters")
    return name


def _geography(raw: Mapping[str, str]) -> tuple[str, str]:
    department = rules.department_code(raw["departement"].zfill(2) if raw["departement"] else "")
    known = catalogue.departments(COUNTRY).get(department)
    region = raw.get("region", "")
    region = region.zfill(2) if region else (known.region if known else "")
    if region not in catalogue.regions(COUNTRY):
        raise _Unusable("region", f"{raw.get('region', '')!r} is not a French region")
    if known is None:
        raise _Unusable("departement", f"{raw['departement']!r} is not a French department")
    if known.region != region:
        raise _Unusable("departement", f"{department} does not lie in region {region}")
    return region, department


def _official(code: str) -> str:
    """Return a commune or postal code as the post writes it: 9D415 is 97415."""
    return f"97{code[2:]}" if code[:2].upper() in rules.OVERSEAS else code


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _number(line: int, raw: Mapping[str, str], field: str) -> int | Fault | None:
    text = raw.get(field, "")
    number = _whole(text.removesuffix(".0"))
    if text and number is None:
        return Fault(line, field, f"{text!r} is not a number; kept as unknown")
    return number
