"""Compare names of suppliers and applications, forgiving; say what an application lacks. Pure."""

from dataclasses import dataclass, replace
from typing import Self

from vigie.establishments.rules import asked_words, fold, one_typo_apart, words
from vigie.reference import catalogue

NAME_LENGTH = 200
SHORTEST_MISTYPED = 4  # letters; in a shorter word one letter makes another word
MOST_ALIASES = 30


HOSTINGS = frozenset({"", "internal", "hds", "saas", "group"})  # "" = not stated
LEAST_NEED, GREATEST_NEED = 1, 4
NEEDS = ("availability", "integrity", "confidentiality")


class BadName(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A name is empty, too long, or already somebody else's; .taken_by names whose."""

    def __init__(self, reason: str, taken_by: str = "") -> None:
        super().__init__(reason)
        self.taken_by = taken_by


def clean_name(text: str) -> str:
    """Return a name as it is stored: one space between words. Raises BadName."""
    name = " ".join(text.split())
    if not fold(name):
        raise BadName("is empty")
    if len(name) > NAME_LENGTH:
        raise BadName(f"is longer than {NAME_LENGTH} characters")
    return name


def clean_aliases(texts: list[str], name: str) -> list[str]:
    """Return other names once each, without the name itself, in their order. Raises BadName."""
    seen = {fold(name)}
    kept: list[str] = []
    for text in texts:
        if not text.strip() or fold(text) in seen:
            continue
        kept.append(clean_name(text))
        seen.add(fold(text))
    if len(kept) > MOST_ALIASES:
        raise BadName(f"has more than {MOST_ALIASES} other names")
    return kept


def same_name(one: str, other: str) -> bool:
    """Return whether two names differ only by capitals, accents and punctuation."""
    return fold(one) == fold(other)


def search_text(*names: str) -> str:
    """Return what search reads of a supplier: every word of its names, folded."""
    return " ".join(dict.fromkeys(word for name in names for word in words(name)))


def closeness(asked: str, known: str) -> int | None:
    """Return how well a folded text answers a question: 0 best, None when it does not.

    Every word asked must begin one of the text's words, or be one typing mistake away.
    """
    found = [_closeness(word, known.split()) for word in asked_words(asked)]
    if not found or any(level is None for level in found):
        return None
    return sum(level for level in found if level is not None)


def _closeness(word: str, known: list[str]) -> int | None:
    if word in known:
        return 0
    if any(other.startswith(word) for other in known):
        return 1
    if len(word) >= SHORTEST_MISTYPED and any(one_typo_apart(word, other) for other in known):
        return 2
    return None


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """What a person states about an application. None or empty = not stated."""

    name: str
    supplier: int | None = None  # id
    hosting: str = ""
    care_activities: tuple[str, ...] = ()
    availability: int | None = None
    integrity: int | None = None
    confidentiality: int | None = None

    def checked(self) -> Self:
        """Return the same facts in stored form. Raises BadName, ValueError for an unknown code."""
        known = catalogue.care_activities()
        if self.hosting not in HOSTINGS:
            raise ValueError(f"unknown hosting {self.hosting}")
        needs = [getattr(self, name) for name in NEEDS]
        if any(need is not None and not LEAST_NEED <= need <= GREATEST_NEED for need in needs):
            raise ValueError("a need is not between 1 and 4")
        if unknown := set(self.care_activities) - known.keys():
            raise ValueError(f"unknown care activity {', '.join(sorted(unknown))}")
        ordered = tuple(code for code in known if code in self.care_activities)
        return replace(self, name=clean_name(self.name), care_activities=ordered)


def lacks(
    *, hosting: str, care_activities: list[str], needs: tuple[int | None, ...]
) -> tuple[str, ...]:
    """Return what nobody entered yet of an application: hosting, care_activities, needs."""
    told = {
        "care_activities": bool(care_activities),
        "hosting": bool(hosting),
        "needs": all(need is not None for need in needs),
    }
    return tuple(name for name, so in told.items() if not so)
