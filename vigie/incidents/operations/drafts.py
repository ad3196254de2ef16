"""Keep what somebody is still writing, so that nothing typed is lost."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.models import Establishment, Site
from vigie.incidents.models import Draft
from vigie.kernel import nir

DRAFT_SIZE = 400_000  # characters of all answers together


class TooLong(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The draft holds more text than a declaration may."""


@transaction.atomic
def save_draft(
    *,
    by: User,
    key: UUID,
    establishment: Establishment | None,
    site: Site | None,
    content: dict[str, Any],
    step: str,
    now: datetime,
) -> Draft:
    """Keep the answers of a draft, checked or not, and return it.

    Free texts are masked as in a declaration. Raises PermissionDenied when the person may not
    declare there or the draft is somebody else's, TooLong beyond DRAFT_SIZE characters.
    """
    _check(by, establishment)
    clean = {name: mask(value) for name, value in content.items()}
    if sum(len(str(value)) for value in clean.values()) > DRAFT_SIZE:
        raise TooLong
    draft = Draft.objects.select_for_update().filter(key=key).first()
    if draft is not None and draft.by_id != by.pk:
        raise PermissionDenied("the draft is somebody else's")
    created = draft is None
    draft = draft or Draft(key=key, by=by, created_at=now)
    draft.establishment, draft.site = establishment, site
    draft.content, draft.step, draft.updated_at = clean, step, now
    draft.save()
    if created:
        _journal(by, draft, "draft.started", now)
    return draft


@transaction.atomic
def discard_draft(*, by: User, draft: Draft, now: datetime) -> None:
    """Throw a draft away. Raises PermissionDenied unless it is the person's own."""
    if draft.by_id != by.pk:
        raise PermissionDenied("the draft is somebody else's")
    _journal(by, draft, "draft.discarded", now)
    draft.delete()


def _check(by: User, establishment: Establishment | None) -> None:
    if establishment is not None:
        require(by, Permission.DECLARE, at=establishment.place)
    elif not by.may(Permission.DECLARE):
        raise PermissionDenied(f"{by.journal_name} may declare nowhere")


def _journal(by: User, draft: Draft, verb: str, now: datetime) -> None:
    record(actor=by.journal_name, verb=verb, target=f"draft:{draft.key}", at=now)


def mask(value: Any) -> Any:
    """Return an answer of a draft with the social-security numbers of its texts masked."""
    if isinstance(value, str):
        return nir.mask(value)[0]
    if isinstance(value, list):
        return [mask(part) for part in value]
    if isinstance(value, dict):
        return {name: mask(part) for name, part in value.items()}
    return value
