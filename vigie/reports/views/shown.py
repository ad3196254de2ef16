"""Put what a report says, and what it asks of its sender, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.reference import advice
from vigie.reference.advice import Advice
from vigie.reports.models import Report
from vigie.reports.queries import Telephone
from vigie.reports.rules import Answer

FALLBACK_ICON = "dots"


@dataclass(frozen=True, slots=True)
class ShownAdvice:
    """What to do, in words: one strong sentence and its steps."""

    code: str
    title: str
    icon: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who validated the wording; nobody: an empty name."""

    by: str
    on: date | None


@dataclass(frozen=True, slots=True)
class ShownTelephone:
    """A number with who answers there, in words."""

    label: str
    number: str
    dialled: str


@dataclass(frozen=True, slots=True)
class Said:
    """The choices of a report in words."""

    picture: str
    icon: str
    danger: str
    device: str


def orders(codes: Iterable[str] | None = None) -> list[ShownAdvice]:
    """Return the orders that a patient's safety asks, all of them or those named, in order."""
    known = advice.report_orders()
    return [_shown(known[code]) for code in (known if codes is None else codes)]


def advices() -> list[ShownAdvice]:
    """Return the advice of each pictured choice, in the order of the choices."""
    return [_shown(entry) for entry in advice.report_pictures().values()]


def advice_of(picture: str) -> ShownAdvice | None:
    """Return the advice of a pictured choice, None for none."""
    entry = advice.report_pictures().get(picture)
    return _shown(entry) if entry else None


def telephone(found: Telephone | None) -> ShownTelephone | None:
    """Return the number to call in words, None where none is known."""
    if found is None:
        return None
    return ShownTelephone(found.who.in_(_language()), found.number, found.dialled)


def validation() -> Vouched:
    """Return who vouches for the wording."""
    known = advice.report_validation()
    return Vouched(known.by, known.on)


def said(report: Report) -> Said:
    """Return the choices of a report in words."""
    entry = advice.report_pictures().get(report.picture)
    return Said(
        entry.title.in_(_language()) if entry else _("Non précisé"),
        entry.icon if entry else FALLBACK_ICON,
        answer_words(report.danger),
        answer_words(report.device),
    )


def answer_words(answer: str) -> str:
    """Return an answer in words."""
    words = {
        str(Answer.YES): _("Oui"),
        str(Answer.NO): _("Non"),
        str(Answer.UNSURE): _("Je ne sais pas"),
    }
    return words.get(answer, _("Non précisé"))


def _shown(entry: Advice) -> ShownAdvice:
    language = _language()
    return ShownAdvice(entry.code, entry.title.in_(language), entry.icon, entry.steps[language])


def _language() -> str:
    return "en" if (get_language() or "fr").startswith("en") else "fr"
