"""Keep the templates of answers of a nation's desk."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.rules import Place
from vigie.incidents.models import AnswerTemplate
from vigie.incidents.rules import wording


@dataclass(frozen=True, slots=True)
class Wording:
    """What a template says."""

    title: str
    text_fr: str
    text_en: str


def save_template(
    *,
    by: User,
    country: str,
    words: Wording,
    now: datetime,
    template: AnswerTemplate | None = None,
) -> AnswerTemplate:
    """Add a template for a nation's desk, or give one other words.

    Raises PermissionDenied, BadWording when something is missing, a gap is unknown or the title is
    taken.
    """
    require(by, Permission.MANAGE_ANSWERS, at=template.place if template else Place(country))
    wording.check(words.title, words.text_fr, words.text_en)
    try:
        with transaction.atomic():
            return _save(by, country, words, now, template)
    except IntegrityError as reason:
        raise wording.BadWording("title", "is taken") from reason


def _save(
    by: User, country: str, words: Wording, now: datetime, template: AnswerTemplate | None
) -> AnswerTemplate:
    saved = template or AnswerTemplate(country=country)
    saved.title = " ".join(words.title.split())
    saved.text_fr, saved.text_en = words.text_fr.strip(), words.text_en.strip()
    saved.changed_at, saved.changed_by = now, by
    saved.save()
    _journal(by, saved, "template.saved", now)
    return saved


@transaction.atomic
def retire_template(*, by: User, template: AnswerTemplate, now: datetime) -> None:
    """Offer a template no more. Raises PermissionDenied."""
    require(by, Permission.MANAGE_ANSWERS, at=template.place)
    template.retired_at = now
    template.save(update_fields=["retired_at"])
    _journal(by, template, "template.retired", now)


def _journal(by: User, template: AnswerTemplate, verb: str, now: datetime) -> None:
    record(
        actor=by.journal_name,
        verb=verb,
        target=f"template:{template.pk}",
        at=now,
        details={"title": template.title},
    )
