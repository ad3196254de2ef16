"""Say which number to call now, from a place."""

from dataclasses import dataclass
from datetime import datetime

from vigie.establishments.queries import emergency_contacts
from vigie.reference.catalogue import Title
from vigie.reports.queries.places import Whereabouts


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
    """Return the number to call now, None where no number is known at all."""
    country = where.place.country if where else "FR"
    contacts = emergency_contacts(country, today=now.date())
    national = next((contact for contact in contacts if contact.phone), None)
    return Telephone(national.title, national.phone) if national else None
