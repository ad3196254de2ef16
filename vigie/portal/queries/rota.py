"""Read rotas within the reader's rights: which ones, who is there, and when nobody is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.accounts.models import User
from vigie.accounts.queries import within_rota
from vigie.accounts.rules import Permission
from vigie.establishments import queries as establishments
from vigie.establishments.models import Duty, Rota
from vigie.establishments.models.rota import ROTA_KINDS
from vigie.establishments.queries import Spot
from vigie.establishments.rules import BadTerritory, Stretch, Territory, TerritoryKind, gaps

LOOK_AHEAD = timedelta(days=14)  # in which gaps are shown before they come
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One rota of the list: whose, who is there now, and when nobody will be."""

    territory: Territory
    name: str
    on_duty: list[Duty]
    gaps: list[Stretch]
    standing_phone: str = ""


def visible_spot(reader: User, text: str) -> Spot | None:
    """Return the territory that a text names, where the reader may see its rota."""
    try:
        spot = establishments.spot_of(Territory.parse(text))
    except BadTerritory:
        return None
    if spot is None or not reader.may(Permission.READ_ROTA, at=spot.place):
        return None
    return spot


def visible_rotas(reader: User) -> QuerySet[Rota]:
    """Return the rotas that the reader may see, unordered."""
    return establishments.stored_rotas().filter(within_rota(reader, Permission.READ_ROTA))


def visible_duties(reader: User) -> QuerySet[Duty]:
    """Return the duties of the rotas that the reader may see, unordered."""
    named = ("rota", "rota__establishment", "rota__site", "rota__site__establishment")
    seen = within_rota(reader, Permission.READ_ROTA, "rota__")
    return Duty.objects.select_related(*named).filter(seen)


def lines(reader: User, now: datetime) -> list[Line]:
    """Return the reader's rotas: their own territories, then those already kept in their reach.

    Costs four queries, whatever the number of rotas.
    """
    kept = list(_wide_first(visible_rotas(reader))[:SHOWN])
    duties = _by_rota(kept, now)
    found = {rota.territory: _line(rota, duties.get(rota.pk, []), now) for rota in kept}
    own = [m for m in reader.memberships_shown if m.territory_kind in ROTA_KINDS]
    for membership in own:
        if reader.may(Permission.READ_ROTA, at=membership.place):
            named = membership.territory
            whole = [Stretch(now, now + LOOK_AHEAD)]
            found.setdefault(named, Line(named, membership.territory_name, [], whole))
    mine = {membership.territory for membership in own}
    return sorted(found.values(), key=lambda line: line.territory not in mine)


def name_of(territory: Territory) -> str:
    """Return what the rota of a territory is called, in the reader's language."""
    name = establishments.territory_name(territory, get_language() or "fr")
    if territory.kind is TerritoryKind.NATION:
        return _("CERT national, %(country)s") % {"country": name}
    return name


def name_of_rota(rota: Rota) -> str:
    """Return the same without asking the database again."""
    return str(rota.establishment or rota.site or name_of(rota.territory))


def _wide_first(rotas: QuerySet[Rota]) -> QuerySet[Rota]:
    # nation, region, then structures by name: "nation" and "region" come after "ej" and "et".
    return rotas.order_by("-kind", "establishment__name", "site__name", "id")


def _by_rota(rotas: Iterable[Rota], now: datetime) -> dict[int, list[Duty]]:
    near = Q(starts_at__lt=now + LOOK_AHEAD, ends_at__gt=now)
    found: dict[int, list[Duty]] = {}
    rows = Duty.objects.filter(near, rota__in=rotas)
    for duty in rows.order_by("starts_at", "level", "id"):
        found.setdefault(duty.rota_id, []).append(duty)
    return found


def _line(rota: Rota, duties: list[Duty], now: datetime) -> Line:
    here = sorted((d for d in duties if d.starts_at <= now), key=lambda duty: duty.level)
    holes = gaps((duty.slot for duty in duties), now, now + LOOK_AHEAD)
    return Line(rota.territory, name_of_rota(rota), here, holes, rota.standing_phone)
