"""Read what the past years add up to, and how their declarations read. Pure: parsed YAML in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from vigie.reference import published

PERCENT = "_percent"  # of the declarations of the year


class BadTargets(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The numbers of a year contradict each other."""


@dataclass(frozen=True, slots=True)
class Group:
    """Structures of one family that declare in a year, and how many times in all."""

    structures: int
    declarations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What the declarations of one year add up to: numbers of declarations, but where it says.

    repeats: structures by how many times they declared, from twice on. events: declarations by
    shared cause. categories and extents: those whose number is set; the others are left to chance.
    """

    year: int
    declarations: int
    structures: int
    structures_without_provider: int
    groups: Mapping[str, Group]
    repeats: Mapping[int, int]
    provider: int
    events: Mapping[str, int]
    malicious: int
    undetermined: int
    categories: Mapping[str, int]
    extents: Mapping[str, int]
    degraded: int
    no_impact: int
    interrupted: int
    endangered: int
    proven: int
    care: int | None = None  # degraded or endangered; None: as it comes
    data: int  # any effect
    unavailable: int
    altered: int
    disclosed: int
    accessed: int
    support_structures: int  # structures
    support: int
    major: int
    same_day: int
    within_a_day: int
    before_impact: int
    staff: int
    length_hours: int  # about the median of the degraded mode
    rejected: int  # beside all others
    sources: frozenset[str] = field(default=frozenset())

    def check(self) -> None:
        """Raise BadTargets where the numbers contradict each other."""
        groups = self.groups.values()
        once = self.structures - sum(self.repeats.values())
        sums = {
            "structures of groups": (sum(g.structures for g in groups), self.structures),
            "declarations of groups": (sum(g.declarations for g in groups), self.declarations),
            "declarations of repeats": (
                once + sum(size * number for size, number in self.repeats.items()),
                self.declarations,
            ),
            "ransomware extents": (sum(self.extents.values()), self.categories["ransomware"]),
        }
        for name, (found, wanted) in sums.items():
            if found != wanted:
                raise BadTargets(f"{self.year}: {name}: {found} instead of {wanted}")


def years_of(told: Mapping[str, Any]) -> list[Targets]:
    """Return the targets of each year, the oldest first. Raises BadTargets."""
    years = sorted((_year(one) for one in told["years"]), key=lambda one: one.year)
    known = {page.code for page in published.pages()}
    for one in years:
        unknown = one.sources - known
        if unknown:
            raise BadTargets(f"{one.year}: unknown sources {sorted(unknown)}")
        one.check()
    return years


def _year(told: Mapping[str, Any]) -> Targets:
    quoted = {name: number for name, (number, _source) in told["published"].items()}
    invented = dict(told["invented"])
    categories = quoted.pop("categories", {}) | invented.pop("categories", {})
    values = quoted | invented
    if twice := set(quoted) & set(invented):
        raise BadTargets(f"{told['year']}: both published and invented: {sorted(twice)}")
    whole = values["declarations"]
    for name in [name for name in values if name.endswith(PERCENT)]:
        values[name.removesuffix(PERCENT)] = round(whole * values.pop(name) / 100)
    known = {one.name for one in fields(Targets)}
    if unknown := set(values) - known:
        raise BadTargets(f"{told['year']}: unknown numbers {sorted(unknown)}")
    values["groups"] = {name: Group(*pair) for name, pair in values["groups"].items()}
    return Targets(
        year=told["year"],
        categories=categories,
        sources=frozenset(source for _number, source in told["published"].values()),
        **values,
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """How the declarations of one category are, and read. Weights are relative."""

    code: str
    often: float
    degraded: float
    quiet: float
    danger: float
    data: Mapping[str, float]
    before: float  # hours, about
    causes: tuple[str, ...]
    activities: tuple[str, ...]
    titles: tuple[str, ...]
    descriptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A cause that many structures share: one supplier's bad day."""

    key: str
    supplier: str
    title: str
    category: str
    groups: frozenset[str]
    on_paper: float
    description: str


@dataclass(frozen=True, slots=True)
class Kinds:
    """How declarations read: by category, and by shared cause. label: said in each."""

    label: str
    by_code: Mapping[str, Kind]
    shared: Mapping[str, Shared]


def kinds_of(told: Mapping[str, Any]) -> Kinds:
    """Return how declarations read."""
    lists = ("causes", "activities", "titles", "descriptions")
    return Kinds(
        label=told["label"],
        by_code={
            code: Kind(code=code, **(one | {name: tuple(one[name]) for name in lists}))
            for code, one in told["categories"].items()
        },
        shared={
            key: Shared(key=key, **(one | {"groups": frozenset(one["groups"])}))
            for key, one in told["events"].items()
        },
    )
