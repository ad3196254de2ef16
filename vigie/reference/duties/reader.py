"""Read duties from YAML and refuse what does not hold together."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vigie.reference.catalogue import HERE, BadReference, Title, document, french
from vigie.reference.duties.values import (
    Coming,
    Due,
    DueKind,
    DutyFact,
    Join,
    Law,
    NoticeItem,
    Predicate,
    Recipient,
    Regime,
    Stage,
    Start,
    StartKind,
    Wanted,
)

FOLDER = HERE / "regimes"
SHARED = "eu"  # the file whose stages countries take over
CERTAINTIES = {"found": True, "to_check": False}
DEFAULTS = ("", "yes", "no")
MOST_HOURS, MOST_MONTHS = 24 * 366, 24
Raw = Mapping[str, Any]


@cache
def duty_facts() -> Mapping[str, DutyFact]:
    """Return the facts that duties rest on, by code. Raises BadReference."""
    name = "duty_facts"
    with _told(name):
        lines = document(name)["entries"]
        told = [line["code"] for line in lines if line["from"] == "told"]
        found = {line["code"]: _fact(line, told) for line in lines}
    if len(found) != len(lines):
        raise BadReference(f"{name}.yaml: a code stands twice")
    return MappingProxyType(found)


@cache
def notice_items() -> Mapping[str, NoticeItem]:
    """Return what notices may hold, by code. Raises BadReference."""
    name = "notice_items"
    with _told(name):
        lines = document(name)["entries"]
        found = {line["code"]: _item(line) for line in lines}
    if len(found) != len(lines):
        raise BadReference(f"{name}.yaml: a code stands twice")
    return MappingProxyType(found)


@cache
def law(country: str = "FR", folder: Path = FOLDER) -> Law | None:
    """Return the duties of a country, None where no file says them. Raises BadReference.

    folder: where the files of the countries lie.
    """
    name = country.lower()
    if name == SHARED or not (folder / f"{name}.yaml").exists():
        return None
    with _told(f"regimes/{name}"):
        return _Country(folder, name).law()


@cache
def laws(folder: Path = FOLDER) -> tuple[Law, ...]:
    """Return the duties of every country that has a file, by country. Raises BadReference."""
    names = sorted(path.stem for path in folder.glob("*.yaml") if path.stem != SHARED)
    return tuple(found for name in names if (found := law(name.upper(), folder)))


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Say in which file something is wrong."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as reason:
        raise BadReference(f"{name}.yaml: {reason!r}") from reason


class _Country:
    """Reads the file of one country, with the stages that it takes over."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.raw = document(name, folder)
        self.shared = document(SHARED, FOLDER) if self.raw.get("adopts") else {"regimes": []}
        self.items = {**notice_items(), **self._own_items()}
        self.recipients = self._recipients(self.raw.get("recipients", ()))
        self.facts = duty_facts()

    def law(self) -> Law:
        """Return the whole."""
        taken = [self._adopted(line) for line in self.raw.get("adopts", ())]
        regimes = [*(self._regime(line) for line in self.raw.get("regimes", ())), *taken]
        _check_editions(regimes)
        return Law(self.raw["country"], tuple(regimes), self.raw["source"], self.raw["retrieved"])

    def _own_items(self) -> dict[str, NoticeItem]:
        return {line["code"]: _item(line) for line in self.raw.get("items", ())}

    @staticmethod
    def _recipients(lines: Iterable[Raw]) -> dict[str, Recipient]:
        return {
            line["code"]: Recipient(line["code"], _title(line), line.get("url", ""))
            for line in lines
        }

    def _adopted(self, line: Raw) -> Regime:
        """Return a shared regime with the dates, names and recipients of the country."""
        shared = {raw["code"]: raw for raw in self.shared["regimes"]}
        if line["regime"] not in shared:
            raise ValueError(f"{line['regime']} is not a shared regime")
        base = self._regime(shared[line["regime"]])
        own: dict[str, Any] = {}
        if "from" in line:
            own["starts"] = _starts(line["from"])
        for key in ("url", "checked_on"):
            if key in line:
                own[key] = line[key]
        if "fr" in line:
            own["title"] = _title(line)
        if "note" in line:
            own["note"] = _title(line["note"])
        return replace(base, **own, stages=self._named(base, line))

    def _named(self, base: Regime, line: Raw) -> Mapping[str, Stage]:
        to, titles = line.get("recipients", {}), line.get("titles", {})
        if unknown := (set(to) | set(titles)) - base.stages.keys():
            raise ValueError(f"{base.code} has no stage {', '.join(sorted(unknown))}")
        found = {}
        for code, stage in base.stages.items():
            known = stage.recipients
            if code in to:
                known = tuple(self.recipients[name] for name in to[code])
            title = _title(titles[code]) if code in titles else stage.title
            found[code] = replace(stage, recipients=known, title=title)
        return MappingProxyType(found)

    def _regime(self, line: Raw) -> Regime:
        is_certain = CERTAINTIES[line["certainty"]]
        if is_certain and not line["url"]:
            raise ValueError(f"{line['code']} is found nowhere")
        stages = {raw["code"]: self._stage(raw, is_certain=is_certain) for raw in line["stages"]}
        if not stages or len(stages) != len(line["stages"]):
            raise ValueError(f"{line['code']}: no stage, or one code twice")
        _check_starts(line["code"], stages)
        advises = line.get("advises")
        return Regime(
            code=line["code"],
            title=_title(line),
            law=_title(line["law"]),
            url=line["url"],
            is_certain=is_certain,
            checked_on=_day(line["checked_on"]),
            starts=_starts(line["from"]),
            until=_day(line["until"]) if line.get("until") else None,
            applies=self._predicate(line["applies"]),
            aware=_title(line["aware"]),
            told_by=line["aware"].get("told_by", ""),
            stages=MappingProxyType(stages),
            advises=self._predicate(advises) if advises else None,
            advice=_title(line["advice"]) if advises else None,
            note=_title(line["note"]) if "note" in line else None,
        )

    def _stage(self, line: Raw, *, is_certain: bool) -> Stage:
        late, target = line.get("late_item"), line.get("target")
        start = _start(line["start"])
        if (start.kind is StartKind.EVENT) != ("event" in line):
            raise ValueError(f"{line['code']}: an event needs its words, and nothing else does")
        return Stage(
            code=line["code"],
            title=_title(line),
            law=line["law"],
            start=start,
            due=_due(line["due"]),
            recipients=tuple(self._recipient(one) for one in line.get("recipients", ())),
            items=tuple(self._wanted(one) for one in line["items"]),
            is_certain=CERTAINTIES[line["certainty"]] if "certainty" in line else is_certain,
            items_certain=CERTAINTIES[line.get("items_certainty", "found")],
            event=_title(line["event"]) if "event" in line else None,
            when=self._predicate(line["when"]) if "when" in line else None,
            said_by=line.get("said_by", ""),
            late_item=self.items[late] if late else None,
            target=_due(target) if target else None,
            if_ongoing_at=line.get("if_ongoing_at", ""),
            unless_ongoing=line.get("unless_ongoing", False),
            is_declaration=line.get("is_declaration", False),
        )

    def _recipient(self, named: str | Raw) -> Recipient:
        if isinstance(named, str):
            return self.recipients[named]
        return Recipient(named["code"], _title(named), named.get("url", ""))

    def _wanted(self, named: str | Raw) -> Wanted:
        if isinstance(named, str):
            return Wanted(self.items[named])
        return Wanted(self.items[named["code"]], bool(named["required"]))

    def _predicate(self, raw: object) -> Predicate:
        return _predicate(raw, self.facts.keys())


