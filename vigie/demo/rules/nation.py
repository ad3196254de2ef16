"""Invent the establishments of a fictitious nation with real regions and departments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from vigie.demo.rules import names
from vigie.establishments.rules import (
    DesignationKind,
    finess_check_digit,
)
from vigie.reference import catalogue

HEALTH = {  # 3,000 in all; CHU and CLCC are placed one a region first
    "CHU_CHR": 30,
    "CLCC": 18,
    "CH": 560,
    "CHS_EPSM": 90,
    "HL": 230,
    "ESPIC": 300,
    "CLINIQUE_MCO": 480,
    "CLINIQUE_SMR": 380,
    "CLINIQUE_PSY": 160,
    "HAD": 140,
    "DIALYSE": 120,
    "LBM": 250,
    "CENTRE_RADIOTHERAPIE": 110,
    "CABINET_IMAGERIE": 52,
    "CENTRE_SANTE": 60,
    "GCS_GIP": 20,
}
MEDICO_SOCIAL = {"EHPAD": 2400, "ESMS_HANDICAP": 1100, "SSIAD_SAAD": 500}
OSE = 135
GROUPS = 60
STATUS = {
    "public": {"CHU_CHR", "CH", "CHS_EPSM", "HL", "GCS_GIP"},
    "prive_lucratif": {
        "CLINIQUE_MCO",
        "CLINIQUE_SMR",
        "CLINIQUE_PSY",
        "LBM",
        "CENTRE_RADIOTHERAPIE",
        "CABINET_IMAGERIE",
    },
}
BEDS = {"CHU_CHR": (900, 2400), "CH": (120, 800), "HL": (30, 110), "EHPAD": (40, 130)}
# A department weighs as its region's population does, roughly; the heaviest hold large cities.
HEAVY = {"13": 3, "31": 2, "33": 2, "34": 2, "38": 2, "44": 2, "59": 4, "62": 2, "69": 3, "75": 3}
HEAVY |= {"76": 2, "77": 2, "78": 2, "91": 2, "92": 2, "93": 2, "94": 2, "95": 2, "06": 2}
LIGHT = {"2A", "2B", "23", "48", "05", "04", "09", "15", "90", "971", "972", "973", "976"}


@dataclass(frozen=True, slots=True)
class NewSite:
    """A place of an invented structure."""

    finess: str
    name: str
    commune: str
    beds: int
    emergency_visits: int | None


@dataclass(frozen=True, slots=True)
class NewStructure:
    """An invented legal entity with its sites."""

    finess: str
    name: str
    kind: str
    status: str
    department: str
    region: str
    commune: str
    beds: int
    sites: tuple[NewSite, ...]
    designations: tuple[DesignationKind, ...] = field(default=())


class Numbers:
    """Give FINESS numbers with a right check digit from a range kept for fiction."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def next(self, department: str) -> str:
        """Return the next number of a department."""
        rank = self.given[department] = self.given.get(department, 0) + 1
        overseas = {"971": "9701", "972": "9702", "973": "9703", "974": "9704", "976": "9805"}
        prefix = overseas.get(department, department)
        first_eight = prefix + f"99{rank:04d}"[: 8 - len(prefix)].rjust(8 - len(prefix), "0")
        if len(prefix) == 4:
            first_eight = prefix + f"{9000 + rank:04d}"
        return first_eight + finess_check_digit(first_eight)


def structures(dice: Random) -> Iterator[NewStructure]:
    """Yield the establishments of the nation, in the order of their types."""
    places = catalogue.departments()
    weights = [0.4 if code in LIGHT else HEAVY.get(code, 1) for code in places]
    commune, numbers = names.communes(dice), Numbers()
    operators = _operators(dice)
    for kind, count in (HEALTH | MEDICO_SOCIAL).items():
        for rank in range(count):
            department = _placed(dice, kind, rank, list(places), weights)
            made = _structure(dice, kind, department, next(commune), numbers)
            yield _designated(made, operators)


def _placed(dice: Random, kind: str, rank: int, places: list[str], weights: list[float]) -> str:
    """One university hospital and one cancer centre in each region, the others by weight."""
    regions = list(catalogue.regions())
    if kind in ("CHU_CHR", "CLCC") and rank < len(regions):
        inside = [d for d in places if catalogue.departments()[d].region == regions[rank]]
        return dice.choice(inside)
    return dice.choices(places, weights)[0]


def _structure(
    dice: Random, kind: str, department: str, commune: str, numbers: Numbers
) -> NewStructure:
    name = names.structure_name(dice, kind, commune)
    status = next((s for s, kinds in STATUS.items() if kind in kinds), "ebnl_espic")
    if kind in MEDICO_SOCIAL:
        status = dice.choice(("public", "ebnl_espic", "prive_lucratif"))
    beds = dice.randint(*BEDS.get(kind, (20, 90)))
    visits = dice.randint(9, 70) * 1000 if kind in ("CH", "CHU_CHR") else None
    count = {"CHU_CHR": 4, "CH": dice.choice((1, 1, 2))}.get(kind, 1)
    sites = tuple(
        NewSite(
            finess=numbers.next(department),
            name=name if rank == 0 else f"{name}, site {'BCDE'[rank - 1]}",
            commune=commune,
            beds=beds // count,
            emergency_visits=visits if rank == 0 else None,
        )
        for rank in range(count)
    )
    return NewStructure(
        finess=numbers.next(department),
        name=name,
        kind=kind,
        status=status,
        department=department,
        region=catalogue.departments()[department].region,
        commune=commune,
        beds=beds,
        sites=sites,
    )


def _operators(dice: Random) -> Iterator[bool]:
    """Tell of each CHU and CH in turn whether it is an essential operator: 135 in all."""
    others = OSE - HEALTH["CHU_CHR"]
    chosen = set(dice.sample(range(HEALTH["CH"]), others))
    yield from (True for _ in range(HEALTH["CHU_CHR"]))
    yield from (rank in chosen for rank in range(HEALTH["CH"]))


def _designated(made: NewStructure, operators: Iterator[bool]) -> NewStructure:
    if made.kind not in ("CHU_CHR", "CH") or not next(operators):
        return made
    kinds = (DesignationKind.OSE, DesignationKind.PRIORITY)
    return NewStructure(
        **{name: getattr(made, name) for name in made.__slots__ if name != "designations"},
        designations=kinds if made.kind == "CHU_CHR" else kinds[:1],
    )
