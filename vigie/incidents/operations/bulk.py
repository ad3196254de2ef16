"""Do one act on many files: each in its own transaction, under its own permission and version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import transaction

from vigie.accounts.models import User
from vigie.incidents.models import AnswerTemplate, Event, Incident
from vigie.incidents.operations import events, exchange, follow, steps
from vigie.incidents.operations.events import BadGroup, NewEvent
from vigie.incidents.operations.exchange import EmptyMessage, LongMessage, SilentFile
from vigie.incidents.operations.follow import BadTarget
from vigie.incidents.operations.steps import BadAssignee
from vigie.incidents.operations.version import StaleFile, hold
from vigie.incidents.queries.files import visible_incidents
from vigie.incidents.queries.wording import worded
from vigie.incidents.rules.follow import BadAction, ForbiddenMove, NextAction
from vigie.incidents.rules.words import Status

MOST = 200
REFUSALS = (
    PermissionDenied,
    StaleFile,
    ForbiddenMove,
    BadAction,
    BadAssignee,
    BadTarget,
    BadGroup,
    SilentFile,
    EmptyMessage,
    LongMessage,
)
One = Callable[[Incident, int], object]


class TooManyFiles(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """More files are chosen than one act takes."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A file that a person chose, and its version when they read it."""

    pk: int
    version: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one file. refusal: why nothing was done."""

    incident: Incident
    refusal: Exception | None = None


def picked(by: User, picks: Sequence[Pick]) -> list[tuple[Incident, int]]:
    """Return the chosen files that the person may see, in the order they were chosen.

    Costs one SQL query. Raises TooManyFiles.
    """
    if len(picks) > MOST:
        raise TooManyFiles(f"more than {MOST} files")
    versions = {pick.pk: pick.version for pick in picks}
    rows = {row.pk: row for row in visible_incidents(by).filter(pk__in=list(versions))}
    return [(rows[pk], version) for pk, version in versions.items() if pk in rows]


def assign_each(*, by: User, picks: Sequence[Pick], to: User | None, now: datetime) -> list[Fate]:
    """Give files to a person of the desk, or to nobody. Raises TooManyFiles."""
    return _each(
        by,
        picks,
        lambda file, version: steps.assign(by=by, incident=file, to=to, version=version, now=now),
    )


def plan_each(*, by: User, picks: Sequence[Pick], action: NextAction, now: datetime) -> list[Fate]:
    """Say what comes next in each file. Raises TooManyFiles."""
    return _each(
        by,
        picks,
        lambda file, version: steps.plan(
            by=by, incident=file, action=action, version=version, now=now
        ),
    )


def write_each(
    *,
    by: User,
    picks: Sequence[Pick],
    template: AnswerTemplate,
    language: str,
    key: UUID,
    now: datetime,
) -> list[Fate]:
    """Write to each structure the text of a template, filled for its file.

    Sending the same key again writes nothing twice. Raises TooManyFiles.
    """

    def write(file: Incident, version: int) -> object:
        hold(file, version)
        text = worded(template, file, by, language)
        return exchange.write_message(
            by=by, incident=file, text=text, key=uuid5(key, str(file.pk)), now=now
        )

    return _each(by, picks, write)


def close_each(
    *, by: User, picks: Sequence[Pick], to: Status, words: str, now: datetime
) -> list[Fate]:
    """Close files with what must be remembered, or set them aside with the reason.

    Raises TooManyFiles.
    """
    said = {"lessons": words} if to is Status.CLOSED else {"reason": words}
    return _each(
        by,
        picks,
        lambda file, version: follow.move(
            by=by, incident=file, to=to, version=version, now=now, **said
        ),
    )


def merge_each(
    *, by: User, picks: Sequence[Pick], into: Incident, reason: str, now: datetime
) -> list[Fate]:
    """Set files aside as duplicates of one, where the follow-up goes on. Raises TooManyFiles."""
    return _each(
        by,
        [pick for pick in picks if pick.pk != into.pk],
        lambda file, version: follow.merge(
            by=by, incident=file, into=into, reason=reason, version=version, now=now
        ),
    )


def group_all(
    *, by: User, picks: Sequence[Pick], into: Event | NewEvent, reason: str, now: datetime
) -> list[Fate]:
    """Put files into one event: all of them, or none where one cannot be.

    Raises TooManyFiles, BadGroup, PermissionDenied.
    """
    files = [file for file, _version in picked(by, picks)]
    events.group(by=by, incidents=files, into=into, reason=reason, now=now)
    return [Fate(file) for file in files]


def _each(by: User, picks: Sequence[Pick], act: One) -> list[Fate]:
    return [_one(file, version, act) for file, version in picked(by, picks)]


def _one(file: Incident, version: int, act: One) -> Fate:
    try:
        with transaction.atomic():
            act(file, version)
    except REFUSALS as reason:
        return Fate(file, reason)
    return Fate(file)
