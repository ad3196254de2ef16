"""Decide what a report asks of its sender, how it is numbered, and what may be done with it.

Pure: no Django, no clock, no database.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from vigie.kernel import nir

# Neither vowels, so that no code reads as a word, nor signs that are taken for others (0 O, 1 I L).
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
CODE_LENGTH = 8  # 27^8: 2.8e11 codes, so that trying them finds nothing
KEY_SHAPE = re.compile(r"[0-9a-f]{48}")
TOKEN_SHAPE = re.compile(r"[A-Za-z0-9_-]{32}")
TEXT_LENGTH, WHERE_LENGTH, NAME_LENGTH, PHONE_LENGTH = 4_000, 120, 120, 32
ANSWER_LENGTH = 4_000
QUICK = 2.0  # seconds: nobody reads and answers two questions faster


class Answer(StrEnum):
    """What somebody at the bedside answers to a question about a patient."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class State(StrEnum):
    """Where a report stands, for those who handle it and for whoever sent it."""

    WAITING = "waiting"
    DRAFTED = "drafted"  # somebody is writing the declaration
    DECLARED = "declared"
    ATTACHED = "attached"  # to a file that was there already
    REJECTED = "rejected"


class Mark(StrEnum):
    """Why a report may come from a machine. It is taken all the same."""

    TRAP = "trap"  # a field that people do not see was filled
    QUICK = "quick"  # answered faster than people do
    UNSIGNED = "unsigned"  # not sent from a page that this Vigie drew
    FLOOD = "flood"  # one of too many from the same place or address


class Side(StrEnum):
    """Who wrote a word in the exchange about a report."""

    SENDER = "sender"
    OFFICER = "officer"


_MAYBE = frozenset({Answer.YES, Answer.UNSURE})
DANGER_RANK = {Answer.YES: 2, Answer.UNSURE: 1, Answer.NO: 0}


class BadWord(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A sentence is missing, or too long to be stored; .field names which."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field} {reason}")


class Settled(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The report is dealt with: somebody declared, attached or rejected it before."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the sender of a report says. Empty: not answered."""

    danger: str = ""
    device: str = ""
    picture: str = ""
    text: str = ""
    where: str = ""
    name: str = ""
    phone: str = ""

    @property
    def is_urgent(self) -> bool:
        """Return whether a patient is said to be in danger: never refused, never held back."""
        return self.danger == Answer.YES

    def digest(self) -> str:
        """Return a fingerprint: the same words give the same."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Clean:
    """What is stored of a report, and how many social-security numbers were masked in it."""

    told: Told
    masked: int


def clean(told: Told) -> Clean:
    """Return a report as it is stored: masked, without control signs, cut to its columns."""
    lengths = {
        "text": TEXT_LENGTH,
        "where": WHERE_LENGTH,
        "name": NAME_LENGTH,
        "phone": PHONE_LENGTH,
    }
    count, kept = 0, {}
    for name, longest in lengths.items():
        masked, found = nir.mask(printable(getattr(told, name)))
        kept[name] = masked[:longest].strip()
        count += found
    return Clean(replace(told, **kept), count)


def printable(text: str) -> str:
    """Return a text without the control signs that no database and no page needs."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")


def keeps_hands_off(danger: str, device: str) -> bool:
    """Return whether nothing may be unplugged or switched off: yes, unsure or not answered.

    Only two clear noes free the advice that touches the equipment.
    """
    return not (danger == Answer.NO and device == Answer.NO)


def orders(danger: str, device: str) -> list[str]:
    """Return the codes of the orders that the two answers cause, the first one first."""
    found = ["danger"] if danger in _MAYBE else []
    return [*found, "device"] if device in _MAYBE or not device else found


def call_reason(danger: str, device: str) -> str:
    """Return why whoever is on call is called: danger, urgent or report.

    Unsure counts as yes for the equipment of a patient; danger is what the sender asserts.
    """
    if danger == Answer.YES:
        return "danger"
    return "urgent" if danger == Answer.UNSURE or device in _MAYBE else "report"


def new_code(draw: Sequence[int]) -> str:
    """Return the code of a short link from as many numbers as it has signs."""
    return "".join(ALPHABET[number % len(ALPHABET)] for number in draw)


def read_code(typed: str) -> str:
    """Return a code as it is stored from what somebody typed, "" when it is none."""
    code = re.sub(r"[\s-]", "", typed).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def number(year: int, serial: int) -> str:
    """Return the number that a sender says on the telephone: S-26-0417."""
    return f"S-{year % 100:02d}-{serial:04d}"


def read_number(typed: str) -> int | None:
    """Return the serial that somebody means by S-26-0417, None when it is no number."""
    found = re.fullmatch(r"[sS]?-?(?:[0-9]{2}-)?([0-9]{1,15})", typed.strip())
    return int(found[1]) if found else None


def fingerprint(secret: str) -> str:
    """Return what the database keeps of a secret: enough to know it again, not to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def worse(one: str, other: str) -> str:
    """Return the graver of two answers; an answer is graver than none."""
    ranks = {str(answer): rank for answer, rank in DANGER_RANK.items()}
    return max(one, other, key=lambda answer: ranks.get(answer, -1))


def check_words(field: str, text: str, *, longest: int = ANSWER_LENGTH) -> str:
    """Return a sentence that may be stored.

    Raises BadWord when nothing is left of it, or more than is kept.
    """
    text = printable(text).strip()
    if not text:
        raise BadWord(field, "is empty")
    if len(text) > longest:
        raise BadWord(field, "is too long")
    return text


def title(picture: str, where: str) -> str:
    """Return one line that names a report: what, and where exactly."""
    return " · ".join(part for part in (picture, where) if part)


def asks_again(told: Told, marks: Iterable[Mark], *, is_busy: bool) -> bool:
    """Return whether the sender must send once more, with all that was typed still there.

    A machine gives up or betrays itself; a person presses the button again. Never asked where a
    patient is in danger. Being quick matters only while many arrive (is_busy).
    """
    found = set(marks)
    if told.is_urgent:
        return False
    return bool(found & {Mark.TRAP, Mark.UNSIGNED, Mark.FLOOD}) or (is_busy and Mark.QUICK in found)