def _predicate(raw: object, known: Iterable[str]) -> Predicate:
    """Return a predicate: a fact, or {all: […]}, {any: […]}, {not: …}."""
    if isinstance(raw, str):
        if raw not in set(known):
            raise ValueError(f"{raw} is not a known fact")
        return Predicate(Join.FACT, raw)
    if not isinstance(raw, dict) or len(raw) != 1:
        raise ValueError(f"{raw!r} is no predicate")
    ((word, inner),) = raw.items()
    join = Join(word)
    parts = [inner] if join is Join.NOT else inner
    if join is Join.FACT or not isinstance(parts, list) or not parts:
        raise ValueError(f"{raw!r} is no predicate")
    return Predicate(join, parts=tuple(_predicate(part, known) for part in parts))


def _fact(line: Raw, told: list[str]) -> DutyFact:
    is_asked = {"told": False, "asked": True}[line["from"]]
    presume, default = line.get("presume"), str(line.get("default", ""))
    if default not in DEFAULTS or (not is_asked and (presume or default)):
        raise ValueError(f"{line['code']}: an assumption belongs to a question, yes or no")
    # A presumption rests on what is told: questions that rest on each other would never end.
    return DutyFact(
        code=line["code"],
        title=_title(line),
        is_asked=is_asked,
        yes=_title(line["so"]),
        no=_title(line["not_so"]),
        unknown=_title(line["unknown"]),
        presume=_predicate(presume, told) if presume else None,
        default=default,
    )


