"""Understand the rows of somebody else's table by a mapping of its columns."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.utils.translation import gettext
from pydantic import ValidationError

from vigie.establishments.rules import finess_of, fold, is_finess
from vigie.incidents.feeds import declarations, sheets, words
from vigie.incidents.feeds.arrivals import Arrival, Doubt, Stranger
from vigie.incidents.feeds.declarations import Reading, Written
from vigie.incidents.feeds.records import BadRecord, check_storable
from vigie.incidents.feeds.tables import Row
from vigie.incidents.rules import columns
from vigie.incidents.rules.columns import DECLARED, ESTABLISHMENT, KEY, STRUCTURE_NAME
from vigie.incidents.rules.facts import LINE_LENGTH, TEXT_LENGTH, Facts, Partial
from vigie.incidents.rules.mapping import (
    IGNORED,
    KEPT,
    Days,
    Mapping,
    Unlisted,
    Unread,
    Use,
    holds_words,
)
from vigie.kernel.imports import UnusableInput
from vigie.kernel.partial import BadDate, PartialDate
from vigie.reference import catalogue

KEY_LENGTH = 200
NAME_LENGTH = 200
UNNAMED_TYPE = "AUTRE"
MONTH_FIRST = re.compile(r"(\d{1,2})([/. -])(\d{1,2})\2(\d{4})", re.ASCII)
LONG_TEXTS = frozenset(
    name
    for name in columns.TEXTS & set(Facts.model_fields)
    if TEXT_LENGTH in [getattr(part, "max_length", 0) for part in Facts.model_fields[name].metadata]
)


class LeftOut(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A record that the mapping does not want."""


class Loose(Written):
    """A record as a mapping makes it: the structure may be known by name, the date in facts."""

    establishment: str = ""
    declared: Partial = ""


@dataclass
class Content:
    """What the cells of a row say, field by field, and what was not taken as it stands."""

    values: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)


