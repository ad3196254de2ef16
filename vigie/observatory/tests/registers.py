"""Small registers in memory, tabulated by hand, to try disclosure control without a database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from vigie.observatory.rules.disclosure import Group
from vigie.observatory.rules.edition import INDICATORS_BY_ID, VIEWS, Edition
from vigie.observatory.rules.figures import Figure, LeftOut, Report
from vigie.observatory.rules.question import Axis, Unit
from vigie.observatory.rules.tables import BY_ID, row_of
from vigie.observatory.rules.tabulated import Line, Tabulated

AS_OF = datetime(2025, 6, 3, 9, tzinfo=UTC)
MONTHS = [f"{number:02d}" for number in range(1, 13)]
KINDS = {  # row of T03 -> type and status
    "public": ("CH", "public"),
    "prive_lucratif": ("CLINIQUE_MCO", "prive_lucratif"),
    "EHPAD": ("EHPAD", ""),
    "LBM": ("LBM", ""),
    "other": ("CABINET", ""),
}
REGIONS = ["84", "93", "11", "94", "06"]
OBLIGED = 40  # structures of each region


@dataclass(frozen=True)
class Structure:
    number: int
    region: str
    kind: str
    is_ose: bool = False


@dataclass(frozen=True)
class Told:
    """One declaration."""

    structure: Structure
    month: str = "01"
    provider: bool = False
    event: int | None = None
    malicious: bool = False
    ransomware: bool = False
    degraded: bool = False
    endangered: bool = False
    axes: tuple[Axis, ...] = tuple(Axis)


def groups(register: Iterable[Told]) -> dict[Axis, list[Group]]:
    """Return a register as disclosure control takes it."""
    told = list(register)
    return {axis: [group(one) for one in told if axis in one.axes] for axis in Axis}


def group(one: Told) -> Group:
    kind, status = KINDS[one.structure.kind]
    return Group(
        structure=one.structure.number,
        event=one.event,
        provider=one.provider,
        region=one.structure.region,
        told={
            "month": one.month,
            "establishment__structure_type": kind,
            "establishment__legal_status": status,
            "is_ose": one.structure.is_ose,
            "origin": "malicious" if one.malicious else "non_malicious",
            "category": "ransomware" if one.ransomware else "",
            "structure_impact": "degraded" if one.degraded else "none",
            "endangerment": "potential" if one.endangered else "none",
        },
    )


def edition(
    register: Iterable[Told], year: int = 2024, regions: Iterable[str] = REGIONS
) -> Edition:
    """Return every view of a register with nothing hidden."""
    told = list(register)
    reports = {}
    for view in VIEWS:
        seen = [one for one in told if view.axis in one.axes]
        seen = [one for one in seen if not (view.without_provider and one.provider)]
        tables = (
            months(seen, view.unit),
            kinds(seen, view.unit),
            by_region(seen, view.unit, regions),
        )
        reports[view] = Report(
            view.question(year), AS_OF, tuple(figures(seen, view.unit)), LeftOut(0, 0), tables
        )
    return Edition(year, AS_OF, reports)


def count(told: Iterable[Told], unit: Unit) -> int:
    seen = list(told)
    if unit is Unit.DECLARATIONS:
        return len(seen)
    shared = {one.event for one in seen if one.event is not None}
    return len(shared) + sum(one.event is None for one in seen)


def structures(told: Iterable[Told]) -> int:
    return len({one.structure for one in told})


def figures(told: list[Told], unit: Unit):
    numbers = {
        "declarations": len(told),
        "events": count(told, Unit.EVENTS),
        "structures": structures(told),
        "malicious_share": count([one for one in told if one.malicious], unit),
        "ransomware": count([one for one in told if one.ransomware], unit),
        "degraded_mode_share": count([one for one in told if one.degraded], unit),
        "endangerment": count([one for one in told if one.endangered], unit),
    }
    for name, number in numbers.items():
        yield Figure(INDICATORS_BY_ID[name], number, number, None)


def months(told: list[Told], unit: Unit) -> Tabulated:
    lines = []
    for row in BY_ID["T01"].rows:
        value = count([one for one in told if one.month == row.code], unit)
        lines.append(Line(row, (value, 0, value)))
    return Tabulated(BY_ID["T01"], unit.value, ("value", "value_before", "change"), tuple(lines))


def kinds(told: list[Told], unit: Unit) -> Tabulated:
    lines, whole = [], count(told, unit)
    for row in BY_ID["T03"].rows:
        inside = [
            one
            for one in told
            if (one.structure.is_ose if row.code == "OSE" else one.structure.kind == row.code)
        ]
        value = count(inside, unit)
        share = 100 * value / whole if whole else None
        lines.append(Line(row, (value, share, 0, None, None)))
    columns = ("value", "share", "value_before", "share_before", "change")
    return Tabulated(BY_ID["T03"], unit.value, columns, tuple(lines))


def by_region(told: list[Told], unit: Unit, regions: Iterable[str]) -> Tabulated:
    lines = []
    for code in regions:
        inside = [one for one in told if one.structure.region == code]
        value, number = count(inside, unit), structures(inside)
        numbers = (value, number, OBLIGED, 100 * number / OBLIGED, 0, value)
        lines.append(Line(row_of(BY_ID["T04"], code), numbers))
    columns = ("value", "structures", "obliged", "rate", "value_before", "change")
    return Tabulated(BY_ID["T04"], unit.value, columns, tuple(lines))
