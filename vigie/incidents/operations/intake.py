"""Bring a file of declarations by the page: upload, tell its columns, look, import."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext_noop

from vigie.accounts.models import User
from vigie.accounts.queries import require
from vigie.accounts.rules import Permission
from vigie.audit.operations import record
from vigie.establishments.rules import Place
from vigie.incidents.feeds import sheets
from vigie.incidents.feeds.sheets import Survey
from vigie.incidents.feeds.words import all_labels
from vigie.incidents.models import Intake, IntakeRow, Mapper
from vigie.incidents.operations.attach import Upload, stored
from vigie.incidents.operations.imports.declarations import Course, import_mapped
from vigie.incidents.operations.imports.run import Told
from vigie.incidents.operations.mappers import save_mapper
from vigie.incidents.queries.intake import nation_of
from vigie.incidents.rules import guess
from vigie.incidents.rules.mapping import TARGETS, Mapping, Shape
from vigie.kernel import vault
from vigie.kernel.imports import UnusableInput
from vigie.kernel.vault import BadUpload

LOOKED_AT = 20_000  # rows whose words the page asks about
AT_ONCE = 256 * 1024  # bytes of a file that a person waits for; larger ones go to the worker
SILENT_FOR = timedelta(minutes=5)  # then whoever worked on a file is taken for dead
KEPT_FOR = timedelta(days=7)  # a file that nobody imports
TABLES = frozenset({"text", "zip", "ole"})  # kinds of the vault that may hold one
LONGEST_FAULT = 500
State = Intake.State


class WrongMoment(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The file is not where this act may be done."""


def bring_file(*, by: User, upload: Upload, key: UUID, now: datetime) -> Intake:
    """Keep a file of declarations in the vault, for its columns to be told.

    The same key again returns the first. Raises PermissionDenied, BadUpload.
    """
    country = nation_of(by)
    if not country:
        raise PermissionDenied(f"{by.journal_name} brings files into no nation")
    require(by, Permission.IMPORT_DECLARATIONS, at=Place(country))
    before = Intake.objects.filter(key=key, by=by).first()
    if before:
        return before
    with stored([upload]) as ((name, found),):
        if found.kind not in TABLES:
            raise BadUpload(gettext_noop("Apportez un fichier CSV ou un classeur .xlsx."))
        with transaction.atomic():
            intake = Intake(key=key, country=country, by=by, at=now, name=name[:200])
            intake.stored_as, intake.size, intake.sha256 = found.token, found.size, found.sha256
            intake.save(force_insert=True)
            _record(by, "intake.brought", intake, now)
    return intake


@dataclass(frozen=True, slots=True)
class Look:
    """A file as its reader sees it, and how it is read so far. mapping: guessed where new."""

    survey: Survey
    mapping: Mapping


def look_into(
    intake: Intake, *, by: User, shape: Shape | None = None, mapper: Mapper | None = None
) -> Look:
    """Return how a file is written, its first rows, and how they are read so far.

    shape: what a person says of it, over the guess. mapper: one to read it by instead.
    Raises PermissionDenied, UnusableInput, WrongMoment once the file was removed.
    """
    require(by, Permission.IMPORT_DECLARATIONS, at=Place(intake.country))
    content = mapper.content if mapper else intake.mapping
    known = Mapping.model_validate(content) if content else None
    said = shape.model_dump(exclude_defaults=True) if shape else {}
    asked = (known.shape if known else Shape()).model_copy(update=said)
    with _opened(intake) as path:
        survey = sheets.survey(path, asked, most=LOOKED_AT)
    if known:
        return Look(survey, known.model_copy(update={"shape": survey.shape}))
    uses = guess.guess(survey.columns, survey.rows, all_labels(TARGETS))
    source = slugify(Path(intake.name).stem)[:20].strip("-") or "import"
    return Look(survey, Mapping.model_construct(source=source, columns=uses, shape=survey.shape))


