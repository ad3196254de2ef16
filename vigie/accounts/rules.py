"""Who may do what. Pure: role in, decision out."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from vigie.establishments.rules import Place, Territory, TerritoryKind
from vigie.reference import catalogue
from vigie.reference.catalogue import Title


class Permission(StrEnum):
    """Something a role may do on its territory."""

    READ_ESTABLISHMENTS = "establishments.read"
    MANAGE_ESTABLISHMENTS = "establishments.manage"
    READ_INVENTORY = "inventory.read"
    MANAGE_INVENTORY = "inventory.manage"
    READ_INCIDENTS = "incidents.read"
    DECLARE = "incidents.declare"
    AMEND = "incidents.amend"
    WRITE_MESSAGES = "incidents.write"
    RECORD_LEGAL = "incidents.record_legal"
    FOLLOW = "incidents.follow"
    QUALIFY = "incidents.qualify"
    EXPORT = "incidents.export"
    READ_FIGURES = "observatory.read"
    DELEGATE = "accounts.delegate"
    MANAGE_PEOPLE = "accounts.manage"
    MANAGE_REFERENCE = "reference.manage"
    READ_JOURNAL = "journal.read"


P = Permission
CARE_PLACE = frozenset({TerritoryKind.EJ, TerritoryKind.ET, TerritoryKind.GROUP})
REGION = frozenset({TerritoryKind.REGION, TerritoryKind.DEPARTMENT})
NATION = frozenset({TerritoryKind.NATION})
ANYWHERE = frozenset(TerritoryKind)
LOOK_UP = frozenset({P.READ_ESTABLISHMENTS, P.READ_INVENTORY})
OFFICER = LOOK_UP | {
    P.READ_INCIDENTS,
    P.DECLARE,
    P.AMEND,
    P.WRITE_MESSAGES,
    P.RECORD_LEGAL,
    P.EXPORT,
    P.READ_FIGURES,
}
DESK = LOOK_UP | {
    P.READ_INCIDENTS,
    P.DECLARE,
    P.WRITE_MESSAGES,
    P.FOLLOW,
    P.QUALIFY,
    P.EXPORT,
    P.READ_FIGURES,
    P.MANAGE_INVENTORY,
}


@dataclass(frozen=True, slots=True)
class Role:
    """What a person is on a territory, in words anyone can read. Titles are French message ids."""

    code: str
    title: str
    description: str
    permissions: frozenset[Permission]
    territories: frozenset[TerritoryKind]

    @property
    def needs_second_factor(self) -> bool:
        """Return whether the role opens doors that a password alone must not open."""
        return not self.permissions <= LOOK_UP | {P.DECLARE}


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            "declarant",
            "Déclarant",
            "Déclare un incident de son établissement et répond au CERT.",
            LOOK_UP | {P.READ_INCIDENTS, P.DECLARE, P.AMEND, P.WRITE_MESSAGES},
            CARE_PLACE,
        ),
        Role(
            "rssi",
            "Responsable de la sécurité (RSSI)",
            "Déclare et suit les incidents, tient la liste des applications, voit les chiffres.",
            OFFICER | {P.MANAGE_INVENTORY},
            CARE_PLACE,
        ),
        Role(
            "dsi",
            "Directeur du système d’information (DSI)",
            "Déclare et suit les incidents, tient la liste des applications, voit les chiffres.",
            OFFICER | {P.MANAGE_INVENTORY},
            CARE_PLACE,
        ),
        Role(
            "dpo",
            "Délégué à la protection des données (DPO)",
            "Lit les incidents, complète ce qui touche aux données et échange avec le CERT.",
            OFFICER - {P.DECLARE},
            CARE_PLACE,
        ),
        Role(
            "director",
            "Directeur",
            "Voit tout son établissement, déclare, et délègue le droit de déclarer.",
            OFFICER | {P.DELEGATE},
            CARE_PLACE,
        ),
        Role(
            "grades_officer",
            "Référent GRADeS",
            "Appuie les établissements de sa région : lit les incidents et échange avec eux.",
            LOOK_UP | {P.READ_INCIDENTS, P.WRITE_MESSAGES, P.READ_FIGURES},
            REGION,
        ),
        Role(
            "ars_officer",
            "Référent ARS",
            "Suit pour l’autorité régionale les incidents et les chiffres de sa région.",
            LOOK_UP | {P.READ_INCIDENTS, P.WRITE_MESSAGES, P.EXPORT, P.READ_FIGURES},
            REGION,
        ),
        Role(
            "cert_analyst",
            "Analyste du CERT",
            "Qualifie les déclarations, conduit le suivi et échange avec les structures.",
            DESK,
            NATION | REGION,
        ),
        Role(
            "cert_lead",
            "Responsable du CERT",
            "Comme l’analyste ; gère aussi les établissements, les contacts et lit le journal.",
            DESK | {P.MANAGE_ESTABLISHMENTS, P.MANAGE_REFERENCE, P.READ_JOURNAL},
            NATION,
        ),
        Role(
            "national_steering",
            "Pilotage national (ministère, FSSI)",
            "Lit les incidents et les chiffres du pays ; ne modifie aucun dossier.",
            LOOK_UP | {P.READ_INCIDENTS, P.EXPORT, P.READ_FIGURES},
            NATION,
        ),
        Role(
            "auditor",
            "Auditeur",
            "Lit les dossiers et le journal de son territoire ; ne modifie rien.",
            LOOK_UP | {P.READ_INCIDENTS, P.READ_FIGURES, P.READ_JOURNAL},
            ANYWHERE,
        ),
        Role(
            "administrator",
            "Administrateur",
            "Gère les personnes, les établissements et les réglages ; ne lit aucun incident.",
            LOOK_UP
            | {
                P.MANAGE_PEOPLE,
                P.MANAGE_ESTABLISHMENTS,
                P.MANAGE_INVENTORY,
                P.MANAGE_REFERENCE,
                P.READ_JOURNAL,
            },
            ANYWHERE,
        ),
    )
}
DELEGABLE = frozenset({P.DECLARE, P.AMEND, P.WRITE_MESSAGES, P.READ_INCIDENTS, P.RECORD_LEGAL})


def grants(role: str, permission: str) -> bool:
    """Return whether a role holds a permission. An unknown role holds none."""
    return role in ROLES and permission in ROLES[role].permissions


def fits(role: str, kind: TerritoryKind) -> bool:
    """Return whether a role may be given on this kind of territory."""
    return role in ROLES and kind in ROLES[role].territories


@dataclass(frozen=True, slots=True)
class Geography:
    """A nation, a region or a department: its name and where it lies."""

    kind: TerritoryKind
    code: str
    title: Title
    place: Place

    @property
    def territory(self) -> Territory:
        """Return it as kind and code."""
        return Territory(self.kind, self.code)


@cache
def geographies() -> Mapping[tuple[TerritoryKind, str], Geography]:
    """Return every nation, region and department that the reference knows, wide before narrow."""
    found = [
        Geography(TerritoryKind.NATION, code, country.title, Place(code))
        for code, country in catalogue.countries().items()
    ]
    for nation in list(found):
        found += _regions_of(nation.code)
    return MappingProxyType({(one.kind, one.code): one for one in found})


def _regions_of(country: str) -> list[Geography]:
    regions = [
        Geography(TerritoryKind.REGION, region.code, region.title, Place(country, region.code))
        for region in catalogue.regions(country).values()
    ]
    departments = [
        Geography(
            TerritoryKind.DEPARTMENT, one.code, one.title, Place(country, one.region, one.code)
        )
        for one in catalogue.departments(country).values()
    ]
    return regions + departments


def holds(kind: TerritoryKind, code: str, place: Place) -> bool:
    """Return whether a nation, a region or a department holds a place."""
    named = {
        TerritoryKind.NATION: place.country,
        TerritoryKind.REGION: place.region,
        TerritoryKind.DEPARTMENT: place.department,
    }
    return bool(code) and named.get(kind) == code


def geographies_inside(kind: TerritoryKind, code: str) -> list[Geography]:
    """Return the nations, regions and departments that lie whole in one of them, itself first."""
    return [one for one in geographies().values() if holds(kind, code, one.place)]


MARK = "vig_"  # begins every token, so that scanners of leaked secrets recognise it
HINT_LENGTH = len(MARK) + 4


def fingerprint(secret: str) -> str:
    """Return what is stored of a secret of 256 random bits: its SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def known_permissions(texts: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions that texts name; what no release knows any more is left out."""
    return frozenset(Permission(text) for text in texts if text in set(Permission))
