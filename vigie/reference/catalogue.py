"""Reference lists kept as YAML beside this file. Pure: no database, read once a process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml

HERE = Path(__file__).parent
SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
BEFORE_SIGN = re.compile(r" (?=[:;?!%»])|(?<=«) ")  # where French forbids a line break
PROVENANCE = ("id", "version", "title", "source", "licence", "retrieved")


class BadReference(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A reference file does not hold what it must."""


@dataclass(frozen=True, slots=True)
class Title:
    """A text in the two languages of the house."""

    fr: str
    en: str

    def in_(self, language: str) -> str:
        """Return the text in a language such as "en" or "en-gb"; French where it is another."""
        return self.en if language.startswith("en") else self.fr


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a stable code and its title."""

    code: str
    title: Title


EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True, slots=True)
class StructureType(Entry):
    """A kind of structure. sector: health, medico_social or other."""

    sector: str


@dataclass(frozen=True, slots=True)
class Department(Entry):
    """A department and the code of its region."""

    region: str


@dataclass(frozen=True, slots=True)
class Region(Entry):
    """A region: its health authority, its e-health body ("" = unknown) and its time zone."""

    authority: str
    grades: str
    grades_is_certain: bool
    time_zone: str


@dataclass(frozen=True, slots=True)
class CareActivity(Entry):
    """What care does, and the kinds of software it typically leans on, by language."""

    applications: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RsitType(Entry):
    """A type of the RSIT taxonomy; its code reads class/type."""

    klass: Entry


@dataclass(frozen=True, slots=True)
class IncidentCategory(Entry):
    """What happened. origin: malicious, non_malicious or undetermined; rsit: nearest types."""

    origin: str
    rsit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TlpLabel(Entry):
    """A mark of the Traffic Light Protocol, its title saying how far the text may go."""

    colour: str


@dataclass(frozen=True, slots=True)
class Contact(Entry):
    """A public emergency contact, with the date of the page that states it."""

    phone: str
    email: str
    url: str
    hours: Title
    use: Title
    source: str
    checked_on: date
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Article(Entry):
    """An article of law: its usual name as code, what it says in one sentence, where to read it."""

    url: str


@dataclass(frozen=True, slots=True)
class LegalPortal:
    """Where a nation's law wants the declaration. portal: here or elsewhere."""

    country: str
    portal: str
    name: Title
    operator: Title
    url: str
    path: Mapping[str, tuple[str, ...]]
    delay: Title
    declared_by: Title
    language: str
    obliged: Mapping[str, date]  # sector of the structure type -> first day of the duty
    obliged_to_check: frozenset[str]  # structure types of which the law's wording leaves a doubt
    articles: tuple[Article, ...]
    source: str
    retrieved: date


@cache
def document(name: str, folder: Path = HERE) -> Mapping[str, Any]:
    """Return a reference file as it is written, by its path without suffix.

    Raises BadReference when it is absent, unreadable or does not say where it comes from.
    """
    path = folder / f"{name}.yaml"
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE)  # noqa: S506 - safe
        missing = [key for key in PROVENANCE if not raw[key]]
        _title(raw["title"])
    except (OSError, KeyError, TypeError, yaml.YAMLError) as reason:
        raise BadReference(f"{name}.yaml: {reason}") from reason
    if missing:
        raise BadReference(f"{name}.yaml: {', '.join(missing)} is empty")
    return MappingProxyType(raw)


def names() -> list[str]:
    """Return the name of every reference file, sorted."""
    return sorted(
        path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.rglob("*.yaml")
    )


def _title(raw: Mapping[str, Any]) -> Title:
    return Title(fr=french(str(raw["fr"])), en=str(raw["en"]))


def french(text: str) -> str:
    """Return a French text with the no-break spaces that nobody types."""
    return BEFORE_SIGN.sub(NO_BREAK_SPACE, text)


def _by_code(name: str, entries: list[EntryT]) -> Mapping[str, EntryT]:
    found = {entry.code: entry for entry in entries}
    if len(found) != len(entries):
        raise BadReference(f"{name}.yaml: a code stands twice")
    return MappingProxyType(found)


def _known(name: str, codes: set[str], among: Mapping[str, Entry]) -> None:
    if unknown := codes - among.keys():
        raise BadReference(f"{name}.yaml: unknown code {', '.join(sorted(unknown))}")


def _plain(name: str, key: str = "entries") -> Mapping[str, Entry]:
    return _by_code(name, [Entry(line["code"], _title(line)) for line in document(name)[key]])


@cache
def structure_types() -> Mapping[str, StructureType]:
    """Return the structure types by code, in the order to show."""
    lines = document("structure_types")["entries"]
    return _by_code(
        "structure_types",
        [StructureType(line["code"], _title(line), line["sector"]) for line in lines],
    )


@cache
def legal_statuses() -> Mapping[str, Entry]:
    """Return the legal statuses by code: public, private for profit, private non-profit."""
    return _plain("structure_types", "legal_statuses")


def legal_status_of(espic: str, statut_code: str = "") -> str:
    """Return the legal status that the SAE survey's codes mean, "" when they mean none."""
    raw = document("structure_types")
    found = raw["espic"].get(espic) or raw["statut_code"].get(statut_code[:1], "")
    return str(found)


