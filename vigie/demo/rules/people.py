"""Invent the people of the fictitious nation: at least one of every role."""

from dataclasses import dataclass

from vigie.establishments.rules import TerritoryKind

PASSWORD = "vigie-demonstration"  # noqa: S105 - printed on purpose, served on loopback only
DOMAIN = "demo.vigie.example"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody invented. places: which of the demo's named territories they serve."""

    first: str
    last: str
    role: str
    job: str
    kind: TerritoryKind
    places: tuple[str, ...]

    @property
    def email(self) -> str:
        """Return an address that leads nowhere (RFC 2606)."""
        return f"{plain(self.first)}.{plain(self.last)}@{DOMAIN}"


def plain(name: str) -> str:
    """Return a name as an address spells it."""
    swaps = str.maketrans("éèêëàâîïôöûüç ’", "eeeeaaiioouuc--")
    return name.lower().translate(swaps)


K = TerritoryKind
# The named territories: "home" is a large hospital, "second" and "third" its neighbours in the
# same group, "nursing_home" a home for the elderly nearby, "region" theirs, "nation" all.
PEOPLE = (
    NewPerson("Aïcha", "Benali", "declarant", "Cadre de nuit", K.EJ, ("home",)),
    NewPerson("Hugo", "Perrin", "rssi", "RSSI", K.EJ, ("home", "second", "third")),
    NewPerson("Nadège", "Aubry", "dsi", "Directrice du système d’information", K.EJ, ("home",)),
    NewPerson("Paul", "Vasseur", "dpo", "Délégué à la protection des données", K.EJ, ("home",)),
    NewPerson("Catherine", "Lemoine", "director", "Directrice générale", K.EJ, ("home",)),
    NewPerson("Jean", "Tessier", "director", "Directeur d’EHPAD", K.EJ, ("nursing_home",)),
    NewPerson("Maëlle", "Garnier", "grades_officer", "Cyber-référente", K.REGION, ("region",)),
    NewPerson("Olivier", "Chastel", "ars_officer", "Point focal régional", K.REGION, ("region",)),
    NewPerson("Claire", "Morvan", "cert_analyst", "Analyste", K.NATION, ("nation",)),
    NewPerson("Thierry", "Nguyen", "cert_analyst", "Analyste", K.NATION, ("nation",)),
    NewPerson("Leïla", "Abadie", "cert_analyst", "Analyste", K.NATION, ("nation",)),
    NewPerson("Marc", "Delattre", "cert_lead", "Responsable du CERT", K.NATION, ("nation",)),
    NewPerson("Sophie", "Renaud", "national_steering", "FSSI", K.NATION, ("nation",)),
    NewPerson("Étienne", "Falque", "auditor", "Auditeur", K.NATION, ("nation",)),
    NewPerson("Inès", "Marchal", "administrator", "Administratrice", K.NATION, ("nation",)),
)
FIRST = (
    "Agnès Bruno Camille Denis Élodie Fabrice Gaëlle Henri Iris Julien Karine Luc Marion Noël"
    " Odile Patrick Quitterie Rémi Solène Thomas Ursule Vincent Yasmine Zoé"
)
LAST = (
    "Arnoux Bertin Caron Dufour Esnault Ferrand Guyot Hamon Imbert Jourdan Kessler Lacombe Masson"
    " Noiret Ollivier Pascal Quéré Rolland Sabatier Thévenin Urbain Vidal Weber Zimmer"
)


def officer_name(rank: int) -> tuple[str, str]:
    """Return the invented name of the n-th local officer."""
    first, last = FIRST.split(), LAST.split()
    return first[rank % len(first)], last[(rank * 7 + rank // len(first)) % len(last)]


def phone(rank: int) -> str:
    """Return a number from the range that ARCEP keeps for fiction (01 99 00 XX XX)."""
    return f"01 99 00 {rank // 100 % 100:02d} {rank % 100:02d}"