def tell_columns(*, by: User, intake: Intake, mapping: Mapping, now: datetime) -> Intake:
    """Keep how a file is read so far. Raises PermissionDenied, WrongMoment once it is imported."""
    with _held(by, intake, State.NEW, State.CHECKED, State.FAILED) as held:
        held.mapping = mapping.model_dump(mode="json", exclude_defaults=True)
        held.mapper = ""
        _begin(held, State.NEW)
        _record(by, "intake.mapped", held, now)
    return held


def try_out(
    *, by: User, intake: Intake, mapping: Mapping, save_as: str = "", now: datetime
) -> Intake:
    """Let the dry run of a file begin: at once where it is small.

    save_as: the name of the mapper that keeps the mapping, empty to keep none.
    Raises PermissionDenied, BadMapperName, WrongMoment once it is imported.
    """
    with _held(by, intake, State.NEW, State.CHECKED, State.FAILED) as held:
        held.mapping = mapping.model_dump(mode="json", exclude_defaults=True)
        if save_as:
            country = held.country
            kept = save_mapper(by=by, country=country, name=save_as, mapping=mapping, now=now)
            held.mapper = str(kept)
        _begin(held, State.TO_CHECK)
        _record(by, "intake.tried", held, now)
    return _at_once(held, now)


def start(*, by: User, intake: Intake, now: datetime) -> Intake:
    """Let the import of a file begin whose dry run a person has looked at.

    Raises PermissionDenied, WrongMoment.
    """
    with _held(by, intake, State.CHECKED) as held:
        _begin(held, State.TO_RUN)
        _record(by, "intake.started", held, now)
    return _at_once(held, now)


def drop(*, by: User, intake: Intake, now: datetime) -> None:
    """Remove a file that is not imported. Raises PermissionDenied, WrongMoment."""
    with _held(by, intake, State.NEW, State.CHECKED, State.FAILED) as held:
        _record(by, "intake.dropped", held, now)
        _remove_file(held)
        held.delete()


def go_on(now: datetime, tick: Callable[[], datetime]) -> None:
    """Work on the files that wait, one after the other, those left by a dead worker too.

    tick: tells the time while the work lasts.
    """
    free = Q(taken_at=None) | Q(taken_at__lt=now - SILENT_FOR)
    for waiting in Intake.objects.filter(free, state__in=Intake.UNDER_WAY).order_by("at", "id"):
        claimed = Intake.objects.filter(free, pk=waiting.pk, state=waiting.state)
        if claimed.update(taken_at=tick()):
            _work(waiting, now=now, tick=tick)


def forget_stale(now: datetime) -> int:
    """Remove the files that nobody imported in a week; return how many."""
    waiting = (State.NEW, State.CHECKED, State.FAILED)
    stale = list(Intake.objects.filter(state__in=waiting, at__lt=now - KEPT_FOR).order_by("id"))
    for intake in stale:
        with transaction.atomic():
            _remove_file(intake)
            intake.delete()
    return len(stale)


def files_in_use() -> set[str]:
    """Return the tokens of the vault that intakes name."""
    return set(Intake.objects.exclude(stored_as="").values_list("stored_as", flat=True))


@contextmanager
def _held(by: User, intake: Intake, *states: str) -> Iterator[Intake]:
    """Hold a file in one of some states for an act. Raises PermissionDenied, WrongMoment."""
    require(by, Permission.IMPORT_DECLARATIONS, at=Place(intake.country))
    with transaction.atomic():
        held = Intake.objects.select_for_update(of=("self",)).select_related("by").get(pk=intake.pk)
        if held.state not in states:
            raise WrongMoment(held.state)
        yield held


def _begin(intake: Intake, state: State) -> None:
    IntakeRow.objects.filter(intake=intake).delete()
    intake.state, intake.percent, intake.fault, intake.taken_at = state, 0, "", None
    intake.save()


