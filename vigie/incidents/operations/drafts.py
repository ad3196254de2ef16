"""Keep what somebody is still writing, so that nothing typed is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.models import Establishment, Site
from vigie.incidents.models import Declaration, Draft, Incident
from vigie.inventory.operations import find_or_add_application, find_or_add_supplier
from vigie.kernel import nir

DRAFT_SIZE = 400_000  # characters of all answers together
# Where the two names that a declaration may add to the inventory stand in the answers.
SYSTEMS = "systems"
APPLICATIONS, NEW_APPLICATION = "applications", "new_application"
SUPPLIER, SUPPLIER_NAME = "supplier", "supplier_name"


class TooLong(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The draft holds more text than a declaration may."""


class AlreadySent(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The draft became a declaration; .incident is its file."""

    def __init__(self, incident: Incident) -> None:
        super().__init__(incident.reference)
        self.incident = incident


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft on disk, and how many social-security numbers were masked in it this time."""

    draft: Draft
    masked: int = 0


def save_draft(
    *,
    by: User,
    key: UUID,
    establishment: Establishment | None,
    site: Site | None,
    content: dict[str, Any],
    step: str,
    now: datetime,
) -> Saved:
    """Keep the answers of a draft, checked or not.

    content: answers by step; the steps that are not in it stay as they are.
    Free texts are masked as in a declaration. Raises PermissionDenied when the person may not
    declare there or the draft is somebody else's, TooLong beyond DRAFT_SIZE characters,
    AlreadySent when the key became a declaration.
    """
    _check(by, establishment, site)
    try:
        with transaction.atomic():
            return _save(by, key, (establishment, site), content, step, now)
    except IntegrityError:
        # Begun twice at the same moment, and the other won: now it is there.
        with transaction.atomic():
            return _save(by, key, (establishment, site), content, step, now)


def _save(
    by: User,
    key: UUID,
    structure: tuple[Establishment | None, Site | None],
    content: dict[str, Any],
    step: str,
    now: datetime,
) -> Saved:
    draft = _held(by, key)
    created = draft is None
    draft = draft or Draft(key=key, by=by, created_at=now, content={})
    masks = {name: mask(value) for name, value in content.items()}
    draft.content = draft.content | {name: clean for name, (clean, _count) in masks.items()}
    if sum(len(str(value)) for value in draft.content.values()) > DRAFT_SIZE:
        raise TooLong
    draft.establishment, draft.site = structure
    draft.step, draft.updated_at = step, now
    draft.save()
    if created:
        _journal(by, draft, "draft.started", now)
    return Saved(draft, sum(count for _clean, count in masks.values()))


@transaction.atomic
def add_named(*, by: User, draft: Draft, application: str, supplier: str, now: datetime) -> Draft:
    """Put what a draft names into the inventory, if it is not there, and choose it in the draft.

    An empty name adds nothing. Raises PermissionDenied when the draft is somebody else's or has no
    structure yet, BadName when a name cannot be stored.
    """
    draft = _own(by, draft)
    if draft.establishment is None:
        raise PermissionDenied("the draft has no structure yet")
    answers = dict(draft.content.get(SYSTEMS, {}))
    if application.strip():
        at = (draft.site or draft.establishment).place
        found = find_or_add_application(
            by=by, establishment=draft.establishment, name=application, now=now, at=at
        )
        chosen = answers.get(APPLICATIONS, [])
        answers[APPLICATIONS] = list(dict.fromkeys([*chosen, str(found.pk)]))
        answers.pop(NEW_APPLICATION, None)
    if supplier.strip():
        company = find_or_add_supplier(by=by, name=supplier, now=now)
        answers[SUPPLIER], answers[SUPPLIER_NAME] = [str(company.pk)], [company.name]
    draft.content = draft.content | {SYSTEMS: answers}
    draft.updated_at = now
    draft.save(update_fields=["content", "updated_at"])
    return draft


@transaction.atomic
def discard_draft(*, by: User, draft: Draft, now: datetime) -> None:
    """Throw a draft away. Raises PermissionDenied unless it is the person's own."""
    draft = _own(by, draft)
    _journal(by, draft, "draft.discarded", now)
    draft.delete()


@transaction.atomic
def forget_old_drafts(now: datetime) -> int:
    """Erase the drafts that nobody changed for long enough, and return how many."""
    before = now - timedelta(days=settings.DRAFTS_KEPT_DAYS)
    old = list(Draft.objects.select_for_update().filter(updated_at__lt=before).order_by("id"))
    for draft in old:
        record(actor="system:worker", verb="draft.expired", target=f"draft:{draft.key}", at=now)
        draft.delete()
    return len(old)


def _held(by: User, key: UUID) -> Draft | None:
    """Return the draft of a key, locked until the transaction ends, if it was begun."""
    sent = Declaration.objects.select_related("incident").filter(key=key).first()
    if sent is not None and sent.declared_by_id == by.pk:
        raise AlreadySent(sent.incident)
    draft = Draft.objects.select_for_update().filter(key=key).first()
    if sent is not None or (draft is not None and draft.by_id != by.pk):
        raise PermissionDenied("the draft is somebody else's")
    return draft


def _own(by: User, draft: Draft) -> Draft:
    rows = Draft.objects.select_for_update(of=("self",)).select_related("establishment", "site")
    draft = rows.get(pk=draft.pk)
    if draft.by_id != by.pk:
        raise PermissionDenied("the draft is somebody else's")
    return draft


def _check(by: User, establishment: Establishment | None, site: Site | None) -> None:
    if site is not None or establishment is not None:
        require(by, Permission.DECLARE, at=(site or establishment).place)  # type: ignore[union-attr]
    elif not by.may(Permission.DECLARE):
        raise PermissionDenied(f"{by.journal_name} may declare nowhere")


def _journal(by: User, draft: Draft, verb: str, now: datetime) -> None:
    record(actor=by.journal_name, verb=verb, target=f"draft:{draft.key}", at=now)


def mask(value: Any) -> tuple[Any, int]:
    """Return an answer with the social-security numbers of its texts masked, and their count."""
    if isinstance(value, str):
        return nir.mask(value.replace("\0", ""))  # PostgreSQL stores no NUL
    if isinstance(value, list):
        parts = [mask(part) for part in value]
        return [clean for clean, _count in parts], sum(count for _clean, count in parts)
    if isinstance(value, dict):
        named = {name: mask(part) for name, part in value.items()}
        return {n: clean for n, (clean, _c) in named.items()}, sum(c for _n, c in named.values())
    return value, 0
