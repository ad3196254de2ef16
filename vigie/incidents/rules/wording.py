"""Templates of answers: fill their gaps with what a file holds. Pure."""

import re
from collections.abc import Mapping

GAPS = ("reference", "structure", "title", "declared", "action", "analyst")
GAP = re.compile(r"\{([^{}\n]{0,40})\}")
TITLE_LENGTH, TEXT_LENGTH = 100, 8_000


class BadWording(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A template does not hold together; .field names where, .gaps the unknown ones."""

    def __init__(self, field: str, reason: str, gaps: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.field = field
        self.gaps = gaps


def unknown(text: str) -> tuple[str, ...]:
    """Return the gaps of a text that nothing fills, each once, in their order."""
    return tuple(dict.fromkeys(name for name in GAP.findall(text) if name not in GAPS))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its gaps filled; what is unknown stays as it was typed.

    A value that holds a gap is not filled again.
    """
    return GAP.sub(lambda found: values.get(found[1], found[0]), text)


def check(title: str, french: str, english: str) -> None:
    """Raise BadWording unless title and both texts are there and every gap can be filled."""
    for field, text in (("title", title), ("text_fr", french), ("text_en", english)):
        if not text.strip():
            raise BadWording(field, "is missing")
        limit = TITLE_LENGTH if field == "title" else TEXT_LENGTH
        if len(text) > limit:
            raise BadWording(field, f"is longer than {limit} characters")
        if field != "title" and (gaps := unknown(text)):
            raise BadWording(field, "holds gaps that nothing fills", gaps)