def _at_once(intake: Intake, now: datetime) -> Intake:
    if intake.size <= AT_ONCE:
        claimed = Intake.objects.filter(pk=intake.pk, state=intake.state, taken_at=None)
        if claimed.update(taken_at=now):
            _work(intake, now=now, tick=lambda: now)
            intake.refresh_from_db()
    return intake


class Worked:
    """The work on one file: hears what became of its rows, tells how far it is."""

    def __init__(self, intake: Intake, tick: Callable[[], datetime]) -> None:
        self.intake, self.tick, self.steps = intake, tick, 0

    def hear(self, told: Sequence[Told]) -> None:
        """Keep what became of rows, in the transaction that stores them."""
        IntakeRow.objects.bulk_create(
            IntakeRow(
                intake=self.intake,
                line=one.line,
                fate=one.fate,
                source_key=one.key[:200],
                problems=[[doubt.field, doubt.reason] for doubt in one.problems],
            )
            for one in told
        )
        Intake.objects.filter(pk=self.intake.pk).update(percent=self.steps, taken_at=self.tick())

    def total(self, amount: int) -> None:
        """Hear how many steps there are: a hundred."""

    def advance(self, amount: int = 1) -> None:
        """Hear that so many more steps are done."""
        self.steps = min(99, self.steps + amount)

    def stage(self, name: str) -> None:
        """Hear what begins now."""


def _work(intake: Intake, *, now: datetime, tick: Callable[[], datetime]) -> None:
    """Run the dry run or the import of a file to its end."""
    is_trial = intake.state == State.TO_CHECK
    settled = IntakeRow.objects.filter(intake=intake).aggregate(last=Max("line"))["last"] or 0
    worked = Worked(intake, tick)
    with translation.override(intake.by.language):
        try:
            with _opened(intake) as path:
                summary = import_mapped(
                    [path],
                    mapping=Mapping.model_validate(intake.mapping),
                    country=intake.country,
                    now=now,
                    dry_run=is_trial,
                    progress=worked,
                    by=intake.by.journal_name,
                    course=Course(intake.country, worked.hear, settled),
                )
        except (UnusableInput, vault.Damaged, FileNotFoundError) as reason:
            _end(intake, State.FAILED, str(reason), tick())
            return
    told = [problem.reason for problem in summary.unreadable]
    state = State.FAILED
    if IntakeRow.objects.filter(intake=intake).exists():
        state = State.CHECKED if is_trial else State.DONE
    _end(intake, state, "; ".join(told), tick())


def _end(intake: Intake, state: State, fault: str, now: datetime) -> None:
    with transaction.atomic():
        held = Intake.objects.select_for_update(of=("self",)).get(pk=intake.pk)
        held.state, held.fault, held.percent = state, fault[:LONGEST_FAULT], 100
        held.done_at = max(now, held.at)
        if state == State.DONE:
            _remove_file(held)
        held.save()


def _remove_file(intake: Intake) -> None:
    """Take a file out of the vault once the transaction is through."""
    token, intake.stored_as = intake.stored_as, ""
    if token:
        transaction.on_commit(lambda: vault.discard(token))


@contextmanager
def _opened(intake: Intake) -> Iterator[Path]:
    """Lay a file of the vault in clear where only this process reads it, while it is needed."""
    if not intake.stored_as:
        raise WrongMoment("the file was removed")
    with tempfile.TemporaryDirectory(prefix="vigie-import-") as folder:
        path = Path(folder) / Path(intake.name).name
        with path.open("wb") as file:
            file.writelines(vault.read(intake.stored_as))
        yield path


def _record(by: User, verb: str, intake: Intake, now: datetime) -> None:
    details = {"country": intake.country, "size": intake.size, "sha256": intake.sha256}
    record(actor=by.journal_name, verb=verb, target=f"intake:{intake.pk}", at=now, details=details)
