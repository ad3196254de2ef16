"""Read what a person types to find a file: its reference, an event's, a FINESS number, words."""

import re
from dataclasses import dataclass

from vigie.establishments.rules import finess_of, fold, is_finess

# INC-2026-0417, 2026-0417 or 26-0417; EV-2026-031
FILE = re.compile(r"(?:inc[- ]?)?(?P<year>20\d\d|\d\d)-(?P<number>\d{1,15})", re.ASCII)
EVENT = re.compile(r"ev[- ]?20\d\d-(?P<number>\d{1,15})", re.ASCII)
MOST_WORDS = 8
LONGEST = 200  # characters; more is nobody's question


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question asks for; one of these, or nothing."""

    file: int | None = None
    year: int | None = None  # of the file, in four digits
    event: int | None = None
    finess: str = ""
    words: tuple[str, ...] = ()  # each the beginning of a word, all must be there

    @property
    def is_empty(self) -> bool:
        """Return whether the question holds nothing to look for."""
        return not (self.file or self.event or self.finess or self.words)


def wanted(text: str) -> Wanted:
    """Return what a typed text asks for."""
    typed = text[:LONGEST].strip()
    plain = typed.casefold()
    if found := FILE.fullmatch(plain):
        year = int(found["year"])
        return Wanted(file=int(found["number"]), year=year if year > 99 else 2000 + year)
    if found := EVENT.fullmatch(plain):
        return Wanted(event=int(found["number"]))
    if is_finess(finess_of(typed)):
        return Wanted(finess=finess_of(typed))
    return Wanted(words=tuple(dict.fromkeys(fold(typed).split()))[:MOST_WORDS])
