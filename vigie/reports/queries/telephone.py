"""Say which number to call from a place: the one to call now, and the one to print."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from vigie.establishments.queries import chain_of, emergency_contacts, on_call_at
from vigie.establishments.rules import Territory, TerritoryKind
from vigie.reference.catalogue import Title
from vigie.reports.queries.places import Whereabouts

HOME_COUNTRY = "FR"


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number, and who answers there: a function, never a name on an open page."""

    who: Title
    number: str

    @property
    def dialled(self) -> str:
        """Return the number as a telephone link takes it."""
        return "".join(sign for sign in self.number if sign.isdigit() or sign == "+")


def telephone_at(where: Whereabouts | None, *, now: datetime) -> Telephone | None:
    """Return the number to call now: whoever is on call there, else what stands in for them.

    None where no number is known at all.
    """
    nation = Territory(TerritoryKind.NATION, HOME_COUNTRY)
    found = on_call_at(where.territory if where else nation, now)
    return Telephone(Title(found.function, found.function), found.phone) if found else None


def printed_telephone(where: Whereabouts, *, now: datetime) -> Telephone | None:
    """Return the number that may hang on a wall for years: permanent, never whose turn it is.

    The nearest permanent number from the place upwards, else the first public contact of the
    nation. None where not even that is known.
    """
    for rota in chain_of(where.place, where.territory.kind):
        if rota.standing_phone:
            return Telephone(Title(rota.standing_name, rota.standing_name), rota.standing_phone)
    contacts = emergency_contacts(where.place.country, today=timezone.localdate(now))
    public = next((contact for contact in contacts if contact.phone), None)
    return Telephone(public.title, public.phone) if public else None
