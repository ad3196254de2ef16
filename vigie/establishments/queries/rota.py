"""Read who is on call for a territory, when nobody is, and whom to call instead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from vigie.establishments.models import Duty, Establishment, Rota, Site
from vigie.establishments.queries.register import coded
from vigie.establishments.queries.setting import emergency_contacts
from vigie.establishments.rules import (
    Level,
    Place,
    Rung,
    Stretch,
    Territory,
    TerritoryKind,
    gaps,
)
from vigie.reference import catalogue

HOME_COUNTRY = "FR"


@dataclass(frozen=True, slots=True)
class Spot:
    """A territory that can have a rota: where it lies, and the structure that it is, if any."""

    territory: Territory
    place: Place
    establishment: Establishment | None = None
    site: Site | None = None

    @property
    def own(self) -> dict[str, Any]:
        """Return the columns that name it in a rota."""
        kind = self.territory.kind
        if self.establishment or self.site:
            return {"kind": kind, "establishment": self.establishment, "site": self.site}
        return {"kind": kind, "country": self.place.country, "region": self.place.region}


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody who can be called for a territory now: on duty, or its permanent contact."""

    rota: Rota
    rung: Rung
    function: str
    name: str = ""
    phone: str = ""
    phone2: str = ""
    email: str = ""
    language: str = "fr"
    until: datetime | None = None  # the end of the duty


@dataclass(frozen=True, slots=True)
class OnCall:
    """Whom to call now. territory: whose number it is, None for the public national contact."""

    function: str
    name: str
    phone: str
    phone2: str = ""
    territory: Territory | None = None
    until: datetime | None = None

    @property
    def dialled(self) -> str:
        """Return the number as a telephone link takes it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


def spot_of(territory: Territory) -> Spot | None:
    """Return where a territory lies; None when it is unknown or of a kind without rota.

    A region is looked for in every country of the reference. Costs at most one SQL query.
    """
    kind, code = territory.kind, territory.code
    if kind is TerritoryKind.NATION:
        return Spot(territory, Place(code)) if code in catalogue.countries() else None
    if kind is TerritoryKind.REGION:
        countries = (c for c in catalogue.countries() if code in catalogue.regions(c))
        country = next(countries, "")
        return Spot(territory, Place(country, code)) if country else None
    if kind is TerritoryKind.EJ:
        found = Establishment.objects.filter(coded(code)).first()
        return Spot(territory, found.place, establishment=found) if found else None
    if kind is TerritoryKind.ET:
        site = Site.objects.filter(coded(code)).select_related("establishment").first()
        return Spot(territory, site.place, site=site) if site else None
    return None


def rota_at(spot: Spot) -> Rota | None:
    """Return the rota of a territory, None before anybody wrote in it."""
    return stored_rotas().filter(**spot.own).first()


def stored_rotas() -> QuerySet[Rota]:
    """Return the rotas with the structures that they name, unordered."""
    return Rota.objects.select_related("establishment", "site", "site__establishment")


def chain_of(place: Place, kind: TerritoryKind) -> list[Rota]:
    """Return the rotas that can be called for a place, its own first, the nation's last.

    kind: of the narrowest territory. Costs one SQL query.
    """
    above = Q(country=place.country, region="")
    if kind is not TerritoryKind.NATION and place.region:
        above |= Q(country=place.country, region=place.region)
    if kind in (TerritoryKind.EJ, TerritoryKind.ET):
        above |= Q(establishment=place.establishment_id)
    if kind is TerritoryKind.ET:
        above |= Q(site=place.site_id)
    narrow_first = ("et", "ej", "region", "nation")
    return sorted(stored_rotas().filter(above), key=lambda rota: narrow_first.index(rota.kind))


def reachable(chain: Sequence[Rota], now: datetime) -> list[Reachable]:
    """Return who can be called for some rotas now, in their order, then by level.

    Costs one SQL query.
    """
    on_duty = _on_duty(chain, now)
    found: list[Reachable] = []
    for rota in chain:
        found += [_of_duty(rota, duty) for duty in on_duty.get(rota.pk, [])]
        if rota.standing_phone or rota.standing_email:
            found.append(_of_standing(rota))
    return found


def on_call_at(territory: Territory, now: datetime) -> OnCall | None:
    """Return the number to call now for a territory, and whose it is.

    Whoever is on duty there, else its permanent number, else the same of the establishment of a
    site, of the region and of the nation, else the first public contact of the nation. None where
    not even that is known.
    """
    spot = spot_of(territory)
    found = on_call_in(spot.place, territory.kind, now) if spot else None
    return found or _national_contact(spot.place.country if spot else HOME_COUNTRY, now)


def on_call_in(place: Place, kind: TerritoryKind, now: datetime) -> OnCall | None:
    """Return the same for a place that was read before, None where no rota has a number.

    kind: of the narrowest territory. Costs two SQL queries.
    """
    for one in reachable(chain_of(place, kind), now):
        if one.phone:
            return OnCall(
                one.function, one.name, one.phone, one.phone2, one.rota.territory, one.until
            )
    return None


def on_duty_now(rotas: Iterable[Rota], now: datetime) -> dict[int, list[Duty]]:
    """Return who is on duty now by the number of the rota, those called first in front."""
    return _on_duty(list(rotas), now)


def duties_between(rota: Rota | None, start: datetime, end: datetime) -> list[Duty]:
    """Return the duties that touch a stretch of time, in order."""
    if rota is None:
        return []
    rows = Duty.objects.filter(rota=rota, ends_at__gt=start, starts_at__lt=end)
    return list(rows.order_by("starts_at", "level", "id"))


def gaps_between(duties: Iterable[Duty], start: datetime, end: datetime) -> list[Stretch]:
    """Return when nobody is on duty between two moments."""
    return gaps((duty.slot for duty in duties), start, end)


def _on_duty(rotas: Sequence[Rota], now: datetime) -> dict[int, list[Duty]]:
    rows = Duty.objects.filter(rota__in=rotas, starts_at__lte=now, ends_at__gt=now)
    found: dict[int, list[Duty]] = {}
    for duty in rows.order_by("level", "starts_at", "id") if rotas else ():
        found.setdefault(duty.rota_id, []).append(duty)
    return found


def _of_duty(rota: Rota, duty: Duty) -> Reachable:
    return Reachable(
        rota=rota,
        rung=Rung(str(rota.territory), duty.level, duty.pk),
        function=duty.function,
        name=duty.name,
        phone=duty.phone,
        phone2=duty.phone2,
        email=duty.email,
        language=duty.language,
        until=duty.ends_at,
    )


def _of_standing(rota: Rota) -> Reachable:
    # A switchboard takes calls and mail, not short messages.
    told = bool(rota.standing_email)
    return Reachable(
        rota=rota,
        rung=Rung(str(rota.territory), Level.STANDING, can_be_told=told),
        function=rota.standing_name,
        phone=rota.standing_phone,
        email=rota.standing_email,
    )


def _national_contact(country: str, now: datetime) -> OnCall | None:
    contacts = emergency_contacts(country, today=timezone.localdate(now))
    first = next((contact for contact in contacts if contact.phone), None)
    return OnCall(first.title.in_(get_language() or "fr"), "", first.phone) if first else None
