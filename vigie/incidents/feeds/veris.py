"""Understand records of VERIS, the Vocabulary for Event Recording and Incident Sharing.

What means what is written in reference/mappings/veris.yaml; here is how it is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from hashlib import sha256
from textwrap import shorten
from typing import Any

from pydantic import ValidationError

from vigie.incidents.feeds.arrivals import Arrival, Doubt, Stranger
from vigie.incidents.feeds.records import KINDS, BadRecord
from vigie.incidents.rules.facts import TEXT_LENGTH, Facts
from vigie.incidents.rules.words import Kind, Origin, Status
from vigie.kernel.partial import BadDate, PartialDate
from vigie.reference import catalogue

SOURCE = "veris"
FIRST_YEAR = 1980  # of an incident and of its notification; the last is next year
NOWHERE = "ZZ"  # where a structure lies whose country nobody knows; no country has that code
COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(:\d{2}(\.\d+)?)?\s*((?P<half>[AP])\.?M\.?)?",
    re.ASCII | re.IGNORECASE,
)
CONTROLS = {code: " " for code in range(32) if chr(code) not in "\t\n\r"}
KEY_LENGTH = 200
NAME_LENGTH = 200
STRUCTURE_KEY_LENGTH = 120
TITLE_LENGTH = 120
UNDETERMINED = "undetermined"
INCIDENT, NOTIFICATION = "timeline.incident", "plus.timeline.notification"
OBJECTS = (
    "victim",
    "timeline",
    "plus",
    "plus.timeline",
    "action",
    "action.malware",
    "action.hacking",
    "action.social",
    "action.misuse",
    "action.physical",
    "action.error",
    "action.environmental",
    "attribute",
    "attribute.integrity",
    "attribute.confidentiality",
)

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """Where and when records are read: years are held against today, times against the zone."""

    today: date
    zone: tzinfo


def mapping() -> Mapping[str, Any]:
    """Return the mapping as the reference writes it."""
    return catalogue.document("mappings/veris")


def parse(record: Record, reading: Reading, *, file: str, line: int) -> Arrival:
    """Return what a record says. Raises BadRecord, naming the field and the reason."""
    key = _key(record)
    for path in OBJECTS:
        _object(record, path)
    doubts: list[Doubt] = []
    occurred = _occurred(record, reading, doubts)
    declared = _declared(record, reading, occurred, doubts)
    kind, status = _kind(record, doubts)
    stranger = _stranger(record, key, doubts)
    facts = _facts(record, {"kind": kind, "occurred": occurred}, stranger.name, doubts)
    return Arrival(
        file=file,
        line=line,
        source=SOURCE,
        key=key,
        key_field="incident_id",
        stranger=stranger,
        facts=facts,
        declared=declared,
        status=status,
        status_reason=_text(record, "security_incident") if status is Status.REJECTED else "",
        kept=_kept(record, doubts),
        doubts=tuple(doubts),
    )


# one value of a record


def _at(record: Record, path: str) -> Any:
    """Return the value at a path, None where it is absent."""
    found: Any = record
    for name in path.split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


def _object(record: Record, path: str) -> Record | None:
    found = _at(record, path)
    if found is not None and not isinstance(found, dict):
        raise BadRecord(path, f"{KINDS[type(found)]} instead of an object")
    return found


def _text(record: Record, path: str) -> str:
    found = _at(record, path)
    if found is not None and not isinstance(found, str):
        raise BadRecord(path, f"{_kind_of(found)} instead of a text")
    return (found or "").strip()


def _texts(record: Record, path: str) -> list[str]:
    found = _at(record, path)
    if found is None:
        return []
    if not isinstance(found, list):
        raise BadRecord(path, f"{_kind_of(found)} instead of a list")
    strange = [one for one in found if not isinstance(one, str)]
    if strange:
        raise BadRecord(path, f"{_kind_of(strange[0])} in a list of texts")
    return found


def _kind_of(value: object) -> str:
    return KINDS.get(type(value), "an object")


def _key(record: Record) -> str:
    key = _text(record, "incident_id")
    if not key:
        raise BadRecord("incident_id", "absent")
    if len(key) > KEY_LENGTH:
        raise BadRecord("incident_id", f"longer than {KEY_LENGTH} characters")
    return key


# dates


def _occurred(record: Record, reading: Reading, doubts: list[Doubt]) -> str:
    parts = _object(record, INCIDENT) or {}
    _check_year(parts, INCIDENT, reading)
    day, fault = _day(parts, INCIDENT)
    if fault:
        doubts.append(Doubt(INCIDENT, f"{fault}; taken as {day}"))
    return _with_time(day, parts, INCIDENT, reading, doubts)


def _declared(record: Record, reading: Reading, occurred: str, doubts: list[Doubt]) -> str:
    """Return the date of the notification as far as it can be, unknown where its year cannot."""
    if not _at(record, NOTIFICATION):
        return ""
    try:
        parts = _object(record, NOTIFICATION) or {}
        _check_year(parts, NOTIFICATION, reading)
        day, fault = _day(parts, NOTIFICATION)
    except BadRecord as reason:
        part = reason.field.removeprefix(NOTIFICATION).strip(".")
        doubts.append(Doubt(NOTIFICATION, f"{part} {reason.reason}; taken as unknown".strip()))
        return ""
    if fault:
        doubts.append(Doubt(NOTIFICATION, f"{fault}; taken as {day}"))
    text = _with_time(day, parts, NOTIFICATION, reading, doubts)
    if PartialDate.parse(text).surely_before(PartialDate.parse(occurred), reading.zone):
        doubts.append(Doubt(NOTIFICATION, f"{text} is before the incident, {occurred}; flagged"))
    return text


def _check_year(parts: Record, field: str, reading: Reading) -> None:
    year = _number(parts, field, "year")
    last = reading.today.year + 1
    if year is None:
        raise BadRecord(f"{field}.year", "absent")
    if not FIRST_YEAR <= year <= last:
        raise BadRecord(f"{field}.year", f"{year} is not between {FIRST_YEAR} and {last}")


def _number(parts: Record, field: str, name: str) -> int | None:
    """Return a part of a date; 0 and absent are both unknown."""
    found = parts.get(name)
    if found is not None and type(found) is not int:
        raise BadRecord(f"{field}.{name}", f"{_kind_of(found)} instead of a whole number")
    return found or None


def _day(parts: Record, field: str) -> tuple[str, str]:
    """Return the date as far as it goes, and what is wrong beyond."""
    year, month, day = (_number(parts, field, name) for name in ("year", "month", "day"))
    if month is None:
        return f"{year:04d}", "a day without its month" if day else ""
    if not 1 <= month <= 12:
        return f"{year:04d}", f"there is no month {month}"
    if day is None:
        return f"{year:04d}-{month:02d}", ""
    try:
        return date(year or 1, month, day).isoformat(), ""
    except ValueError:
        return f"{year:04d}-{month:02d}", f"there is no day {day} in that month"


def _with_time(day: str, parts: Record, field: str, reading: Reading, doubts: list[Doubt]) -> str:
    """Return the date with its time where there is one that can be read."""
    time = parts.get("time")
    if time in (None, ""):
        return day
    try:
        return str(PartialDate.parse(f"{day}T{_clock(time)}", reading.zone))
    except BadDate:
        doubts.append(
            Doubt(f"{field}.time", f"{str(time)[:40]!r} cannot be read; taken as unknown")
        )
        return day


def _clock(time: object) -> str:
    """Return a time such as 05:00:00 AM as 05:00. Raises BadDate."""
    found = TIME.fullmatch(time.strip()) if isinstance(time, str) else None
    hour = int(found["hour"]) if found else 0
    if found is None or (found["half"] and not 1 <= hour <= 12):
        raise BadDate("no time")
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].upper() == "P" else 0)
    return f"{hour:02d}:{found['minute']}"


# who and what


def _kind(record: Record, doubts: list[Doubt]) -> tuple[Kind, Status]:
    said = _text(record, "security_incident")
    if not said:
        doubts.append(Doubt("security_incident", "absent; taken as an incident"))
        return Kind.INCIDENT, Status.CLOSED
    kinds = {word.casefold(): kind for word, kind in mapping()["kinds"].items()}
    if said.casefold() in kinds:
        return Kind(kinds[said.casefold()]), Status.CLOSED
    if said.casefold() in {word.casefold() for word in mapping()["rejected"]}:
        return Kind.INCIDENT, Status.REJECTED
    raise BadRecord("security_incident", f"{said[:40]!r} is not a word of VERIS")


def _stranger(record: Record, key: str, doubts: list[Doubt]) -> Stranger:
    name = " ".join(_text(record, "victim.victim_id").translate(CONTROLS).split())[:NAME_LENGTH]
    country = _country(record, doubts)
    nameless = not name or name.casefold() in mapping()["nameless"]
    who = f"record:{key}" if nameless else f"name:{country}:{name.casefold()}"
    if len(who) > STRUCTURE_KEY_LENGTH:
        who = f"sha256:{sha256(who.encode()).hexdigest()}"
    return Stranger(
        key=who,
        name=f"Structure sans nom ({key[:8]})" if nameless else name,
        country=country,
        structure_type=_structure_type(_text(record, "victim.industry")),
    )


def _country(record: Record, doubts: list[Doubt]) -> str:
    """Return the country, as a text or as the first of a list."""
    single = isinstance(_at(record, "victim.country"), str)
    told = [_text(record, "victim.country")] if single else _texts(record, "victim.country")
    if len(told) > 1:
        doubts.append(Doubt("victim.country", f"{len(told)} countries; the first counts"))
    code = told[0].strip().upper() if told else ""
    return code if COUNTRY.fullmatch(code) else NOWHERE


def _structure_type(industry: str) -> str:
    types = mapping()["structure_types"]
    fitting = [start for start in types if industry.startswith(start)]
    return str(types[max(fitting, key=len)] if fitting else mapping()["other_structure_type"])


def _facts(record: Record, answers: dict[str, Any], name: str, doubts: list[Doubt]) -> Facts:
    summary = _text(record, "summary").translate(CONTROLS).strip()
    if len(summary) > TEXT_LENGTH:
        doubts.append(Doubt("summary", f"cut at {TEXT_LENGTH} characters; kept whole beside"))
    category = _category(record)
    answers |= {
        "title": _title(summary, category, name),
        "description": summary[:TEXT_LENGTH],
        "origin": _origin(record),
        "category": category,
        "data_disclosed": mapping()["disclosed"].get(
            _text(record, "attribute.confidentiality.data_disclosure")
        ),
        "data_types": _data_types(record),
    }
    try:
        return Facts.model_validate(answers)
    except ValidationError as reason:
        error = reason.errors()[0]
        raise BadRecord(".".join(map(str, error["loc"])), error["msg"]) from reason


def _title(summary: str, category: str, name: str) -> str:
    """Return the first sentence of the summary, or what happened to whom."""
    first = re.split(r"(?<=[.!?])\s", summary, maxsplit=1)[0]
    title = shorten(first, TITLE_LENGTH, placeholder="…")
    if title.strip("…"):
        return title
    return f"{catalogue.incident_categories()[category].title.fr} – {name}"[:TITLE_LENGTH]


def _origin(record: Record) -> Origin:
    actions = {name for name, value in (_at(record, "action") or {}).items() if value is not None}
    for line in mapping()["origins"]:
        if actions.intersection(line["actions"]):
            return Origin(line["origin"])
    return Origin.UNDETERMINED


def _category(record: Record) -> str:
    fits = [
        str(line["category"])
        for line in mapping()["categories"]
        if any(_holds(record, path, value) for path, value in line["when"].items())
    ]
    return fits[0] if fits else UNDETERMINED


def _holds(record: Record, path: str, value: str) -> bool:
    if value == "any":
        return _at(record, path) is not None
    return value in _texts(record, path)


def _data_types(record: Record) -> list[str] | None:
    """Return the types of data, None where no word of the record tells one."""
    path = "attribute.confidentiality.data"
    data = _at(record, path)
    if data is not None and not isinstance(data, list):
        raise BadRecord(path, f"{_kind_of(data)} instead of a list")
    strange = [one for one in data or () if not isinstance(one, dict)]
    if strange:
        raise BadRecord(path, f"{_kind_of(strange[0])} in a list of objects")
    varieties = [_text(one, "variety") for one in data or ()]
    types = mapping()["data_types"]
    return list(dict.fromkeys(types[v] for v in varieties if v in types)) or None


# what is kept


def _kept(record: Record, doubts: list[Doubt]) -> dict[str, Any]:
    """Return the record without the fields that the declaration holds whole."""
    doubted = {doubt.field for doubt in doubts}
    kept = dict(record)
    for path in mapping()["mapped"]:
        if not any(field == path or field.startswith(f"{path}.") for field in doubted):
            _drop(kept, path.split("."))
    return kept


def _drop(node: dict[str, Any], names: list[str]) -> None:
    name, *rest = names
    if not rest:
        node.pop(name, None)
    elif isinstance(node.get(name), dict):
        node[name] = dict(node[name])
        _drop(node[name], rest)
        if not node[name]:
            del node[name]