@cache
def structure_type_of(category: str, legal_status: str = "") -> str:
    """Return the structure type of a FINESS category; AUTRE for a category without a type."""
    rule = document("structure_types")["finess_categories"].get(category, default_structure_type())
    if isinstance(rule, dict):
        rule = rule.get(legal_status, rule["default"])
    return str(rule)


@cache
def default_structure_type() -> str:
    """Return the type of a structure of which nothing is known."""
    lines = document("structure_types")["entries"]
    return next(str(line["code"]) for line in lines if line.get("default"))


@cache
def regions(country: str = "FR") -> Mapping[str, Region]:
    """Return the regions of a country by code; none where the country has no file."""
    name = f"regions/{country.lower()}"
    if name not in names():
        return MappingProxyType({})
    return _by_code(
        name,
        [
            Region(
                line["code"],
                _title(line),
                line["authority"],
                line.get("grades", ""),
                line.get("grades_certainty") == "found",
                line["time_zone"],
            )
            for line in document(name)["regions"]
        ],
    )


@cache
def departments(country: str = "FR") -> Mapping[str, Department]:
    """Return the departments of a country by code, sorted by code."""
    if not regions(country):
        return MappingProxyType({})
    name = f"regions/{country.lower()}"
    found = [
        Department(code, Title(called, called), line["code"])
        for line in document(name)["regions"]
        for code, called in line["departments"].items()
    ]
    return _by_code(name, sorted(found, key=lambda department: department.code))


@cache
def care_activities() -> Mapping[str, CareActivity]:
    """Return the care and support activities by code, care first."""
    lines = document("care_activities")["entries"]
    return _by_code(
        "care_activities",
        [CareActivity(line["code"], _title(line), _lists(line["applications"])) for line in lines],
    )


def _lists(raw: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({language: tuple(raw[language]) for language in ("fr", "en")})


@cache
def rsit() -> Mapping[str, RsitType]:
    """Return the types of RSIT 1003 by code « class/type », in the order of the taxonomy."""
    found = []
    for raw in document("rsit-1003")["classes"]:
        klass = Entry(raw["code"], _title(raw))
        found += [RsitType(f"{klass.code}/{t['code']}", _title(t), klass) for t in raw["types"]]
    return _by_code("rsit-1003", found)


@cache
def rsit_classes() -> Mapping[str, Entry]:
    """Return the classes of RSIT 1003 by code."""
    return _plain("rsit-1003", "classes")


@cache
def incident_categories() -> Mapping[str, IncidentCategory]:
    """Return the incident categories by code: malicious, then non-malicious, then undetermined."""
    name = "incident_categories"
    found = _by_code(
        name,
        [
            IncidentCategory(line["code"], _title(line), line["origin"], tuple(line["rsit"]))
            for line in document(name)["entries"]
        ],
    )
    _known(name, {code for category in found.values() for code in category.rsit}, rsit())
    return found


@cache
def tlp() -> Mapping[str, TlpLabel]:
    """Return the marks of TLP 2.0 by code, the narrowest first."""
    lines = document("tlp")["entries"]
    return _by_code("tlp", [TlpLabel(line["code"], _title(line), line["colour"]) for line in lines])


@cache
def data_types() -> Mapping[str, Entry]:
    """Return the types of data that an incident may touch, by code."""
    return _plain("data_types")


@cache
def support_providers() -> Mapping[str, Entry]:
    """Return who may handle an incident or give support, by code."""
    return _plain("support_providers")


@cache
def countries() -> Mapping[str, Entry]:
    """Return the countries whose names are known, by ISO code."""
    return _plain("countries")


@cache
def contacts(country: str = "FR") -> Mapping[str, Contact]:
    """Return the shipped emergency contacts of a country by key; none where it has no file."""
    name = f"contacts/{country.lower()}"
    if name not in names():
        return MappingProxyType({})
    return _by_code(name, [_contact(line) for line in document(name)["entries"]])


def _contact(line: Mapping[str, Any]) -> Contact:
    return Contact(
        code=line["key"],
        title=_title(line),
        phone=line.get("phone", ""),
        email=line.get("email", ""),
        url=line.get("url", ""),
        hours=_title(line["hours"]) if "hours" in line else Title("", ""),
        use=_title(line["use"]),
        source=line["source"],
        checked_on=line["checked_on"],
        is_certain=line["certainty"] == "found",
    )


@cache
def legal_portal(country: str = "FR") -> LegalPortal | None:
    """Return where a country's law wants declarations, None where no file says it."""
    name = f"portals/{country.lower()}"
    if name not in names():
        return None
    raw = document(name)
    _known(name, set(raw["obliged_to_check"]), structure_types())
    return LegalPortal(
        country=raw["country"],
        portal=raw["portal"],
        name=_title(raw),
        operator=_title(raw["operator"]),
        url=raw["url"],
        path=_lists(raw["path"]),
        delay=_title(raw["delay"]),
        declared_by=_title(raw["declared_by"]),
        language=raw["language"],
        obliged=MappingProxyType(dict(raw["obliged"])),
        obliged_to_check=frozenset(raw["obliged_to_check"]),
        articles=tuple(Article(a["code"], _title(a), a["url"]) for a in raw["articles"]),
        source=raw["source"],
        retrieved=raw["retrieved"],
    )