def _item(line: Raw) -> NoticeItem:
    return NoticeItem(
        line["code"], _title(line), tuple(line["from"]), is_annex=line.get("annex", False)
    )


def _title(raw: Raw) -> Title:
    if not raw["fr"] or not raw["en"]:
        raise ValueError(f"{raw!r}: a title in both languages")
    return Title(french(str(raw["fr"])), str(raw["en"]))


def _starts(raw: object) -> date | Coming:
    return Coming(raw) if isinstance(raw, str) else _day(raw)


def _day(raw: object) -> date:
    if not isinstance(raw, date):
        raise TypeError(f"{raw!r} is no day")
    return raw


def _start(text: str) -> Start:
    kind, _, of = text.partition(":")
    start = Start(StartKind(kind), of)
    if bool(of) != (start.kind in (StartKind.EVENT, StartKind.SENT, StartKind.DUE)):
        raise ValueError(f"{text!r} is no start")
    return start


def _due(raw: object) -> Due:
    if isinstance(raw, str):
        kind = DueKind(raw)
        if kind is DueKind.WITHIN:
            raise ValueError("a deadline needs its hours or months")
        return Due(kind)
    if not isinstance(raw, dict) or len(raw) != 1 or raw.keys() - {"hours", "months"}:
        raise ValueError(f"{raw!r} is no deadline")
    due = Due(DueKind.WITHIN, **raw)
    if not (0 <= due.hours <= MOST_HOURS and 0 <= due.months <= MOST_MONTHS):
        raise ValueError(f"{raw!r} is no deadline")
    return due


def _check_starts(regime: str, stages: Mapping[str, Stage]) -> None:
    """See that stages run from stages that exist, and not in a circle."""
    for stage in stages.values():
        if stage.if_ongoing_at and stage.if_ongoing_at not in stages:
            raise ValueError(f"{regime}: {stage.if_ongoing_at} is no stage")
        seen, one = {stage.code}, stage
        while one.start.kind in (StartKind.SENT, StartKind.DUE):
            if one.start.of in seen or one.start.of not in stages:
                raise ValueError(f"{regime}: {one.code} starts from itself or from nothing")
            one = stages[one.start.of]
            seen.add(one.code)


def _check_editions(regimes: list[Regime]) -> None:
    """See that two editions of one regime do not hold at once."""
    ends: dict[str, date | None] = {}
    for regime in sorted(regimes, key=lambda one: one.begins() or date.max):
        first = regime.begins() or date.max
        if regime.code in ends and (ends[regime.code] or date.max) > first:
            raise ValueError(f"{regime.code}: two editions hold at once")
        if regime.until is not None and regime.until <= first:
            raise ValueError(f"{regime.code} ends before it starts")
        ends[regime.code] = regime.until
