"""How the journal is said: higher floors register the words of their verbs and targets. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

GAP = re.compile(r"%\((\w+)\)s")
Say = Callable[[str, object], str]


@dataclass(frozen=True)
class Target:
    """What a kind of target is called, and the page that shows one by its number."""

    words: object  # text or lazy translation
    url_name: str = ""  # such as "incidents:detail"; empty when it has no page
    is_one: bool = False  # there is one only: its number says nothing


SENTENCES: dict[str, object] = {}  # verb -> what follows the name of who acted
TARGETS: dict[str, Target] = {}  # "incident" of "incident:42" -> its words and page
ACTORS: dict[str, object] = {}  # "system:cli" -> its words
LABELS: dict[str, object] = {}  # name of a detail or of a person's role -> its words, "" hides it
VALUES: dict[str, Callable[[Any], object]] = {}  # name of a detail -> puts its value in words


def register(
    *,
    sentences: Mapping[str, object] | None = None,
    targets: Mapping[str, Target] | None = None,
    actors: Mapping[str, object] | None = None,
    labels: Mapping[str, object] | None = None,
    values: Mapping[str, Callable[[Any], object]] | None = None,
) -> None:
    """Add the words of a capability; call it when the application starts.

    sentences: by verb, lazily translated, such as "a déclaré un incident"; %(name)s stands for a
    detail of the entry. labels: of details, "" for one that tells a reader nothing. values: what
    puts the value of a detail in words, such as a role for its code.
    Raises ValueError when a verb is said twice in different words.
    """
    for verb, sentence in (sentences or {}).items():
        if SENTENCES.setdefault(verb, sentence) is not sentence:
            raise ValueError(f"the verb {verb} has a sentence already")
    TARGETS.update(targets or {})
    ACTORS.update(actors or {})
    LABELS.update(labels or {})
    VALUES.update(values or {})


def sentence(
    verb: str, details: Mapping[str, object], say: Say = lambda _name, value: str(value)
) -> tuple[str, dict[str, object]]:
    """Return what a verb says and the details that it leaves unsaid; unknown, it says itself.

    say: puts a detail in words, given its name and its value.
    """
    words = str(SENTENCES.get(verb, verb))
    said = set(GAP.findall(words))
    filled = GAP.sub(lambda gap: say(gap[1], details.get(gap[1], "…")), words)
    return filled, {name: value for name, value in details.items() if name not in said}


def label(name: str) -> str:
    """Return what a detail is called, its name where nobody said."""
    return str(LABELS.get(name) or name)