@dataclass
class Reader:
    """Reads the rows of one run: it knows the rows that came before."""

    mapping: Mapping
    reading: Reading
    country: str
    _seen: Counter[str] = field(default_factory=Counter)  # rows without a key, by content

    def read(self, path: Path, told: Callable[[int], None]) -> Iterator[Row]:
        """Yield the rows of a file. Raises UnusableInput where a column is missing."""
        is_checked = False
        for row in sheets.rows(path, self.mapping.shape, told):
            if not is_checked and row.cells:
                self._check(path, row)
                is_checked = True
            yield row

    def _check(self, path: Path, row: Row) -> None:
        wanted = [use.column for use in self.mapping.columns if use.to not in {KEPT, IGNORED}]
        missing = [name for name in [*wanted, *self.mapping.only] if name not in row.cells]
        if missing:
            told = gettext("colonne absente : %(names)s") % {"names": ", ".join(missing)}
            raise UnusableInput(str(path), told)

    def understand(self, row: Row, file: str) -> Arrival:
        """Return what a row says.

        Raises BadRecord, naming the column and the reason, and LeftOut for a row not wanted.
        """
        if row.fault:
            raise BadRecord("", row.fault)
        check_storable(row.cells)
        if not self.mapping.takes(row.cells):
            raise LeftOut
        content = self._content(row)
        try:
            return self._arrival(row, content, file)
        except BadRecord as reason:
            raise BadRecord(self._column(reason.field), reason.reason) from reason

    def _column(self, name: str) -> str:
        """Return the column that fills a field, the field itself where none does."""
        return next((use.column for use in self.mapping.columns if use.to == name), name)

    def _content(self, row: Row) -> Content:
        content = Content(doubts=[Doubt(name, told) for name, told in row.doubts.items()])
        used = set()
        for use in self.mapping.columns:
            used.add(use.column)
            cell = row.cells.get(use.column, "")
            if use.to not in {KEPT, IGNORED} and use.column in row.faults:
                raise BadRecord(use.column, row.faults[use.column])
            if use.to == KEPT and cell:
                content.kept[use.column] = cell
            elif use.to != IGNORED and cell:
                self._take(use, cell, content)
        if self.mapping.others == KEPT:
            beside = {name: cell for name, cell in row.cells.items() if name not in used and cell}
            content.kept |= beside
        for name, text in self.mapping.constants.items():
            self._take(Use(column=name, to=name), text, content)
        return content

    def _take(self, use: Use, cell: str, content: Content) -> None:
        """Put what a cell means into its field, beside what other columns said there."""
        if use.to in columns.LISTS:
            found = content.values.setdefault(use.to, [])
            if fold(cell) not in columns.NOTHING:
                found += [w for w in self._words(use, cell, content) if w not in found]
        elif holds_words(use.to):
            meant = self._words(use, cell, content)
            if len(meant) > 1:
                first = next(part for part in use.parts(cell) if self._word(use, part) == meant[0])
                told = gettext("plusieurs valeurs : « %(first)s » est retenue") % {"first": first}
                content.doubts.append(Doubt(use.column, told))
            if meant:
                content.values[use.to] = _answer(meant[0]) if _is_answer(use) else meant[0]
        elif use.to in columns.TEXTS:
            self._text(use, cell, content)
        else:
            content.values[use.to] = self._single(use, cell)

    def _words(self, use: Use, cell: str, content: Content) -> list[str]:
        """Return the words of a closed list that a cell means, in its order."""
        found = []
        for part in use.parts(cell):
            word = self._word(use, part)
            if word is None:
                told = gettext("« %(text)s » n’a pas de correspondance") % {"text": part[:80]}
                if self.mapping.unread is Unread.REFUSED:
                    raise BadRecord(use.column, told)
                content.doubts.append(Doubt(use.column, told))
                content.kept[use.column] = cell
            elif word and word not in found:
                found.append(word)
        return found

    def _word(self, use: Use, part: str) -> str | None:
        """Return the word that a value means: as the mapping says, a code, or a label."""
        said = use.meant(part)
        name = fold(part)
        if said is not None:
            part, name = said, fold(said)
        if not name:
            return ""
        if _is_answer(use):
            return "yes" if name in columns.YES else "no" if name in columns.NO else None
        codes = {fold(code): code for code in columns.closed_words(use.to)}
        return codes.get(name) or words.labels(use.to).get(name)

    def _text(self, use: Use, cell: str, content: Content) -> None:
        before = content.values.get(use.to, "")
        joined = f"{before} / {cell}" if use.to == KEY else f"{before}\n{cell}"
        text = joined if before else cell
        if use.to not in LONG_TEXTS:
            text = " ".join(text.split())
        longest = TEXT_LENGTH if use.to in LONG_TEXTS else LINE_LENGTH
        if len(text) > longest and use.to != KEY:
            told = gettext("coupé à %(n)s signes ; entier dans les autres informations")
            content.doubts.append(Doubt(use.column, told % {"n": longest}))
            content.kept[use.column] = cell
            text = text[: longest - 1] + "…"
        content.values[use.to] = text

    def _single(self, use: Use, cell: str) -> object:
        """Return what a cell says in a field of its own kind. Raises BadRecord."""
        if use.to in columns.DATES:
            return self._date(use, cell)
        if use.to in columns.COUNTS:
            return _count(use, cell)
        number = finess_of(cell)
        if not is_finess(number):
            told = gettext("« %(text)s » n’est pas un numéro FINESS") % {"text": cell[:20]}
            raise BadRecord(use.column, told)
        return number

    def _date(self, use: Use, cell: str) -> str:
        text = " ".join(cell.split())
        if self.mapping.days is Days.MONTH_FIRST:
            text = MONTH_FIRST.sub(r"\3\2\1\2\4", text, count=1)
        try:
            return str(PartialDate.typed(text, self.reading.zone))
        except BadDate as reason:
            told = gettext("« %(text)s » n’est pas une date") % {"text": cell[:40]}
            raise BadRecord(use.column, told) from reason

    def _arrival(self, row: Row, content: Content, file: str) -> Arrival:
        key = content.values.pop(KEY, "") if self.mapping.has_keys else self._content_key(row)
        if not key or len(key) > KEY_LENGTH:
            raise BadRecord(KEY, gettext("une référence de 1 à 200 signes est attendue"))
        name = content.values.pop(STRUCTURE_NAME, "")
        self._default_title(content, name, key)
        written = _checked(content, key, self.mapping.source)
        declarations.check_dates(written, self.reading)
        self._check_told(written, name)
        return Arrival(
            file=file,
            line=row.line,
            source=written.source,
            key=key,
            key_field=self._column(KEY),
            finess=written.establishment,
            site=written.site,
            structure_name=name,
            stranger=self._stranger(written, name),
            facts=written.facts,
            declared=written.declared,
            status=written.status,
            status_reason=written.status_reason,
            major_confirmed=written.major_confirmed,
            event=written.event,
            kept=content.kept,
            doubts=tuple(content.doubts),
        )

    def _content_key(self, row: Row) -> str:
        """Return a key for a row that has none: of what it holds, and how often that came."""
        told = json.dumps(row.cells, sort_keys=True, ensure_ascii=False)
        digest = sha256(told.encode()).hexdigest()[:24]
        self._seen[digest] += 1
        times = self._seen[digest]
        return f"row-{digest}" if times == 1 else f"row-{digest}-{times}"

    def _check_told(self, written: Loose, name: str) -> None:
        if not written.declared and not written.facts.occurred:
            raise BadRecord(self._dated(), gettext("une date est attendue"))
        is_placed = written.establishment or written.site or name
        if self.mapping.unlisted is Unlisted.REFUSED and not is_placed:
            raise BadRecord(ESTABLISHMENT, gettext("une structure est attendue"))

    def _dated(self) -> str:
        fields = {use.to for use in self.mapping.columns}
        return DECLARED if DECLARED in fields else "occurred"

    def _stranger(self, written: Loose, name: str) -> Stranger | None:
        """Return the structure to open where the register does not hold it, None for none."""
        if self.mapping.unlisted is Unlisted.REFUSED:
            return None
        number = written.establishment or written.site
        if number:
            key = f"finess:{number}"
        else:
            key = f"name:{self.country}:{fold(name)}" if name else f"record:{written.key}"
        if len(key) > 120:
            key = f"sha256:{sha256(key.encode()).hexdigest()}"
        unnamed = gettext("Structure sans nom (%(key)s)") % {"key": number or written.key[-8:]}
        return Stranger(key, (name or unnamed)[:NAME_LENGTH], self.country, UNNAMED_TYPE)

    def _default_title(self, content: Content, name: str, key: str) -> None:
        """Give a record without title one that says what happened to whom, or its key."""
        if content.values.get("title"):
            return
        code = content.values.get("category", "")
        what = catalogue.incident_categories()[code].title.fr if code else ""
        day = content.values.get(DECLARED) or content.values.get("occurred", "")
        own = f"Déclaration {key}" if self.mapping.has_keys else f"{self.mapping.source} {day}"
        told = " – ".join(part for part in (what, name) if part)
        content.values["title"] = (told or own)[:LINE_LENGTH]


def _is_answer(use: Use) -> bool:
    return use.to in columns.ANSWERS


def _answer(word: str) -> bool:
    return word == "yes"


def _count(use: Use, cell: str) -> int:
    digits = re.sub(r"[\s']", "", cell)
    if not re.fullmatch(r"\d{1,9}", digits, re.ASCII):
        told = gettext("« %(text)s » n’est pas un nombre entier") % {"text": cell[:20]}
        raise BadRecord(use.column, told)
    return int(digits)


def _checked(content: Content, key: str, source: str) -> Loose:
    """Return a record that the house can store. Raises BadRecord."""
    beside = {n: v for n, v in content.values.items() if n in columns.BESIDE}
    facts = {n: v for n, v in content.values.items() if n not in columns.BESIDE}
    try:
        return Loose.model_validate(beside | {"key": key, "source": source, "facts": facts})
    except ValidationError as reason:
        error = reason.errors()[0]
        name = str(error["loc"][1] if error["loc"][0] == "facts" else error["loc"][0])
        told = gettext("valeur refusée (%(reason)s)") % {"reason": error["msg"]}
        raise BadRecord(name, told) from reason
