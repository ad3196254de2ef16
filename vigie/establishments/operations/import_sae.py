"""Bring the register up to date with an edition of the yearly survey of establishments (SAE).

An edition states what stood in its year. A site that an edition does not name any more closed on
1 January of that year; one that it names first opened then, unless no earlier edition is known.
The order in which editions arrive is indifferent: only the latest one states names and numbers.
The survey names sites only, so that a legal entity takes the name, type and commune of its main
site: the one with most beds, in the department of the entity's own FINESS number if there is one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from vigie.audit.operations import record
from vigie.establishments import rules
from vigie.establishments.feeds import sae
from vigie.establishments.feeds.sae import Fault, SurveySite
from vigie.establishments.models import Edition, Establishment, Site
from vigie.establishments.operations.index import fold, index_establishments
from vigie.kernel.imports import SILENT, ImportSummary, Problem, Progress, UnusableInput
from vigie.reference import catalogue

SOURCE = "sae"
BATCH = 250  # records a transaction: other writers wait some tens of milliseconds at most
LARGEST_FILE = 200_000_000  # bytes; the whole of France is under 2 MB
SUSPECT_SHARE = 0.2  # an edition that closes more than this is perhaps a part of one
SITE_FACTS = (
    "name",
    "category",
    "structure_type",
    "region",
    "department",
    "commune",
    "commune_insee",
    "postcode",
    "beds",
    "emergency_visits",
)
SEARCHED = {"name", "commune", "establishment"}
BOOKKEEPING = {"first_seen", "last_seen", "source", "corrected"}


@dataclass
class Lines:
    """What the lines of one edition say: sites by FINESS, and the sites whose line is refused."""

    sites: dict[str, tuple[str, SurveySite]] = field(default_factory=dict)  # with the file's name
    refused: set[str] = field(default_factory=set)

    @property
    def present(self) -> set[str]:
        """Return the sites that the edition names, rightly or not."""
        return self.sites.keys() | self.refused


@dataclass
class Register:
    """What the database knows, changed in memory first: a dry run stops there."""

    editions: set[int]
    sites: dict[str, Site]
    owners: dict[str, Establishment]


def import_sae(
    paths: Sequence[Path],
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = SILENT,
    by: str = "system:cli",
) -> ImportSummary:
    """Import editions of the survey from CSV files, or from folders of them.

    Counts are in sites. by: who, as the journal writes it. Each batch commits by itself and a
    second run changes nothing, so that an interrupted import is simply run again.
    Raises UnusableInput when a file is not an edition of the survey.
    """
    summary = ImportSummary(SOURCE)
    editions = _read(paths, now.year + 1, summary)
    progress.total(sum(len(lines.sites) for lines in editions.values()))
    register = _load()
    for year in sorted(editions):
        progress.stage(f"SAE {year}")
        register.editions.add(year)
        before = (summary.created, summary.updated, summary.closed)
        _state(year, editions[year], register, summary, progress, dry_run=dry_run)
        _leave(year, editions[year], register, summary, dry_run=dry_run)
        if not dry_run:
            after = (summary.created, summary.updated, summary.closed)
            _remember(year, [b - a for a, b in zip(before, after, strict=True)], by=by, now=now)
    return summary


def _read(paths: Sequence[Path], latest: int, summary: ImportSummary) -> dict[int, Lines]:
    editions: dict[int, Lines] = {}
    for path in _files(paths):
        for line in _parse(path, latest):
            if isinstance(line, Fault):
                summary.refuse(Problem(path.name, line.line, line.field, line.reason))
                if line.year and line.finess:
                    editions.setdefault(line.year, Lines()).refused.add(line.finess)
            else:
                _take(path.name, line, editions.setdefault(line.year, Lines()), summary)
    return {year: lines for year, lines in editions.items() if lines.sites}


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() == ".csv")
        else:
            yield path


def _parse(path: Path, latest: int) -> Iterator[SurveySite | Fault]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise sae.NotASurvey(f"is larger than {LARGEST_FILE // 1_000_000} MB")
        yield from sae.parse(sae.decoded(path.read_bytes()), latest=latest)
    except (OSError, sae.NotASurvey) as reason:
        raise UnusableInput(path.name, str(reason)) from reason


def _take(file: str, line: SurveySite, lines: Lines, summary: ImportSummary) -> None:
    if line.finess in lines.sites:
        first, site = lines.sites[line.finess]
        reason = f"{line.finess} stands already in {first}, line {site.line}"
        summary.refuse(Problem(file, line.line, "finess_et", reason))
        return
    lines.sites[line.finess] = (file, line)
    for doubt in line.doubts:
        summary.warn(Problem(file, doubt.line, doubt.field, doubt.reason))


def _load() -> Register:
    sites = Site.objects.exclude(finess=None).select_related("establishment").order_by("id")
    owners = Establishment.objects.exclude(finess=None).order_by("id")
    return Register(
        set(Edition.objects.filter(source=SOURCE).values_list("year", flat=True)),
        {s.finess: s for s in sites if s.finess},
        {owner.finess: owner for owner in owners if owner.finess},
    )


@dataclass
class Changes:
    """Rows that a batch made or changed, with the changed fields, kept in one transaction."""

    made: list[Establishment | Site] = field(default_factory=list)
    changed: list[tuple[Establishment | Site, set[str]]] = field(default_factory=list)

    def make(self, row: Establishment | Site) -> None:
        """Remember a new row."""
        fold(row)
        self.made.append(row)

    def note(self, row: Establishment | Site, fields: set[str]) -> None:
        """Remember that fields of a stored row changed."""
        if fields:
            self.changed.append((row, fields))

    def cut(self) -> "Iterator[Changes]":
        """Yield the same changes in batches short enough for one transaction each."""
        for start in range(0, len(self.changed), BATCH):
            yield Changes(changed=self.changed[start : start + BATCH])

    @transaction.atomic
    def keep(self) -> None:
        """Write the batch: establishments before their sites, then the words of search."""
        Establishment.objects.bulk_create([r for r in self.made if isinstance(r, Establishment)])
        sites = [row for row in self.made if isinstance(row, Site)]
        moved = [row for row, _ in self.changed if isinstance(row, Site)]
        for site in (*sites, *moved):
            if site.establishment_id is None:  # its establishment got its key in the line above
                site.establishment = site.establishment
        Site.objects.bulk_create(sites)
        for model in (Establishment, Site):
            self._update(model)
        index_establishments(self._searched())

    def _update(self, model: type[Establishment] | type[Site]) -> None:
        """Write changed rows, those with the same changed fields together."""
        alike: dict[tuple[str, ...], list[Any]] = {}
        for row, fields in self.changed:
            if isinstance(row, model):
                alike.setdefault(tuple(sorted(fields)), []).append(row)
        for names, rows in alike.items():
            model.objects.bulk_update(rows, names, BATCH)

    def _searched(self) -> set[int]:
        rows = [*self.made, *(row for row, fields in self.changed if fields & SEARCHED)]
        return {row.pk if isinstance(row, Establishment) else row.establishment_id for row in rows}


def _state(
    year: int,
    lines: Lines,
    register: Register,
    summary: ImportSummary,
    progress: Progress,
    *,
    dry_run: bool,
) -> None:
    """Put what one edition names into the register, in batches of some hundred sites."""
    for batch in _batches(lines):
        changes = Changes()
        for finess, sites in batch:
            owner = _state_owner(year, finess, sites, register, changes)
            for site in sites:
                _state_site(year, site, owner, register, changes, summary)
        if not dry_run:
            changes.keep()
        progress.advance(sum(len(sites) for _, sites in batch))


def _batches(lines: Lines) -> Iterator[list[tuple[str, list[SurveySite]]]]:
    by_owner: dict[str, list[SurveySite]] = {}
    for _, site in lines.sites.values():
        by_owner.setdefault(site.owner, []).append(site)
    batch: list[tuple[str, list[SurveySite]]] = []
    for finess in sorted(by_owner):
        batch.append((finess, by_owner[finess]))
        if sum(len(sites) for _, sites in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _state_owner(
    year: int, finess: str, sites: list[SurveySite], register: Register, changes: Changes
) -> Establishment:
    owner = register.owners.get(finess)
    if owner is None:
        owner = Establishment(finess=finess, country=sae.COUNTRY, source=SOURCE)
        register.owners[finess] = owner
        _apply(owner, _owner_facts(finess, sites), year, register.editions)
        changes.make(owner)
    else:
        facts = _owner_facts(finess, sites)
        changes.note(owner, _apply(owner, facts, year, register.editions))
    return owner


def _owner_facts(finess: str, sites: list[SurveySite]) -> dict[str, object]:
    """Return what the sites say of their legal entity; the main one speaks for all."""
    given = catalogue.departments(sae.COUNTRY).get(rules.finess_department(finess))
    home = given.code if given else ""
    main = min(
        sites, key=lambda s: (s.department != home, -s.beds, -(s.emergency_visits or 0), s.finess)
    )
    department = home or main.department
    return {
        "name": main.name,
        "structure_type": main.structure_type,
        "legal_status": main.legal_status,
        "region": given.region if given else main.region,
        "department": department,
        "commune": main.commune if main.department == department else "",
        "beds": sum(site.beds for site in sites),
    }


def _state_site(
    year: int,
    stated: SurveySite,
    owner: Establishment,
    register: Register,
    changes: Changes,
    summary: ImportSummary,
) -> None:
    facts: dict[str, object] = {name: getattr(stated, name) for name in SITE_FACTS}
    facts["establishment"] = owner
    site = register.sites.get(stated.finess)
    if site is None:
        site = Site(finess=stated.finess, country=sae.COUNTRY, source=SOURCE, establishment=owner)
        register.sites[stated.finess] = site
        _apply(site, facts, year, register.editions)
        changes.make(site)
        summary.created += 1
        return
    changed = _apply(site, facts, year, register.editions)
    changes.note(site, changed)
    if changed - BOOKKEEPING:
        summary.updated += 1
    else:
        summary.unchanged += 1


def _apply(
    row: Establishment | Site, facts: dict[str, object], year: int, editions: set[int]
) -> set[str]:
    """Put what an edition states on a row; return the fields that changed.

    Only the latest edition that shows a structure states its facts, and what a person stated or
    corrected stays.
    """
    changed = _adopt(row, facts)
    if row.last_seen is None or year >= row.last_seen:
        for name, value in facts.items():
            if name not in row.corrected and getattr(row, name) != value:
                setattr(row, name, value)
                changed.add(name)
    return changed | _see(row, year) | _date(row, editions)


def _adopt(row: Establishment | Site, facts: dict[str, object]) -> set[str]:
    """Make a row that a person opened one of the survey: what the person stated stays."""
    if row.source:
        return set()
    row.source = SOURCE
    row.corrected = sorted({*row.corrected, *(name for name in facts if getattr(row, name))})
    return {"source", "corrected"}


def _see(row: Establishment | Site, year: int) -> set[str]:
    before = (row.first_seen, row.last_seen)
    row.first_seen = min(year, row.first_seen or year)
    row.last_seen = max(year, row.last_seen or year)
    return {"first_seen", "last_seen"} if before != (row.first_seen, row.last_seen) else set()


def _date(row: Establishment | Site, editions: set[int]) -> set[str]:
    """Open and close a row as the known editions show it."""
    if row.source != SOURCE or row.first_seen is None or row.last_seen is None:
        return set()
    shown = rules.presence(editions, first_seen=row.first_seen, last_seen=row.last_seen)
    changed = set()
    for name in ("opened_on", "closed_on"):
        if name not in row.corrected and getattr(row, name) != getattr(shown, name):
            setattr(row, name, getattr(shown, name))
            changed.add(name)
    return changed


def _leave(
    year: int, lines: Lines, register: Register, summary: ImportSummary, *, dry_run: bool
) -> None:
    """Date what the edition does not name. A site whose line is refused is not absent."""
    changes = Changes()
    for finess in sorted(lines.refused & register.sites.keys()):
        site = register.sites[finess]
        changes.note(site, _see(site, year) | _date(site, register.editions))
        owner = register.owners.get(site.establishment.finess or "")
        if owner:
            changes.note(owner, _see(owner, year))
    absent = [site for finess, site in register.sites.items() if finess not in lines.present]
    _close_absent(year, absent, len(lines.present), register.editions, changes, summary)
    for owner in register.owners.values():
        changes.note(owner, _date(owner, register.editions))
    if not dry_run:
        for batch in changes.cut():
            batch.keep()


def _close_absent(
    year: int,
    absent: list[Site],
    present: int,
    editions: set[int],
    changes: Changes,
    summary: ImportSummary,
) -> None:
    closed = 0
    for site in absent:
        was_open = site.closed_on is None
        changes.note(site, _date(site, editions))
        closed += was_open and site.closed_on is not None and (site.last_seen or year) < year
    summary.closed += closed
    if closed > SUSPECT_SHARE * (closed + present):
        reason = f"closes {closed} sites and names {present}: is the edition of {year} complete?"
        summary.warn(Problem(f"sae {year}", None, "", reason))


@transaction.atomic
def _remember(year: int, counts: list[int], *, by: str, now: datetime) -> None:
    Edition.objects.update_or_create(source=SOURCE, year=year, defaults={"imported_at": now})
    details: dict[str, object] = dict(zip(("created", "updated", "closed"), counts, strict=True))
    record(actor=by, verb="establishments.imported", target=f"sae:{year}", at=now, details=details)
