"""Lists about attacks: families of ransomware, and what points at nobody. Pure, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from types import MappingProxyType

from vigie.reference.catalogue import BadReference, document


@dataclass(frozen=True, slots=True)
class Family:
    """A family of ransomware; its group often bears the same name.

    aliases: other spellings. is_word: also an everyday word, such as « cactus ».
    """

    code: str
    name: str
    aliases: tuple[str, ...]
    is_word: bool


@cache
def ransomware() -> Mapping[str, Family]:
    """Return the families of ransomware by code."""
    lines = document("ransomware")["entries"]
    found = {
        line["code"]: Family(
            line["code"],
            line["name"],
            tuple(line.get("aliases", ())),
            line.get("is_word", False),
        )
        for line in lines
    }
    if len(found) != len(lines):
        raise BadReference("ransomware.yaml: a code stands twice")
    return MappingProxyType(found)


@cache
def by_name() -> Mapping[str, Family]:
    """Return the families by each of their names, in small letters."""
    found = ransomware().values()
    return MappingProxyType(
        {name.casefold(): family for family in found for name in (family.name, *family.aliases)}
    )


@cache
def known_to_all() -> frozenset[str]:
    """Return addresses, names and hashes that point at no attacker."""
    raw = document("known_observables")
    return frozenset(str(line) for key in ("addresses", "names", "hashes") for line in raw[key])


@cache
def networks_of_fiction() -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks kept for examples."""
    return tuple(ip_network(line) for line in document("known_observables")["networks_of_fiction"])
