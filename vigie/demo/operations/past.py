"""Remember past years: their declarations come in as an import of a register's past brings them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import yaml

from vigie.accounts.models import User
from vigie.demo.operations.population import SOURCE, Named
from vigie.demo.rules import past
from vigie.demo.rules.past.targets import Kinds, Targets
from vigie.demo.rules.past.times import Calendar, begin_events
from vigie.establishments.models import Designation, Establishment
from vigie.establishments.rules import DesignationKind
from vigie.incidents.feeds.arrivals import Arrival
from vigie.incidents.models import Event
from vigie.incidents.operations import events, store
from vigie.incidents.operations.imports.bring import Fate, settle
from vigie.incidents.operations.imports.ready import ready
from vigie.incidents.rules.words import Status
from vigie.inventory.operations import find_or_add_supplier
from vigie.kernel.imports import Progress
from vigie.observatory.operations import open_years_in_progress, publish

FOLDER = Path(__file__).parents[1]
BATCH = 200
BY = "system:demo"
FILE = "démonstration, année {year}"  # shown beside what each source said
REJECTED = "Sans rapport avec la sécurité des systèmes d’information."
OVER = "Cause traitée, dossiers clos."
Places = dict[str, list[str]]  # FINESS numbers by group


@dataclass(frozen=True, slots=True)
class Past:
    """What the past years add up to, and how their declarations read."""

    years: Sequence[Targets]
    kinds: Kinds
    groups: Mapping[str, Sequence[str]]  # structure types


def read() -> Past:
    """Return the past as its lists tell it."""
    told: dict[str, Any] = yaml.safe_load((FOLDER / "past.yaml").read_text(encoding="utf-8"))
    kinds: dict[str, Any] = yaml.safe_load((FOLDER / "kinds.yaml").read_text(encoding="utf-8"))
    return Past(past.years_of(told), past.kinds_of(kinds), told["groups"])


def remember(named: Named, lead: User, now: datetime, progress: Progress) -> int:
    """Bring the past years that are over by now, and return how many declarations that makes.

    Each year is brought as on the last day of the next January: reports as known before that day
    do not hold it.
    """
    whole = read()
    years = [one for one in whole.years if _known_from(one.year) <= now]
    progress.total(sum(one.declarations + one.rejected for one in years))
    places = _places(whole.groups)
    return sum(_bring(one, whole, places, named, lead, progress) for one in years)


def publish_past(lead: User, now: datetime, progress: Progress) -> None:
    """Publish each past year as on a day of the next June, and open the year in progress."""
    years = [one.year for one in read().years if _published_on(one.year) <= now]
    progress.total(len(years))
    for year in years:
        publish(year=year, note="", by=lead, now=_published_on(year))
        progress.advance()
    open_years_in_progress(by=lead, is_open=True, now=now)


def _published_on(year: int) -> datetime:
    return datetime(year + 1, 6, 3, 8, tzinfo=UTC)


def _known_from(year: int) -> datetime:
    return datetime(year + 1, 1, 31, 12, tzinfo=UTC)


def _places(groups: Mapping[str, Sequence[str]]) -> Places:
    """Return who may declare in each group; operators of essential services have their own."""
    operators = set(
        Designation.objects.filter(kind=DesignationKind.OSE).values_list("establishment", flat=True)
    )
    rows = Establishment.objects.order_by("id").values_list("id", "finess", "structure_type")
    found: Places = {name: [] for name in groups}
    for pk, finess, kind in rows:
        for name, kinds in groups.items():
            if kind in kinds and (name == "ose") == (pk in operators):
                found[name].append(str(finess))
    return found


def _bring(
    targets: Targets, whole: Past, places: Places, named: Named, lead: User, progress: Progress
) -> int:
    """Bring the declarations of a year, and close what suppliers' bad days they shared."""
    now = _known_from(targets.year)
    batch: list[Arrival] = []
    for arrival in _arrivals(targets, whole.kinds, places, named):
        batch.append(arrival)
        if len(batch) == BATCH:
            _settle(batch, now, progress)
            batch = []
    _settle(batch, now, progress)
    suppliers = {one.title: one.supplier for one in whole.kinds.shared.values()}
    for event in Event.objects.filter(closed_at=None).order_by("id"):
        name = suppliers[event.title.rpartition(",")[0]]
        supplier = find_or_add_supplier(by=lead, name=name, now=now)
        events.rename(by=lead, event=event, title=event.title, supplier=supplier, now=now)
        events.close(by=lead, event=event, reason=OVER, now=now)
    return targets.declarations + targets.rejected


def _settle(batch: list[Arrival], now: datetime, progress: Progress) -> None:
    for outcome in settle([ready(one) for one in batch], by=BY, now=now):
        if outcome.fate is not Fate.CREATED:
            raise past.BadTargets(f"refused: {outcome.refusal}")
    progress.advance(len(batch))


def _arrivals(targets: Targets, kinds: Kinds, places: Places, named: Named) -> Iterator[Arrival]:
    """Yield the declarations of a year, then those that the desk rejected."""
    dice = Random(f"vigie {targets.year}")  # noqa: S311 - invents the past, no secret
    calendar = Calendar.of(targets.year, store.zone(), dice)
    deck = past.cards(targets, kinds, dice)
    begin_events(deck, calendar, dice)
    who = _who(targets, places, named, dice)
    told = [past.tell(card, kinds, calendar, dice) for card in deck]
    for line, one in enumerate(sorted(told, key=lambda one: one.declared), start=1):
        group, rank = one.card.owner
        yield _arrival(targets.year, line, one, who[group][rank])
    for rank in range(targets.rejected):
        one = past.tell(past.Card("clinic", 0, category="undetermined"), kinds, calendar, dice)
        finess = dice.choice(places["clinic"])
        yield _arrival(targets.year, len(told) + rank + 1, one, finess, Status.REJECTED)


def _arrival(
    year: int, line: int, one: past.Told, finess: str, status: Status = Status.CLOSED
) -> Arrival:
    return Arrival(
        file=FILE.format(year=year),
        line=line,
        source=SOURCE,
        key=f"{year}-{line:04d}",
        key_field="key",
        facts=one.facts,
        declared=one.declared,
        finess=finess,
        status=status,
        status_reason=REJECTED if status is Status.REJECTED else "",
        major_confirmed=one.card.major,
        event=one.event,
    )


def _who(targets: Targets, places: Places, named: Named, dice: Random) -> Places:
    """Return the structures that declare in a year, the named ones among them."""
    known = {str(one.finess) for one in (named.home, named.second, named.third)}
    known.add(str(named.nursing_home.finess))
    found: Places = {}
    for group, one in targets.groups.items():
        own = [finess for finess in places[group] if finess in known]
        others = [finess for finess in places[group] if finess not in known]
        found[group] = own + dice.sample(others, one.structures - len(own))
        dice.shuffle(found[group])  # the first ranks declare most often
    return found
