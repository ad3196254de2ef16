"""Find where somebody reports from: by the code of a poster, or by a search."""

from dataclasses import dataclass

from vigie.establishments.models import Establishment, Site, Ward
from vigie.establishments.queries import search, search_sites
from vigie.establishments.rules import Place, Territory, TerritoryKind
from vigie.reports.models import Report, ShortLink
from vigie.reports.rules import read_code

FOUND = 12  # places that a search offers
KINDS = ("ej", "et")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a report comes from: an establishment, one of its sites, one of its wards."""

    establishment: Establishment
    site: Site | None = None
    ward: Ward | None = None
    link: ShortLink | None = None

    @property
    def place(self) -> Place:
        """Return where it counts, for permissions."""
        return (self.site or self.establishment).place

    @property
    def territory(self) -> Territory:
        """Return the territory whose people are called."""
        if self.site is not None:
            return Territory(TerritoryKind.ET, self.site.code)
        return Territory(TerritoryKind.EJ, self.establishment.code)

    @property
    def code(self) -> str:
        """Return the place as limits and pages name it: et:12."""
        return f"et:{self.site.pk}" if self.site else f"ej:{self.establishment.pk}"

    @property
    def name(self) -> str:
        """Return the nearest name, of the ward where it is known."""
        return str(self.ward or self.site or self.establishment)

    @property
    def around(self) -> str:
        """Return the name of what the place is part of, "" where the place is the whole."""
        whole = self.site if self.ward else self.establishment
        return str(whole) if whole and str(whole) != self.name else ""


def whereabouts_of_code(typed: str) -> Whereabouts | None:
    """Return the place of a short link, None when the code is unknown or was revoked."""
    code = read_code(typed)
    rows = ShortLink.objects.select_related("site__establishment", "ward")
    link = rows.filter(code=code, revoked_at=None).first() if code else None
    if link is None:
        return None
    return Whereabouts(link.site.establishment, link.site, link.ward, link)


def whereabouts_of(kind: str, pk: int) -> Whereabouts | None:
    """Return a place by what a search found, None when it is not there or closed."""
    if kind == "ej":
        whole = Establishment.objects.in_force().filter(pk=pk).first()
        return Whereabouts(whole) if whole else None
    if kind != "et":
        return None
    site = Site.objects.in_force().select_related("establishment").filter(pk=pk).first()
    return Whereabouts(site.establishment, site) if site else None


def whereabouts_of_report(report: Report) -> Whereabouts:
    """Return where a report was sent from."""
    return Whereabouts(report.establishment, report.site, report.ward)


def found_places(text: str) -> list[Whereabouts]:
    """Return the places that a text means, establishments before sites; none for no text.

    A site that bears the name of its establishment, and is its only one, is left out.
    """
    sites = [Whereabouts(site.establishment, site) for site in search_sites(text, limit=FOUND)]
    whole = [Whereabouts(row) for row in search(text, limit=FOUND)]
    names = {(one.establishment.pk, one.name) for one in whole}
    return whole + [one for one in sites if (one.establishment.pk, one.name) not in names]


def wards_of(where: Whereabouts) -> list[Ward]:
    """Return the wards among which the sender may name theirs, by name."""
    if where.ward is not None or where.site is None:
        return []
    return list(where.site.wards.order_by("name", "id"))
